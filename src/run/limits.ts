/** What no machine can run or no journal can hold, refused before anything is written. */
import { scheduleOf } from '../config/schedule.ts';
import { CifarNormError } from '../errors.ts';
import { ADDRESSABLE } from '../kernels/engine.ts';
import { ensureAddresses } from '../kernels/wasm/memory.ts';
import { bytesNeeded } from '../nn/net-of-settings.ts';
import type { Trial } from '../plan/trial.ts';

/** Losses of a trial. Its line in the journal then takes at most 220 MB, and exporting it up to 1.8 GB of memory. */
export const MOST_ITERATIONS = 5_000_000;

/**
 * @param workers threads; 0 for the calling thread; undefined if other machines train
 * @throws CifarNormError (config) if a net does not fit into WebAssembly's memory or a history into the journal; (run) if
 *   the system grants the process too few addresses
 */
export function ensureFeasible(trials: readonly Trial[], workers: number | undefined): void {
  for (const { settings } of trials) {
    const { iterations } = scheduleOf(settings);
    if (iterations > MOST_ITERATIONS) {
      throw new CifarNormError(
        'config',
        `a trial would run ${grouped(iterations)} iterations (epochs ${settings.epochs}, trainImages ${settings.trainImages}, batchSize ${settings.batchSize}), and the journal holds at most ${grouped(MOST_ITERATIONS)} a trial`,
        'use fewer epochs or larger batches',
      );
    }
    const bytes = bytesNeeded(settings);
    if (bytes > ADDRESSABLE) {
      throw new CifarNormError(
        'config',
        `hiddenDims=[${settings.hiddenDims.join(', ')}] with batchSize ${settings.batchSize}: training in ${settings.dtype} takes ${gibibytes(bytes)} (weights, ${settings.updateRule}'s state, the best weights, activations), and WebAssembly can address ${gibibytes(ADDRESSABLE)}`,
        'use fewer or narrower layers, smaller batches or float32',
      );
    }
  }
  if (workers === undefined) return;
  const types = new Set(trials.map(({ settings }) => settings.dtype)).size;
  // The calling thread has a memory for number-free arithmetic, as has each worker; and each worker one for each type.
  ensureAddresses(1 + (workers === 0 ? types : Math.min(workers, trials.length) * (1 + types)));
}

const grouped = (count: number) => count.toLocaleString('en-US');
const gibibytes = (bytes: number) => `${(bytes / 2 ** 30).toFixed(1)} GiB`;
