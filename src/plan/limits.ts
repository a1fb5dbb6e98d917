/** Refuses trials that no machine can run or no journal can hold, before anything is planned or written. */
import { scheduleOf } from '../config/schedule.ts';
import type { Settings } from '../config/schema.ts';
import { CifarNormError } from '../errors.ts';
import { ADDRESSABLE } from '../kernels/engine.ts';
import { bytesNeeded } from '../nn/net-of-settings.ts';

/** Losses of a trial. Its line in the journal takes at most 220 MB, and exporting it takes up to 1.8 GB of memory. */
export const MOST_ITERATIONS = 5_000_000;

/** @throws CifarNormError (config) if the net does not fit into WebAssembly's memory, or the history into the journal */
export function ensureFeasible(settings: Readonly<Settings>): void {
  const { epochs, trainImages, batchSize, hiddenDims, dtype, updateRule } = settings;
  const { iterations } = scheduleOf(settings);
  if (iterations > MOST_ITERATIONS) {
    throw new CifarNormError(
      'config',
      `a trial would run ${grouped(iterations)} iterations (epochs ${epochs}, trainImages ${trainImages}, batchSize ${batchSize}), and the journal holds at most ${grouped(MOST_ITERATIONS)} a trial`,
      'use fewer epochs or larger batches',
    );
  }
  const bytes = bytesNeeded(settings);
  if (bytes > ADDRESSABLE) {
    throw new CifarNormError(
      'config',
      `hiddenDims=[${hiddenDims.join(', ')}] with batchSize ${batchSize}: training in ${dtype} takes ${gibibytes(bytes)} (weights, ${updateRule}'s state, the best weights, activations), and WebAssembly can address ${gibibytes(ADDRESSABLE)}`,
      'use fewer or narrower layers, smaller batches or float32',
    );
  }
}

const grouped = (count: number) => count.toLocaleString('en-US');
const gibibytes = (bytes: number) => `${(bytes / 2 ** 30).toFixed(1)} GiB`;
