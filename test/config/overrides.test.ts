import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadExperiment } from '../../src/config/load.ts';
import { CifarNormError } from '../../src/errors.ts';
import { configsFolder, errorOf, loadShipped, loadText, SHIPPED, scratchFolder } from './loading.ts';

const scratch = scratchFolder();

describe('--set', () => {
  it('changes a value, in any YAML spelling', async () => {
    const changed = await loadShipped('deep-net', [
      'hiddenDims=[50, 50]',
      'weightScale=1e-3',
      'dtype = float64',
      'data=C:\\cifar-10',
      'title="a: b"',
      'epochs=3',
      'epochs=4',
    ]);
    expect(changed).toEqual({
      ...(await loadShipped('deep-net')),
      hiddenDims: [50, 50],
      weightScale: 1e-3,
      dtype: 'float64',
      data: 'C:\\cifar-10',
      title: 'a: b',
      epochs: 4,
    });
  });

  it('one value of a setting holds in every trial: it replaces the axis in each grid that has one', async () => {
    const { normalization, batchSize, sweep } = await loadShipped('batch-size', ['normalization=none']);
    expect({ normalization, batchSize }).toEqual({ normalization: 'none', batchSize: 50 });
    expect(sweep).toEqual(
      ['batchnorm', 'layernorm'].flatMap(group => [
        { group, normalization: 'none', batchSize: 5 },
        { group, normalization: 'none', batchSize: [5, 10, 50] },
      ]),
    );
    const pinned = await loadShipped('weight-scale', ['normalization=none', 'epochs=1']);
    expect(Object.entries(pinned.sweep[0]!)).toEqual([
      ['weightScale', { logspace: [-4, 0, 20] }],
      ['normalization', 'none'],
    ]);
    expect(pinned.epochs).toBe(1);
  });

  it('several values of a setting become an axis of every grid; a new axis comes first', async () => {
    const { sweep } = await loadShipped('weight-scale', [
      'batchSize=[5, 10]',
      'normalization=[none, layernorm]',
    ]);
    expect(Object.entries(sweep[0]!)).toEqual([
      ['batchSize', [5, 10]],
      ['weightScale', { logspace: [-4, 0, 20] }],
      ['normalization', ['none', 'layernorm']],
    ]);
    expect((await loadShipped('batch-size', ['reg={logspace: [-4, 0, 5]}'])).sweep).toEqual(
      (await loadShipped('batch-size')).sweep.map(grid => ({ reg: { logspace: [-4, 0, 5] }, ...grid })),
    );
    expect((await loadText(scratch.path, 'epochs: 3', ['reg=[0, 1]'])).sweep).toEqual([{ reg: [0, 1] }]);
  });

  it('a list of widths is one value, a list of lists several', async () => {
    const one = await loadShipped('deep-net', ['hiddenDims=[50, 20]']);
    expect([one.hiddenDims, one.sweep[0]?.hiddenDims]).toEqual([[50, 20], undefined]);
    const several = await loadShipped('deep-net', ['hiddenDims=[[50], [50, 20], []]']);
    expect(several.sweep[0]?.hiddenDims).toEqual([[50], [50, 20], []]);
  });

  it('an empty value removes a key, from the grids too', async () => {
    const { builtTogether, stream, sweep, batchSize, charts } = await loadShipped('weight-scale', [
      'stream=paired',
      'builtTogether=',
      'weightScale=null',
      'batchSize=null',
      'charts=',
    ]);
    expect({ builtTogether, stream, sweep, batchSize, charts }).toEqual({
      builtTogether: undefined,
      stream: 'paired',
      sweep: [{ normalization: ['batchnorm', 'none'] }],
      batchSize: 50,
      charts: undefined,
    });
  });

  it('an empty value of a key that has a default is a slip, and null restores the default', async () => {
    const error = await errorOf(loadShipped('deep-net', ['epochs=3', 'epochs= ']));
    expect(error.message).toBe('--set epochs= : no value after the =');
    expect(error.hint).toBe('write one, or epochs=null for the default, 10');
    expect((await loadShipped('deep-net', ['epochs=3', 'epochs=null'])).epochs).toBe(10);
  });

  it('dots reach into maps and lists', async () => {
    const { sweep } = await loadShipped('batch-size', ['sweep.1.batchSize=[5, 20]', 'sweep.3.group=layers']);
    expect(sweep[1]).toEqual({ group: 'batchnorm', normalization: 'batchnorm', batchSize: [5, 20] });
    expect(sweep[3]?.group).toBe('layers');
    const lone = await loadShipped('weight-scale', [
      'sweep.normalization=',
      'charts.2.clamp=[0, 9]',
      'builtTogether=',
    ]);
    expect(lone.sweep).toEqual([{ weightScale: { logspace: [-4, 0, 20] } }]);
    expect(lone.charts?.[2]?.clamp).toEqual([0, 9]);
    expect((await loadText(scratch.path, '{}', ['sweep.reg=[0, 1]'])).sweep).toEqual([{ reg: [0, 1] }]);
  });

  it('takes a key out of zip, which keeps the others', async () => {
    const text = 'sweep: {zip: {reg: [0, 1], epochs: [2, 3]}, batchSize: 5}';
    const sweepOf = async (override: string) => (await loadText(scratch.path, text, [override])).sweep[0];
    const rest = { zip: { epochs: [2, 3] }, batchSize: 5 };
    expect(await sweepOf('reg=2')).toEqual({ reg: 2, ...rest });
    expect(await sweepOf('reg=[2, 3, 4]')).toEqual({ reg: [2, 3, 4], ...rest });
    expect(await sweepOf('reg=null')).toEqual(rest);
  });

  it('lists seeds, and tells what is shipped and what is changed', async () => {
    const load = async (...overrides: string[]) => {
      const { experiment, shipped, changed } = await loadExperiment('deep-net', overrides);
      return { seeds: experiment.seeds, shipped, changed };
    };
    expect(await load('seeds=[1, 2]')).toEqual({ seeds: [1, 2], shipped: true, changed: false });
    expect(await load('seed=7')).toMatchObject({ shipped: true, changed: false });
    expect(await load('seed=7', 'epochs=3')).toMatchObject({ shipped: true, changed: true });
    expect(await load('epochs=3')).toEqual({ seeds: undefined, shipped: true, changed: true });
  });

  it('leaves the parsed file unchanged: an alias is not set with its anchor', async () => {
    const text = 'sweep: [&grid {reg: [0, 1]}, *grid]';
    const { sweep } = await loadText(scratch.path, text, ['sweep.0.reg=5']);
    expect(sweep).toEqual([{ reg: 5 }, { reg: [0, 1] }]);
  });

  it('accepts every suggestion in the comments of the shipped experiments', async () => {
    for (const name of SHIPPED.filter(name => !name.startsWith('question-'))) {
      const header = readFileSync(join(configsFolder, `${name}.yaml`), 'utf8').split('\n');
      const suggestions = header.filter(line => line.startsWith('#   --set '));
      expect(suggestions.length).toBeGreaterThan(2);
      for (const line of suggestions) {
        const overrides = [...line.matchAll(/--set (?:"([^"]+)"|(\S+))/g)].map(
          ([, quoted, bare]) => quoted ?? bare!,
        );
        expect(await loadShipped(name, overrides)).not.toEqual(await loadShipped(name));
      }
    }
  });

  it.each([
    ['epochs', '--set epochs: expected key=value'],
    ['=3', '--set =3: expected key=value'],
    ['', '--set : expected key=value'],
    ['epochs=0', '--set epochs=0: expected more than 0, got 0'],
    ['epochs=[1, x]', '--set epochs=[1, x]: epochs.1: expected a number, got "x"'],
    ['hiddenDims=[5, x]', '--set hiddenDims=[5, x]: hiddenDims.1: expected a number, got "x"'],
    [
      'normalization=bathcnorm',
      '--set normalization=bathcnorm: expected none, batchnorm, layernorm, rmsnorm or groupnorm, got "bathcnorm" (did you mean batchnorm?)',
    ],
    ['lerningRate=1', '--set lerningRate=1: unknown key (did you mean learningRate?)'],
    [
      'epochs=[1, 2',
      '--set epochs=[1, 2: the [ is not closed\n  1 | [1, 2\n    | ^ opened here\n    |      ^ expected ]',
    ],
    ['seed=[1, 2]', '--set seed=[1, 2]: expected one seed; seeds: [1, 2] runs everything with each of them'],
    [
      'sweep.seed=[1, 2, 3]',
      '--set sweep.seed=[1, 2, 3]: seed cannot be swept; seeds: [1, 2, 3] runs everything with each of them',
    ],
    ['repeats=2', '--set repeats=2: unknown key; write --set replicates=2'],
    ['hiddenDims=100', '--set hiddenDims=100: expected a list, got 100; write [100]'],
    ['sweep=5', '--set sweep=5: expected a map of keys to values, got 5'],
    ['sweep={reg: x}', '--set sweep={reg: x}: sweep.reg: expected a number, got "x"'],
    ['sweep.rge=5', '--set sweep.rge=5: unknown key (did you mean reg?)'],
    [
      'charts.0.y=los',
      '--set charts.0.y=los: expected loss, trainAccuracy, valAccuracy, initialLoss, finalTrainLoss, lastEpochTrainLoss, bestTrainAccuracy, bestValAccuracy, lastTrainAccuracy or lastValAccuracy, got "los" (did you mean loss?)',
    ],
    ['charts.3.y=loss', '--set charts.3.y=loss: charts has 3 items, counted from charts.0'],
    ['charts.-1.y=loss', '--set charts.-1.y=loss: charts has 3 items, counted from charts.0'],
    ['epochs.x=1', '--set epochs.x=1: epochs has no keys below it'],
    ['a.b=1', '--set a.b=1: a: unknown key'],
    ['a.b.c=1', '--set a.b.c=1: a.b has no keys below it'],
    [
      'stream=paired',
      '--set stream=paired: builtTogether needs stream: notebook; remove it (--set builtTogether=) or change the stream',
    ],
    ['numTraining=999', '--set numTraining=999: trainImages is 1000, but numTraining is only 999'],
    [
      'trainImages=[10, 49001]',
      '--set trainImages=[10, 49001]: trainImages is 49001, but numTraining is only 49000',
    ],
    [
      `title=${'x'.repeat(500)}`,
      `--set title=${'x'.repeat(73)}…: expected at most 200 characters, got "${'x'.repeat(58)}…`,
    ],
  ])('%s', async (override, message) => {
    const error = await errorOf(loadShipped('deep-net', [override]));
    expect(error.message).toBe(message);
  });

  it('names the last override of a key, and the file for keys that none overrides', async () => {
    const text = 'epochs: 0\nreg: -1\n';
    const error = await errorOf(loadText(scratch.path, text, ['epochs=-1', 'epochs=-2', 'seed=-3']));
    expect(error.message.split('\n')).toEqual([
      '3 problems',
      '  --set seed=-3: expected at least 0, got -3',
      '  --set epochs=-2: expected more than 0, got -2',
      '  x.yaml:2:6 reg: expected at least 0, got -1',
    ]);
  });

  it('cannot reach a prototype', async () => {
    for (const key of [
      '__proto__.polluted',
      'sweep.__proto__.polluted',
      'constructor.prototype.polluted',
      'charts.constructor.prototype.polluted',
      'sweep.constructor.prototype.polluted',
      '__proto__',
      'toString.polluted',
      'charts.length',
    ]) {
      expect(await errorOf(loadShipped('deep-net', [`${key}=1`]))).toBeInstanceOf(CifarNormError);
    }
    const value = '{"__proto__": {"polluted": 1}, "constructor": {"prototype": {"polluted": 1}}}';
    for (const key of ['sweep', 'epochs', 'x'])
      expect(await errorOf(loadShipped('deep-net', [`${key}=${value}`]))).toBeInstanceOf(CifarNormError);
    expect('polluted' in {}).toBe(false);
    expect('polluted' in Object).toBe(false);
    expect('polluted' in []).toBe(false);
  });

  it('refuses a path of a hundred thousand steps', async () => {
    expect((await errorOf(loadShipped('deep-net', [`sweep${'.a'.repeat(1e5)}=1`]))).message).toMatch(
      /has no keys below/,
    );
  });
});
