/** Runs the native kernels over odd shapes under AddressSanitizer and UndefinedBehaviorSanitizer. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SANITIZERS = ['-fsanitize=address,undefined', '-fno-sanitize-recover=all', '-g', '-O1'];
/** The flags of the kernels that determine their bits. */
const ARITHMETIC = ['-ffp-contract=off', '-fno-math-errno'];

const kernels = fileURLToPath(new URL('../../../src/kernels/native', import.meta.url));
const harness = fileURLToPath(new URL('odd-shapes.c', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'sanitize-'));
const program = join(folder, 'odd-shapes');

function run(command, words) {
  const { error, status } = spawnSync(command, words, { stdio: 'inherit' });
  if (error) console.error(`${command}: ${error.message}`);
  return status === 0;
}

const sources = [join(kernels, 'kernels.c'), harness];
const words = [
  ...SANITIZERS,
  ...ARITHMETIC,
  '-Wall',
  '-Wextra',
  `-I${kernels}`,
  ...sources,
  '-lm',
  '-o',
  program,
];
const passed = run(process.env.CC ?? 'cc', words) && run(program, []);
rmSync(folder, { recursive: true });
process.exitCode = passed ? 0 : 1;
