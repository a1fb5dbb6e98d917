/** A small sweep writes the same bytes on every installed Node, in native kernels and in WebAssembly. `.ci/run` installs the other versions. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { nodeOf } from '../nodes.ts';
import { cifarNorm, emptyFolder } from './cli.ts';

const SWEEP = `
hiddenDims: [50, 20]
trainImages: 300
epochs: 2
sweep:
  weightScale: { logspace: [-3, 0, 4] }
  normalization: [batchnorm, layernorm, none]
  dtype: [float32, float64]
`;

describe('the same page on every Node', () => {
  const run = join(emptyFolder(), 'run');
  const pageOn = async (node: string | undefined) => {
    const out = join(emptyFolder(), 'page.html');
    const { code, stderr } = await cifarNorm(
      ['report', run, '--out', out],
      node === undefined ? {} : { node },
    );
    expect(code, stderr).toBe(0);
    return readFileSync(out, 'utf8');
  };
  beforeAll(async () => {
    const file = join(emptyFolder(), 'page.yaml');
    writeFileSync(file, `title: Größe, 批量 & <b>\ndiagnostics: true\nreplicates: 2\n${SWEEP}`);
    const { code } = await cifarNorm(['sweep', file, '--data', 'synthetic', '--out', run, '--quiet']);
    expect(code).toBe(0);
  });

  for (const version of ['22', '24', '26']) {
    it.skipIf(!nodeOf(version))(`Node ${version} (skipped where it is not installed)`, async () =>
      expect(await pageOn(nodeOf(version))).toBe(await pageOn(undefined)),
    );
  }
});

describe.each(['portable', 'fused'])('the same bits on every Node, %s', numerics => {
  const file = join(emptyFolder(), 'bits.yaml');
  writeFileSync(file, SWEEP);
  const csvsOn = async (node: string | undefined, kernels: string) => {
    const out = join(emptyFolder(), 'run');
    const { code } = await cifarNorm(
      [
        'sweep',
        file,
        '--data',
        'synthetic',
        '--out',
        out,
        '--numerics',
        numerics,
        '--kernels',
        kernels,
        '--quiet',
      ],
      node === undefined ? {} : { node },
    );
    expect(code).toBe(0);
    return ['trials', 'losses', 'accuracies'].map(name => readFileSync(join(out, `${name}.csv`), 'utf8'));
  };
  let here: string[];
  beforeAll(async () => {
    here = await csvsOn(undefined, 'auto');
  });

  for (const version of ['22', '24', '26']) {
    it.skipIf(!nodeOf(version))(`Node ${version} (skipped where it is not installed)`, async () => {
      for (const kernels of ['auto', 'wasm']) expect(await csvsOn(nodeOf(version), kernels)).toEqual(here);
    });
  }
});
