/** Chooses what runs the trials. */
import { IMAGE_SIZE, type Images } from '../../data/dataset.ts';
import { pixelStatistics } from '../../data/preprocessing.ts';
import type { Program } from '../../kernels/backend.ts';
import { backendOf, compileProgram } from '../../kernels/choose-backend.ts';
import type { Dtype, Numerics } from '../../kernels/numerics.ts';
import type { Trial } from '../../plan/trial.ts';
import type { Executor } from '../executor.ts';
import { ensureFeasible } from '../limits.ts';
import type { Programs } from '../run-trial.ts';
import { inlineExecutor } from './inline.ts';
import { threadExecutor } from './threads.ts';

export type Compile = (dtype: Dtype, numerics: Numerics) => Program;

export interface ExecutorOptions {
  readonly numerics?: Numerics;
  /** Compiles the kernels, if not as the library does. */
  readonly compile?: Compile | undefined;
  /** 0 trains in the calling thread. */
  readonly workers: number;
  /** What threads run, if not the usual worker. */
  readonly entry?: URL;
}

/**
 * Compiles the kernels that the trials need; the executor is made later, for the trials that are left to run. The trials share
 * one split of the training images.
 * @throws CifarNormError (usage) if the numerics are fused and this machine does not fuse; or see ensureFeasible
 */
export function executorFactory(
  train: Images,
  trials: readonly Trial[],
  { numerics = 'portable', compile = compileProgram, workers, entry }: ExecutorOptions,
): { readonly kernels: string; readonly create: (pending: readonly Trial[]) => Executor } {
  ensureFeasible(trials, workers);
  const dtypes = new Set(trials.map(({ settings }) => settings.dtype));
  const programs: Programs = Object.fromEntries([...dtypes].map(dtype => [dtype, compile(dtype, numerics)]));
  const create = (pending: readonly Trial[]) => {
    const { numTraining, preprocessing = 'meanImage' } = pending[0]!.split;
    const shared = () => new Float64Array(new SharedArrayBuffer(IMAGE_SIZE * Float64Array.BYTES_PER_ELEMENT));
    const [mean, deviation] = [shared(), shared()];
    const images = { pixels: train.pixels, labels: train.labels, mean, deviation };
    const threads = Math.min(workers, pending.length);
    const executor =
      workers === 0 ? inlineExecutor(images, programs) : threadExecutor(images, programs, { threads, entry });
    // While the threads start.
    const statistics = pixelStatistics(preprocessing, train, numTraining);
    mean.set(statistics.mean);
    deviation.set(statistics.deviation);
    return executor;
  };
  return { kernels: [...new Set(Object.values(programs).map(backendOf))].join(' '), create };
}
