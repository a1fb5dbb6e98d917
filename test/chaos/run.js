/** `npm run test:chaos -- [--kills N] [--runs N] [--seed S]` runs these tests, and those of damage
 * and torn writes, with N kills of a sweep (N / 10 on a queue) and N model histories. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '100' },
    runs: { type: 'string', default: '200' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
  },
});
const vitest = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url));
const { status } = spawnSync(
  process.execPath,
  [vitest, 'run', 'test/chaos', 'test/store', 'test/queue/kills'],
  {
    stdio: 'inherit',
    env: { ...process.env, CHAOS_KILLS: values.kills, CHAOS_RUNS: values.runs, CHAOS_SEED: values.seed },
  },
);
process.exitCode = status ?? 1;
