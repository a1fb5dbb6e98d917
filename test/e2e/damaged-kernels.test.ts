/** Kernels that an installation or a copy has cut off or changed are found before they are loaded. */
import { cpSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { cifarNorm, emptyFolder } from './cli.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const copy = emptyFolder();
const kernels = join(copy, 'dist', 'kernels');
const file = join(emptyFolder(), 'tiny.yaml');
writeFileSync(
  file,
  'numTraining: 100\nnumValidation: 50\ntrainImages: 40\nbatchSize: 20\nhiddenDims: [4]\nepochs: 1\n',
);

beforeAll(() => {
  for (const name of ['bin', 'configs', 'dist', 'package.json'])
    cpSync(join(root, name), join(copy, name), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
});
beforeEach(() => cpSync(join(root, 'dist', 'kernels'), kernels, { recursive: true, force: true }));

const entry = join(copy, 'bin', 'cifar-norm.js');
async function sweep(...words: string[]) {
  const out = join(emptyFolder(), 'run');
  const outcome = await cifarNorm(['sweep', file, '--data', 'synthetic', '--out', out, ...words], { entry });
  return { ...outcome, losses: () => readFileSync(join(out, 'losses.csv'), 'utf8') };
}

const cut = (path: string) => truncateSync(path, Math.floor(readFileSync(path).length / 2));
function flip(path: string): void {
  const bytes = readFileSync(path);
  bytes[Math.floor(bytes.length / 2)]! ^= 1;
  writeFileSync(path, bytes);
}
const damages: readonly (readonly [string, (path: string) => void, RegExp])[] = [
  ['cut off', cut, /is damaged: it has \d+ bytes, and the build made \d+/],
  ['changed', flip, /is damaged: its checksum is not that of the build/],
];

describe.each(damages)('%s', (_, damage, message) => {
  it.each(['base', 'f32'])('%s.wasm: one error that says what to do', async name => {
    damage(join(kernels, `${name}.wasm`));
    const { code, stdout, stderr } = await sweep('--quiet');
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(
      new RegExp(`^error: .*${name}\\.wasm is .*\n {2}hint: install cifar-norm again\n$`),
    );
    expect([code, stdout]).toEqual([1, '']);
  });

  it.skipIf(`${process.platform}-${process.arch}` !== 'linux-x64')(
    'native kernels: WebAssembly does their work, and --verbose says why',
    async () => {
      const whole = await sweep('--quiet');
      damage(join(kernels, 'native', 'linux-x64.node'));
      const { code, stderr, losses } = await sweep('--verbose');
      expect(code).toBe(0);
      expect(losses()).toBe(whole.losses());
      expect(stderr).toMatch(
        /^kernels: wasm \(the native kernels are not used: .*linux-x64\.node is damaged/m,
      );
      const asked = await sweep('--kernels', 'native');
      expect(asked.code).toBe(2);
      expect(asked.stderr).toMatch(message);
    },
  );
});

it('a missing file of WebAssembly is named', async () => {
  rmSync(join(kernels, 'f32.wasm'));
  const { code, stderr } = await sweep('--quiet');
  expect(stderr).toMatch(/^error: .*f32\.wasm is damaged: .*\n {2}hint: install cifar-norm again\n$/);
  expect(code).toBe(1);
});
