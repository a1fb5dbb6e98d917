/**
 * Threads for trials of any kind. Each number type, split and preprocessing has its own pool, because a pool has one program and
 * one set of pixel statistics.
 */
import type { Images } from '../../data/dataset.ts';
import type { Trial } from '../../plan/trial.ts';
import type { Executor } from '../executor.ts';
import { type ExecutorOptions, executorFactory } from '../executors/choose.ts';

interface Lane {
  readonly executor: Promise<Executor>;
  running: number;
}

export interface Lanes {
  /** Lends the pool that fits the trial, while `use` runs. */
  with<Result>(trial: Trial, use: (executor: Executor) => Promise<Result>): Promise<Result>;
  close(): Promise<void>;
}

/** Idle pools are closed when another is needed, so there are never more pools than running trials. */
export function createLanes(
  train: Images,
  concurrency: number,
  options: Omit<ExecutorOptions, 'workers'>,
): Lanes {
  const lanes = new Map<string, Lane>();

  const closeIdle = async () => {
    const idle = [...lanes].filter(([, { running }]) => running === 0);
    for (const [key] of idle) lanes.delete(key);
    for (const [, { executor }] of idle) await (await executor).close();
  };

  const open = async (trial: Trial): Promise<Executor> => {
    const { create } = await executorFactory(train, [trial], { ...options, workers: concurrency });
    return create(Array.from({ length: concurrency }, () => trial));
  };

  return {
    async with(trial, use) {
      const { numTraining, preprocessing } = trial.split;
      const key = `${trial.settings.dtype} ${numTraining} ${preprocessing}`;
      let lane = lanes.get(key);
      if (!lane) {
        void closeIdle();
        lane = { executor: open(trial), running: 0 };
        lanes.set(key, lane);
        // The next trial opens another.
        lane.executor.catch(() => lanes.delete(key));
      }
      lane.running++;
      try {
        return await use(await lane.executor);
      } finally {
        lane.running--;
      }
    },
    close: closeIdle,
  };
}
