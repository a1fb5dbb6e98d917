/** npm run test:fuzz -- [--runs N] [--seed S]: the properties of this folder with N cases in all. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '100000' }, seed: { type: 'string' } },
});
const { runs, seed = String(Date.now() % 2 ** 31) } = values;
console.log(`${runs} cases, seed ${seed}`);
const vitest = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url));
const { status } = spawnSync(
  process.execPath,
  // One file at a time, so that a call is not slow because of another.
  [vitest, 'run', 'test/fuzz', '--no-file-parallelism', '--testTimeout=86400000'],
  {
    stdio: 'inherit',
    env: { ...process.env, CIFAR_NORM_FUZZ_RUNS: runs, CIFAR_NORM_FUZZ_SEED: seed },
  },
);
process.exitCode = status ?? 1;
