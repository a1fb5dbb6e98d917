// `npm run test:chaos -- --kills N` and `npm run test:fuzz -- --runs N`: tests that are run with small numbers by
// `npm test`, with large ones.
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

const [which, ...words] = process.argv.slice(2);
const options = { kills: { type: 'string', default: '100' }, runs: { type: 'string', default: '100000' } };
const { kills, runs } = parseArgs({ args: words, options }).values;
const { status } = spawnSync('npx', ['vitest', 'run', which === 'chaos' ? 'test/chaos' : 'fuzz.test'], {
  stdio: 'inherit',
  env: { ...process.env, ...(which === 'chaos' ? { CHAOS_KILLS: kills } : { FUZZ_RUNS: runs }) },
});
process.exitCode = status ?? 1;
