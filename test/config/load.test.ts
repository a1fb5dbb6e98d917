import { mkdir, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listExperiments, loadExperiment } from '../../src/config/load.ts';
import { experimentSchema } from '../../src/config/schema.ts';
import { errorOf, loadShipped, loadText, SHIPPED, scratchFolder } from './loading.ts';

const scratch = scratchFolder();
const load = (text: string | Uint8Array, overrides?: readonly string[]) =>
  loadText(scratch.path, text, overrides);
const messageOf = async (text: string | Uint8Array, overrides?: readonly string[]) =>
  (await errorOf(load(text, overrides))).message;

describe('finding an experiment', () => {
  const find = (nameOrFile: string) => loadExperiment(nameOrFile, [], scratch.path);

  it('finds a shipped one by its name, in any current folder', async () => {
    expect(await listExperiments()).toEqual(SHIPPED);
    const { name, experiment } = await find('deep-net');
    expect(name).toBe('deep-net');
    expect(experiment.sweep).toEqual([{ normalization: ['batchnorm', 'none'] }]);
  });

  it('finds a file relative to the current folder, whatever its extension', async () => {
    await mkdir(join(scratch.path, 'mine'), { recursive: true });
    for (const path of ['mine/a.yaml', 'mine/b.yml', 'mine/c.json', 'mine/d', './e.YAML', 'f.json']) {
      await writeFile(join(scratch.path, path), '{"epochs": 3}');
      const { name, experiment } = await find(path);
      expect(name).toBe(path.replace(/.*\//, '').replace(/\..*/, ''));
      expect(experiment.epochs).toBe(3);
    }
  });

  it('gives it a name that cannot leave its folder', async () => {
    for (const [file, expected] of [
      ['..yaml', 'experiment'],
      ['...json', 'experiment'],
      ['.hidden.yaml', 'hidden'],
      ['--help.yaml', 'help'],
      ['a b\n$(c);e.yaml', 'a-b-c-e'],
      ['実験 ①_é.yaml', '実験-①_é'],
      ['e\u0301.yaml', 'é'],
      ['опыт.json', 'опыт'],
      ['تجربة.yaml', 'تجربة'],
      ['\u202e.yaml', 'experiment'],
      [`${'深'.repeat(80)}.yaml`, '深'.repeat(60)],
      ['v1.2.yaml', 'v1.2'],
      [`${'x'.repeat(200)}.yaml`, 'x'.repeat(100)],
    ] as const) {
      await writeFile(join(scratch.path, file), 'epochs: 1');
      expect((await find(`./${file}`)).name).toBe(expected);
    }
  });

  it('suggests the nearest name and lists all names', async () => {
    const error = await errorOf(find('wieght_scale'));
    expect(error.code).toBe('usage');
    expect(error.message).toBe('there is no experiment "wieght_scale"; did you mean weight-scale?');
    expect(error.hint).toContain(SHIPPED.join(', '));
    expect((await errorOf(find('mnist'))).message).toBe('there is no experiment "mnist"');
    expect((await errorOf(find(''))).message).toBe('there is no experiment ""');
    expect((await errorOf(find('..'))).message).toBe('there is no experiment ".."');
  });

  it('says why a file cannot be read', async () => {
    expect((await errorOf(find('none.yaml'))).message).toBe('cannot read none.yaml: there is no such file');
    expect((await errorOf(find('./'))).message).toBe('cannot read ./: it is not a file');
    expect((await errorOf(find('/dev/zero'))).message).toBe('cannot read /dev/zero: it is not a file');
    expect((await errorOf(find('a\0.yaml'))).message).toMatch(/^cannot read /);
    const big = await open(join(scratch.path, 'big.yaml'), 'w');
    await big.truncate(100_000_000);
    await big.close();
    expect((await errorOf(find('big.yaml'))).message).toBe(
      'cannot read big.yaml: it has 100000000 bytes; the limit is 131072',
    );
    expect(await messageOf(Buffer.from('epochs: 1', 'utf16le'))).toMatch(/^x\.yaml:1:2: control character/);
    expect(await messageOf(Buffer.from([0xff, 0xfe, 0x41, 0]))).toBe(
      'cannot read x.yaml: it is not UTF-8 text',
    );
    expect(await messageOf('epochs: 1\nseed: \0')).toMatch(/^x\.yaml:2:7: control character/);
  });
});

describe('valid experiments', () => {
  it('the shipped experiments are those of the notebook', async () => {
    const common = { seed: 231, stream: 'notebook', epochs: 10, trainImages: 1000 } as const;
    expect(await loadShipped('weight-scale')).toMatchObject({
      ...common,
      builtTogether: 'normalization',
      hiddenDims: Array(7).fill(50),
      learningRate: 1e-3,
      batchSize: 50,
      sweep: [{ weightScale: { logspace: [-4, 0, 20] }, normalization: ['batchnorm', 'none'] }],
      charts: [
        { y: 'bestValAccuracy', x: 'weightScale' },
        { y: 'bestTrainAccuracy', x: 'weightScale' },
        { y: 'finalTrainLoss', x: 'weightScale', clamp: [1, 3.5] },
      ],
    });
    expect(await loadShipped('batch-size')).toMatchObject({
      ...common,
      hiddenDims: Array(5).fill(100),
      weightScale: 2e-2,
      learningRate: 3.1622776601683794e-4,
      sweep: ['batchnorm', 'layernorm'].flatMap(group => [
        { group, normalization: 'none', batchSize: 5 },
        { group, normalization: group, batchSize: [5, 10, 50] },
      ]),
      charts: [{ y: 'trainAccuracy' }, { y: 'valAccuracy' }],
    });
    expect(await loadShipped('deep-net')).toMatchObject({
      ...common,
      builtTogether: 'normalization',
      hiddenDims: Array(5).fill(100),
      weightScale: 2e-2,
      learningRate: 1e-3,
      batchSize: 50,
      sweep: [{ normalization: ['batchnorm', 'none'] }],
      charts: [{ y: 'loss' }, { y: 'trainAccuracy' }, { y: 'valAccuracy' }],
    });
  });

  it('{}: every key has a default', async () => {
    expect(await load('{}')).toEqual(experimentSchema.parse({}));
  });

  it('any style of YAML 1.2', async () => {
    const expected = await load('{weightScale: 1e-3, hiddenDims: [50, 50], sweep: {reg: [0, 1]}}');
    for (const text of [
      'weightScale: 0.001\nhiddenDims:\n- 50\n- 50\nsweep:\n  reg:\n    - 0\n    - 1\n',
      '\uFEFF# with a byte order mark\r\nweightScale: 1.0E-3\r\nhiddenDims: [50,\r\n  50]\r\nsweep: {reg: [0, 1]}\r\n',
      '{\n\t"weightScale": 0.001,\n\t"hiddenDims": [50, 50],\n\t"sweep": {\n\t\t"reg": [0, 1]\n\t}\n}',
      '%YAML 1.2\n---\nweightScale: 1e-3\nhiddenDims: [&h 50, *h]\nsweep: [{reg: [0, 0b1]}]\n...\n'.replace(
        '0b1',
        '0x1',
      ),
    ])
      expect(await load(text)).toEqual(expected);
  });

  it('axes keep the order in which they are written', async () => {
    for (const keys of [
      ['weightScale', 'normalization', 'batchSize'],
      ['batchSize', 'weightScale', 'normalization'],
    ]) {
      const values = { weightScale: 1, normalization: 'none', batchSize: 5 };
      const grid = Object.fromEntries(keys.map(key => [key, values[key as keyof typeof values]]));
      const { sweep } = await load(JSON.stringify({ sweep: grid }));
      expect(Object.keys(sweep[0]!)).toEqual(keys);
      expect(Object.keys((await load(JSON.stringify({ sweep: [{}, grid] }))).sweep[1]!)).toEqual(keys);
    }
  });
});
