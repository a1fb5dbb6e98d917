/** The library's callers: a wrong argument is one CifarNormError that says what was expected, and nothing is written. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ExperimentInput, NetOptions } from '../../src/index.ts';
import * as library from '../../src/index.ts';

const {
  CifarNormError,
  Engine,
  FullyConnectedNet,
  RandomState,
  Solver,
  cellsOf,
  compareBy,
  compileProgram,
  estimate,
  experimentSchema,
  loadDataset,
  loadExperiment,
  meanImage,
  mergeShards,
  planTrials,
  readRun,
  renderChart,
  renderTable,
  runExperiment,
  writeReport,
} = library;

const cwd = mkdtempSync(join(tmpdir(), 'cifar-norm-library-'));
afterAll(() => rmSync(cwd, { recursive: true }));

const small = {
  ...{ epochs: 1, hiddenDims: [4], numTraining: 20, numValidation: 10, trainImages: 20, batchSize: 10 },
  sweep: { normalization: ['none', 'batchnorm'] },
} satisfies ExperimentInput;

/** Calls without the types, as JavaScript does. */
type Loose = (...values: unknown[]) => unknown;
const loose = (call: unknown) => call as Loose;
const make =
  (type: unknown) =>
  (...values: unknown[]) =>
    Reflect.construct(type as new () => object, values);

/** What a call throws or rejects with. It must be a usage error, in words of one line without zod's own. */
async function refusal(call: () => unknown): Promise<string> {
  const before = readdirSync(cwd);
  const error = await (async () => call())().then(
    () => new Error('accepted'),
    error => error,
  );
  expect(error).toBeInstanceOf(CifarNormError);
  expect(error.code).toBe('usage');
  expect(error.message).not.toMatch(/Invalid input|received|undefined|\[object|\n/);
  expect(readdirSync(cwd)).toEqual(before);
  return error.message;
}

const circular: Record<string, unknown> = { epochs: 1 };
circular.again = { circular };
const nested = (depth: number): unknown => (depth === 0 ? 1 : { a: nested(depth - 1) });
const shared = (depth: number): unknown => {
  let value: unknown = 1;
  for (let i = 0; i < depth; i++) value = [value, value];
  return value;
};

describe('runExperiment', () => {
  const experiments: [unknown, RegExp][] = [
    [undefined, /^runExperiment: experiment is missing: expected the name of a shipped experiment/],
    [null, /is null/],
    [5, /is 5: expected the name/],
    ['', /is "": expected text that is not empty/],
    ['a\0b', /without NUL/],
    [[], /of the type Array/],
    [new Map([['epochs', 1]]), /of the type Map/],
    [new Date(), /of the type Date/],
    [() => small, /is a function/],
    [Symbol('x'), /is a symbol/],
    [1n, /the BigInt 1n/],
    [circular, /experiment\.again\.circular is .*expected an object that does not contain itself/],
    [{ epochs: 1n }, /experiment\.epochs is the BigInt 1n: expected text, a number/],
    [
      { sweep: { epochs: [1, Number.NaN] } },
      /experiment\.sweep\.epochs\[1\] is NaN: expected a finite number/,
    ],
    [{ sweep: new Map() }, /experiment\.sweep is of the type Map/],
    [{ title: Symbol('x') }, /experiment\.title is a symbol/],
    [Object.create(small), /inherits no keys/],
    [{ toJSON: () => small }, /toJSON/],
    [nested(1e4), /at most 50 objects in one another/],
    [{ sweep: shared(40) }, /expected at most 50000 values/],
  ];
  it.each(experiments)('the experiment %#', async (experiment, message) => {
    expect(await refusal(() => loose(runExperiment)(experiment, { cwd, data: 'synthetic' }))).toMatch(
      message,
    );
    expect(await refusal(() => loose(loadExperiment)(experiment))).toMatch(
      new RegExp(
        message.source
          .replace('^runExperiment: experiment', '^loadExperiment: source')
          .replace('experiment\\.', 'source\\.'),
      ),
    );
  });

  const wrong: Record<string, readonly unknown[]> = {
    set: [5, 'epochs=1', null, [1], { epochs: 1n }, new Map([['epochs', 1]]), circular, { epochs: () => 1 }],
    data: [5, null, {}, [], new Map(), { train: {} }, '\0'],
    out: [5, '', ' ', null, {}, 'a\0b'],
    cwd: [5, '', null, '\0'],
    env: [5, null, 'HOME', { HOME: 5 }, { XDG_CACHE_HOME: '/\0' }],
    numerics: ['__proto__', 'constructor', 'toString', 'exact', '', 5, null],
    workers: [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, '1', null, 1n, 1e9],
    compile: [5, 'wasm', {}],
    queue: [5, '', null, {}],
    shard: [
      ...['1/2', null, 5, {}, [1, 2], { index: 1 }, { index: 0, count: 2 }, { index: 3, count: 2 }],
      ...[
        { index: 1.5, count: 2 },
        { index: Number.NaN, count: Number.NaN },
        { index: -1, count: -1 },
      ],
    ],
    fresh: [1, 'yes', null],
    repair: [0, 'no'],
    failFast: [{}],
    retries: [-1, Number.NaN, 1.5, Number.POSITIVE_INFINITY, '1', null],
    timeout: [0, -1, Number.NaN, Number.POSITIVE_INFINITY, 2_147_484, 3e6, '5', null],
    signal: [5, {}, null, new AbortController()],
    command: ['merge', 5, null],
    onEvent: [5, {}, null],
  };
  it.each(Object.entries(wrong))('options.%s', async (key, values) => {
    for (const value of values) {
      const options = { cwd, data: 'synthetic', workers: 0, [key]: value };
      expect(await refusal(() => loose(runExperiment)(small, options))).toMatch(
        new RegExp(`^runExperiment: options\\.${key}\\b.* expected `),
      );
    }
  });

  it('options that are no options, and an option that does not exist', async () => {
    for (const options of [null, 5, 'x', [], new Map()])
      expect(await refusal(() => loose(runExperiment)(small, options))).toMatch(/^runExperiment: options is/);
    expect(await refusal(() => loose(runExperiment)(small, { cwd, worker: 2 }))).toBe(
      'runExperiment: options has the unknown key worker (did you mean workers?)',
    );
    const shard = { index: 1, counts: 2, count: 2 };
    expect(await refusal(() => loose(runExperiment)(small, { cwd, shard }))).toBe(
      'runExperiment: options.shard has the unknown key counts (did you mean count?)',
    );
  });

  it('every option may be undefined', async () => {
    const nothing = Object.fromEntries(Object.keys(wrong).map(key => [key, undefined]));
    const run = await loose(runExperiment)(small, { ...nothing, cwd, data: 'synthetic', workers: 0 });
    expect((run as library.Run).complete).toBe(true);
    await (run as library.Run).close();
  });

  it('a dataset whose images are not what they say', async () => {
    const { train, ...rest } = await loadDataset({ kind: 'synthetic' });
    const few = { ...train, pixels: train.pixels.subarray(0, 3072) };
    const labels = new Uint8Array(train.labels);
    labels[7] = 10;
    for (const [images, message] of [
      [few, /data\.train\.pixels is .*: expected 3072 bytes for each of/],
      [{ ...train, labels }, /data\.train\.labels is .*: expected labels from 0 to 9/],
      [{ ...train, count: -1 }, /data\.train\.count is -1/],
      [{ ...train, pixels: [...few.pixels] }, /data\.train\.pixels is .*: expected a Uint8Array/],
    ] as const) {
      const data = { ...rest, train: images };
      expect(await refusal(() => loose(runExperiment)(small, { cwd, data }))).toMatch(message);
    }
  });
});

describe('a run', () => {
  let run: library.Run;
  let out = '';
  beforeAll(async () => {
    out = join(cwd, 'run');
    run = await runExperiment(small, { cwd, data: 'synthetic', out, workers: 0 });
  });
  afterAll(() => run.close());

  it('is reported in a format that there is, to a place', async () => {
    const page = join(cwd, 'page');
    for (const format of ['pdf', '__proto__', '', 5, undefined, null])
      expect(await refusal(() => loose(writeReport)([run], format, page))).toMatch(
        /^writeReport: format is .*: expected one of html, svg, md$/,
      );
    for (const runs of [
      undefined,
      run,
      [],
      [5],
      [{}],
      [{ ...run, identity: {} }],
      [{ ...run, results: [{}] }],
    ])
      expect(await refusal(() => loose(writeReport)(runs, 'md', page))).toMatch(/^writeReport: runs/);
    for (const place of ['', undefined, 5, '\0'])
      expect(await refusal(() => loose(writeReport)([run], 'md', place))).toMatch(/^writeReport: out/);
  });

  it('is compared by its own results', async () => {
    for (const results of [
      undefined,
      5,
      {},
      [undefined],
      [{}],
      [{ ...run.results[0], trial: {} }],
      new Map(),
    ]) {
      expect(await refusal(() => loose(cellsOf)(results))).toMatch(/^cellsOf: results/);
      expect(
        await refusal(() => loose(compareBy)(results, { by: 'normalization', stream: 'paired' })),
      ).toMatch(/^compareBy: results/);
    }
    for (const options of [
      undefined,
      {},
      { by: 5, stream: 'paired' },
      { by: 'normalization', stream: 'both' },
    ])
      expect(await refusal(() => loose(compareBy)(run.results, options))).toMatch(/^compareBy: options/);
    const [cell] = cellsOf(run.results);
    for (const measure of ['accuracy', '__proto__', 5, undefined])
      expect(await refusal(() => loose(estimate)(cell, measure))).toMatch(/^estimate: measure/);
    expect(estimate(cell!, 'bestValAccuracy').n).toBe(1);
    const { cells } = compareBy(run.results, { by: 'normalization', stream: 'paired' });
    expect(cells).toHaveLength(1);
  });

  it('is drawn with its own tables and charts', async () => {
    const [chart] = run.charts();
    const size = { width: 80, height: 10, color: false };
    expect(renderChart(chart!, size)).not.toBe('');
    expect(renderTable(run.table(), size)).not.toBe('');
    for (const style of [undefined, {}, { ...size, width: Number.NaN }, { ...size, width: '80' }]) {
      expect(await refusal(() => loose(renderChart)(chart, style))).toMatch(/^renderChart: style/);
      expect(await refusal(() => loose(renderTable)(run.table(), style))).toMatch(/^renderTable: style/);
    }
    for (const wrong of [undefined, 5, {}, [], { ...chart, series: [{}] }])
      expect(await refusal(() => loose(renderChart)(wrong, size))).toMatch(/^renderChart: chart/);
  });

  it('gives no records after close, and closes twice', async () => {
    const stored = await readRun(out);
    const { losses } = stored.results[0]!.record();
    expect(losses).toHaveLength(2);
    await stored.close();
    await stored.close();
    // Takes the closed file's number.
    const other = await readRun(out);
    expect(await refusal(() => stored.results[0]!.record())).toMatch(/journal\.jsonl: the run is closed/);
    await other.close();

    const again = await runExperiment(small, {
      cwd,
      data: 'synthetic',
      out: join(cwd, 'closed'),
      workers: 0,
    });
    await again.close();
    await again.close();
    expect(await refusal(() => again.results[0]!.record())).toMatch(/the run is closed/);
    expect(await refusal(() => writeReport([again], 'html', join(cwd, 'page.html')))).toMatch(
      /the run is closed/,
    );
  });

  it('is read and merged by paths', async () => {
    for (const place of [undefined, 5, '', '\0', {}, []])
      expect(await refusal(() => loose(readRun)(place))).toMatch(/^readRun: place/);
    for (const folders of [undefined, 'run', [], [5], [''], new Set()])
      expect(await refusal(() => loose(mergeShards)(folders, join(cwd, 'merged')))).toMatch(
        /^mergeShards: folders/,
      );
    for (const to of [undefined, 5, ''])
      expect(await refusal(() => loose(mergeShards)([out], to))).toMatch(/^mergeShards: out/);
  });
});

it('runs of every release are accepted', async () => {
  const fixtures = fileURLToPath(new URL('../fixtures/runs', import.meta.url));
  for (const path of readdirSync(fixtures, { recursive: true, encoding: 'utf8' })) {
    if (!path.endsWith('journal.jsonl')) continue;
    const run = await readRun(join(fixtures, path));
    const [cell] = cellsOf(run.results);
    expect(estimate(cell!, 'bestValAccuracy').n).toBe(cell!.results.length);
    await writeReport([run], 'md', join(cwd, 'fixture.md'));
    await run.close();
  }
});

describe('what a run is made of', () => {
  const settings = experimentSchema.parse(small);

  it('images: their mean needs at least one, and no more than there are', async () => {
    const { train } = await loadDataset({ kind: 'synthetic' });
    for (const count of [0, -1, 1.5, Number.NaN, '5', undefined, train.count + 1])
      expect(await refusal(() => loose(meanImage)(train, count))).toMatch(
        /^meanImage: count is .*: expected a whole number from 1 to/,
      );
    for (const images of [undefined, 5, {}, { ...train, pixels: [] }])
      expect(await refusal(() => loose(meanImage)(images, 1))).toMatch(/^meanImage: images/);
    // The same bytes, one byte further in a file.
    const shifted = new Uint8Array(1 + 20 * 3072).subarray(1);
    shifted.set(train.pixels.subarray(0, shifted.length));
    expect(meanImage({ ...train, count: 20, pixels: shifted }, 20)).toEqual(meanImage(train, 20));
  });

  it('places of data', async () => {
    for (const place of [
      undefined,
      5,
      {},
      { kind: '__proto__' },
      { kind: 'archive' },
      { kind: 'folder', path: '/' },
    ])
      expect(await refusal(() => loose(loadDataset)(place))).toMatch(/^loadDataset: place/);
  });

  it('programs, engines and random streams', async () => {
    for (const dtype of ['float16', '__proto__', 5, undefined])
      expect(await refusal(() => loose(compileProgram)(dtype))).toMatch(/^compileProgram: dtype/);
    for (const options of [null, { kernels: 'gpu' }, { wide: 1 }])
      expect(await refusal(() => loose(compileProgram)('float32', 'portable', options))).toMatch(
        /^compileProgram: options/,
      );
    for (const program of [undefined, 5, {}])
      expect(await refusal(() => make(Engine)(program))).toMatch(/^Engine: program/);
    for (const from of [
      undefined,
      -1,
      1.5,
      Number.NaN,
      2 ** 32,
      '5',
      {},
      { key: 'AA==', position: 0, gauss: null },
    ])
      expect(await refusal(() => make(RandomState)(from))).toMatch(/^RandomState: from/);
    const random = new RandomState(231);
    expect(random).toBeInstanceOf(RandomState);
    for (const out of [undefined, [], new Float32Array(1)]) {
      expect(await refusal(() => loose(random.randn.bind(random))(out))).toMatch(/^RandomState: out/);
      expect(await refusal(() => loose(random.choice.bind(random))(10, out))).toMatch(/^RandomState: out/);
    }
    for (const [low, high] of [
      [0, 0],
      [5, 1],
      [0, Number.NaN],
      [0.5, 1],
      [0, 2 ** 40],
    ])
      expect(await refusal(() => random.randint(low!, high!, new Int32Array(1)))).toMatch(
        /^RandomState: (low|high)/,
      );
    expect(random.snapshot()).toEqual(new RandomState(231).snapshot());
  });

  it('solvers: a standardization needs deviations, and images are as many as the split says', async () => {
    const { train } = await loadDataset({ kind: 'synthetic' });
    const engine = new Engine(compileProgram('float32', 'portable', { kernels: 'wasm' }));
    const random = new RandomState(0);
    const data = { ...train, mean: meanImage(train, 20), numTraining: 20, numValidation: 10 };
    for (const deviation of [undefined, [], new Float64Array(0), new Float64Array(3072)])
      expect(
        await refusal(() =>
          make(Solver)(engine, settings, { ...data, preprocessing: 'standardize', deviation }, random),
        ),
      ).toMatch(/^Solver: data\.deviation is .*expected a Float64Array of 3072 numbers above 0/);
    for (const change of [
      { preprocessing: '__proto__' },
      { mean: new Float64Array(5) },
      { numTraining: 1e5 },
      { numTraining: 0 },
      { labels: undefined },
    ])
      expect(await refusal(() => make(Solver)(engine, settings, { ...data, ...change }, random))).toMatch(
        /^Solver: data/,
      );
    for (const wrong of [
      undefined,
      {},
      { ...settings, epochs: 0 },
      { ...settings, hiddenDims: [65536, 65536] },
    ])
      expect(await refusal(() => make(Solver)(engine, wrong, data, random))).toMatch(/^Solver: settings/);
    expect(await refusal(() => make(Solver)({}, settings, data, random))).toMatch(/^Solver: engine/);
    expect(await refusal(() => make(Solver)(engine, settings, data, 5))).toMatch(/^Solver: random/);
    const { net } = new Solver(engine, settings, data, random);
    for (const n of [0, -1, 1.5, Number.NaN, 1e6, undefined])
      expect(await refusal(() => loose(net.scores.bind(net))(n))).toMatch(/^FullyConnectedNet: n/);
  });

  it('nets', async () => {
    const engine = new Engine(compileProgram('float64', 'portable', { kernels: 'wasm' }));
    const random = new RandomState(0);
    const options = {
      ...{ inputDim: 4, hiddenDims: [3], numClasses: 2, normalization: 'none', maxRows: 2 },
      ...{ weightScale: 0.1, reg: 0 },
    } satisfies NetOptions;
    for (const change of [
      ...[
        { inputDim: 0 },
        { hiddenDims: 5 },
        { hiddenDims: [0] },
        { normalization: '__proto__' },
        { reg: -1 },
      ],
      ...[{ maxRows: Number.NaN }, { weightScale: 'big' }, { rule: {} }],
    ])
      expect(await refusal(() => make(FullyConnectedNet)(engine, { ...options, ...change }, random))).toMatch(
        new RegExp(`^FullyConnectedNet: options\\.${Object.keys(change)[0]}`),
      );
    const net = new FullyConnectedNet(engine, options, random);
    expect(await refusal(() => net.trainStep(2, 0.1, 1))).toMatch(/has no update rule/);
    expect(await refusal(() => net.saveBest())).toMatch(/has no update rule/);
  });

  it('plans', async () => {
    const context = { fingerprint: 'f', numerics: 'portable-1' };
    expect(planTrials(settings, context)).toHaveLength(2);
    for (const experiment of [undefined, {}, small, circular])
      expect(await refusal(() => loose(planTrials)(experiment, context))).toMatch(/^planTrials: experiment/);
    for (const seeds of [5, ['1'], [-1], [Number.NaN]])
      expect(await refusal(() => loose(planTrials)(settings, context, seeds))).toMatch(/^planTrials: seeds/);
    expect(await refusal(() => loose(planTrials)(settings))).toMatch(/^planTrials: context/);
  });
});

it('every public function and class refuses a call without arguments, and one with a number for each', async () => {
  for (const [name, value] of Object.entries(library)) {
    if (typeof value !== 'function' || name === 'CifarNormError') continue;
    const call = /^[A-Z]/.test(name) ? make(value) : loose(value);
    expect(await refusal(() => call())).toMatch(new RegExp(`^${name}: `));
    expect(await refusal(() => call(-5, -5, -5, -5))).toMatch(new RegExp(`^${name}: `));
  }
});
