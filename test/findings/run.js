/**
 * npm run test:findings -- [--runs N] [--from K] [--null N]: N made-up runs from number K on, whose sentences a second reading judges;
 * with --null, N simulated runs of each kind without a difference.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: { runs: { type: 'string' }, from: { type: 'string', default: '1' }, null: { type: 'string' } },
});
const { runs = values.null === undefined ? '2000' : '0', from, null: simulated = '0' } = values;
const vitest = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url));
const { status } = spawnSync(
  process.execPath,
  [
    ...[vitest, 'run', 'test/findings/findings.test.ts', '--disable-console-intercept', '--hideSkippedTests'],
    '--testTimeout=86400000',
  ],
  {
    stdio: 'inherit',
    env: {
      ...process.env,
      CIFAR_NORM_FINDINGS_RUNS: runs,
      CIFAR_NORM_FINDINGS_FROM: from,
      CIFAR_NORM_FINDINGS_NULL: simulated,
    },
  },
);
process.exitCode = status ?? 1;
