// `npm run test:chaos -- --kills N`: the tests of this folder, with N kills.
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { kills: { type: 'string', default: '100' } } });
const { status } = spawnSync('npx', ['vitest', 'run', 'test/chaos'], {
  stdio: 'inherit',
  env: { ...process.env, CHAOS_KILLS: values.kills },
});
process.exitCode = status ?? 1;
