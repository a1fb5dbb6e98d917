/** Every back end of this machine writes the same bytes. Without a C compiler, WebAssembly does all the work. */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { backends } from '../kernels/backends.ts';
import { cifarNorm, emptyFolder } from './cli.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const names = backends.map(({ name }) => name).filter(name => name !== 'wasm, wide');

const file = join(emptyFolder(), 'bits.yaml');
writeFileSync(
  file,
  `
hiddenDims: [50, 20]
trainImages: 300
epochs: 1
sweep:
  normalization: [batchnorm, groupnorm, none]
  dtype: [float32, float64]
`,
);

const sweep = async (words: readonly string[], entry?: string) => {
  const out = join(emptyFolder(), 'run');
  const { code, stderr } = await cifarNorm(['sweep', file, '--data', 'synthetic', '--out', out, ...words], {
    entry,
  });
  const read = (name: string) => readFileSync(join(out, name), 'utf8');
  return {
    ...{ code, stderr, out },
    csvs: ['trials.csv', 'losses.csv', 'accuracies.csv'].map(read),
    kernels: JSON.parse(read('manifest.json')).kernels,
  };
};
type Swept = Awaited<ReturnType<typeof sweep>>;

describe.each(['portable', 'fused'])('back ends, %s', numerics => {
  const on = (kernels: string, workers: number) =>
    sweep(['--quiet', '--numerics', numerics, '--kernels', kernels, '--workers', `${workers}`]);
  let wasm: Swept;
  beforeAll(async () => {
    wasm = await on('wasm', 1);
  });

  it.each(names.map((name, i) => [name, [4, 2][i % 2]!] as const))(
    '%s on %i workers writes the bytes of WebAssembly on one, and its name into the manifest',
    async (name, workers) => {
      const { csvs, kernels } = await on(name, workers);
      expect(csvs).toEqual(wasm.csvs);
      expect(kernels).toBe(name);
    },
  );

  it.each(names.filter(name => name !== 'wasm'))(
    'a run of either back end verifies on the other: wasm, %s',
    async name => {
      const theirs = await on(name, 2);
      for (const [out, kernels] of [
        [wasm.out, name],
        [theirs.out, 'wasm'],
      ] as const) {
        const { code, stdout } = await cifarNorm([
          'verify',
          out,
          '--data',
          'synthetic',
          '--kernels',
          kernels,
        ]);
        expect([code, stdout]).toEqual([0, expect.stringContaining('the same bits in every loss')]);
      }
    },
  );
});

it.each(names)('--verbose says on stderr which kernels run: %s', async name => {
  const { stderr } = await sweep(['--verbose', '--kernels', name]);
  expect(stderr.match(/^kernels: .*/gm)).toEqual([`kernels: ${name}`]);
});

describe.skipIf(`${process.platform}-${process.arch}` !== 'linux-x64')('without a C compiler', () => {
  const copy = emptyFolder();
  const NATIVE = 'dist/kernels/native/linux-x64.node';
  beforeAll(() => {
    for (const name of [
      'bin',
      'configs',
      'dist',
      'package.json',
      'src',
      'tsconfig.json',
      'tsconfig.build.json',
    ])
      cpSync(join(root, name), join(copy, name), {
        recursive: true,
        filter: path => !path.endsWith('.node'),
      });
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  });

  it('the build succeeds and says so in one line', () => {
    const { CC: _, ...env } = process.env;
    const { status, stdout, stderr } = spawnSync(process.execPath, ['src/build.js'], {
      cwd: copy,
      env: { ...env, PATH: '/nowhere' },
      encoding: 'utf8',
    });
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toBe(
      'native kernels are not built (there is no C compiler cc); WebAssembly does their work\n',
    );
    expect(existsSync(join(copy, NATIVE))).toBe(false);
  });

  it.skipIf(spawnSync(process.env.CC ?? 'cc', ['--version']).status !== 0)(
    'with one, kernels are built',
    () => expect(existsSync(join(root, NATIVE))).toBe(true),
  );

  it('the program writes the same bytes, silently; --verbose says why', async () => {
    const entry = join(copy, 'bin', 'cifar-norm.js');
    const [plain, quiet, verbose] = [
      await sweep(['--quiet']),
      await sweep(['--quiet'], entry),
      await sweep(['--verbose'], entry),
    ];
    expect([quiet.code, quiet.stderr, quiet.kernels]).toEqual([0, '', 'wasm']);
    expect(quiet.csvs).toEqual(plain.csvs);
    expect(verbose.stderr.match(/^kernels: .*/gm)).toEqual([
      'kernels: wasm (there are no native kernels for linux-x64)',
    ]);
  });
});
