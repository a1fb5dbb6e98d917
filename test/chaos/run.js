/** npm run test:chaos -- [--kills N]: the tests of this folder, with N kills. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { kills: { type: 'string', default: '100' } } });
const vitest = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url));
const { status } = spawnSync(process.execPath, [vitest, 'run', 'test/chaos', 'test/queue/kills'], {
  stdio: 'inherit',
  env: { ...process.env, CHAOS_KILLS: values.kills },
});
process.exitCode = status ?? 1;
