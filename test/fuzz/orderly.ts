/** Properties of one kind: whatever the input, a call returns or throws a CifarNormError, and soon. */
import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { afterAll, it } from 'vitest';
import { CifarNormError } from '../../src/errors.ts';

/** Cases of all properties together; `npm run test:fuzz -- --runs N` sets it, and `npm test` tries this few. */
const RUNS = Number(process.env.CIFAR_NORM_FUZZ_RUNS ?? 3000);
const SEED = Number(process.env.CIFAR_NORM_FUZZ_SEED ?? Date.now() % 2 ** 31);
const MOST_MILLISECONDS = 2000;

// What never returns can neither be timed nor reported from its own thread.
const started = new Int32Array(new SharedArrayBuffer(4));
const watchdog = new Worker(new URL('./watchdog.js', import.meta.url), { workerData: started });
watchdog.unref();
afterAll(() => void watchdog.terminate());

/**
 * Tries `call` on its share of all cases, and prints how many were accepted and how many refused.
 * @param share the part of all cases that are for this property
 */
export function isOrderly<T>(
  name: string,
  share: number,
  inputs: fc.Arbitrary<T>,
  call: (input: T) => unknown,
): void {
  it(name, async () => {
    // Vitest keeps long stacks; a text with thousands of errors would be slow because of them, and only here.
    Error.stackTraceLimit = 10;
    const numRuns = Math.ceil(RUNS * share);
    watchdog.postMessage(`${name}, seed ${SEED}`);
    let [accepted, refused, slowest] = [0, 0, 0];
    const property = fc.asyncProperty(inputs, async input => {
      // Inputs that are made smaller would each take as long again.
      if (slowest > MOST_MILLISECONDS) return;
      Atomics.add(started, 0, 1);
      const start = performance.now();
      const work = process.cpuUsage();
      try {
        await call(input);
        accepted++;
      } catch (error) {
        if (!(error instanceof CifarNormError)) throw error;
        refused++;
      }
      // On a busy machine the clock alone would blame the call for the work of others.
      const { user, system } = process.cpuUsage(work);
      slowest = Math.max(slowest, Math.min(performance.now() - start, (user + system) / 1000));
      if (slowest > MOST_MILLISECONDS) throw new Error(`a call took ${Math.round(slowest)} ms`);
    });
    try {
      await fc.assert(property, { numRuns, seed: SEED });
    } finally {
      watchdog.postMessage('');
      console.log(
        `${name}: ${accepted + refused} cases, ${accepted} accepted, ${refused} refused, slowest ${Math.round(slowest)} ms`,
      );
    }
  });
}
