/** Chooses what runs the trials. */
import { IMAGE_SIZE, type Images } from '../../data/dataset.ts';
import { type PixelStatistics, pixelStatistics } from '../../data/preprocessing.ts';
import type { Program } from '../../kernels/backend.ts';
import { backendOf, compileProgram } from '../../kernels/choose-backend.ts';
import type { Dtype, Numerics } from '../../kernels/numerics.ts';
import { ensureAddresses } from '../../kernels/wasm/memory.ts';
import type { Trial } from '../../plan/trial.ts';
import type { Executor } from '../executor.ts';
import { connect } from '../queue/connect.ts';
import { queueNameOf } from '../queue/protocol.ts';
import { registerQueue } from '../queue/queues.ts';
import type { Programs } from '../run-trial.ts';
import { inlineExecutor } from './inline.ts';
import { type QueueOptions, queueExecutor } from './queue.ts';
import { threadExecutor } from './threads.ts';

export type Compile = (dtype: Dtype, numerics: Numerics) => Program;

export interface ExecutorOptions {
  readonly numerics?: Numerics;
  /** Compiles the kernels, if not as the library does. */
  readonly compile?: Compile | undefined;
  /** 0 trains in the calling thread. */
  readonly workers: number;
  /** Trains on the workers of a queue instead. */
  readonly queue?: QueueOptions | undefined;
  /** Statistics of the training split; computed from its images if absent. */
  readonly statistics?: PixelStatistics | undefined;
  /** What threads run, if not the usual worker. */
  readonly entry?: URL;
}

export interface Executors {
  /** What computes, and in how many threads; undefined on a queue, whose workers choose. */
  readonly kernels: string | undefined;
  readonly workers: number | undefined;
  readonly create: (pending: readonly Trial[]) => Executor;
}

/**
 * Compiles the kernels that the trials need; the executor is made later, for the trials that are left to run. The trials share
 * one split of the training images.
 * @param train the training images; undefined if workers of a queue train
 * @throws CifarNormError (usage) if the numerics are fused and this machine does not fuse; (run) if the queue cannot be
 *   reached or written, or the system grants the process too few addresses
 */
export async function executorFactory(
  train: Images | undefined,
  trials: readonly Trial[],
  { numerics = 'portable', compile = compileProgram, workers, entry, queue, statistics }: ExecutorOptions,
): Promise<Executors> {
  if (queue) return queueFactory(queue, trials);
  const dtypes = new Set(trials.map(({ settings }) => settings.dtype));
  // The calling thread and each worker have one memory for arithmetic without a number type; each worker also has one for each type.
  ensureAddresses(1 + (workers === 0 ? dtypes.size : Math.min(workers, trials.length) * (1 + dtypes.size)));
  const programs: Programs = Object.fromEntries([...dtypes].map(dtype => [dtype, compile(dtype, numerics)]));
  const create = (pending: readonly Trial[]) => {
    const { numTraining, preprocessing = 'meanImage' } = pending[0]!.split;
    const shared = () => new Float64Array(new SharedArrayBuffer(IMAGE_SIZE * Float64Array.BYTES_PER_ELEMENT));
    const [mean, deviation] = [shared(), shared()];
    const images = { pixels: train!.pixels, labels: train!.labels, mean, deviation };
    const threads = Math.min(workers, pending.length);
    const executor =
      workers === 0 ? inlineExecutor(images, programs) : threadExecutor(images, programs, { threads, entry });
    // While the threads start.
    const known = statistics ?? pixelStatistics(preprocessing, train!, numTraining);
    mean.set(known.mean);
    deviation.set(known.deviation);
    return executor;
  };
  return { kernels: [...new Set(Object.values(programs).map(backendOf))].join(' '), workers, create };
}

/** Keeps no images: the workers have their own. */
async function queueFactory(queue: QueueOptions, trials: readonly Trial[]): Promise<Executors> {
  const link = await connect(queue.url);
  try {
    await registerQueue(link, queueNameOf(trials[0]!));
  } finally {
    link.close();
  }
  return { kernels: undefined, workers: undefined, create: pending => queueExecutor(pending, queue) };
}
