/** Experiments of every shape that a sweep can have, small enough to be made up in a millisecond. */
import type { ExperimentInput, SettingKey, SettingValue } from '../../src/config/schema.ts';
import type { Random } from './random.ts';

export interface Design {
  readonly shape: Shape;
  readonly input: ExperimentInput;
}

export const shapes = [
  'one cell',
  'nets',
  'axis',
  'nets by axis',
  'nets by two axes',
  'two words',
  'epochs',
  'reg',
  'zip',
  'correlated grids',
  'groups',
  'parted grids',
  'holes',
  'lists',
  'booleans',
  'mixed axis',
  'close values',
  'many nets',
] as const;
export type Shape = (typeof shapes)[number];

const NETS = ['batchnorm', 'none', 'layernorm', 'rmsnorm', 'groupnorm'] as const;
const RULES = ['sgd', 'sgdMomentum', 'rmsprop', 'adam'] as const;

/** The values of a numeric axis: a power of ten times these, or whole numbers. */
type AxisKey = 'weightScale' | 'learningRate' | 'batchSize' | 'normEps' | 'trainImages' | 'lrDecay';

const powers = (from: number, to: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => 10 ** (from + ((to - from) * i) / Math.max(1, count - 1)));

function valuesOf(random: Random, key: AxisKey, count: number): number[] {
  switch (key) {
    case 'weightScale':
      return powers(random.pick([-4, -3, -2]), 0, count);
    case 'learningRate':
      return powers(-5, random.pick([-2, -1]), count);
    case 'normEps':
      return powers(-8, -2, count);
    case 'lrDecay':
      return Array.from({ length: count }, (_, i) => 1 - i / (2 * count));
    case 'batchSize':
      return random.some([5, 10, 20, 25, 40, 50, 75, 100, 150, 200, 300, 400], count);
    case 'trainImages':
      return random.some([50, 100, 150, 200, 300, 400, 500, 750, 1000, 1500, 2000, 5000], count);
  }
}

/** How many values an axis has: mostly few, sometimes as many as the notebook's twenty. */
const lengthOf = (random: Random): number =>
  random.weighted([
    [3, 2],
    [4, 3],
    [3, 4],
    [2, 5],
    [2, 7],
    [1, 10],
    [0.5, 20],
  ]);

const axisKey = (random: Random): AxisKey =>
  random.weighted([
    [4, 'weightScale'],
    [3, 'learningRate'],
    [3, 'batchSize'],
    [1, 'normEps'],
    [1, 'trainImages'],
    [1, 'lrDecay'],
  ]);

/** A sweep and the settings beside it. */
type Part = ExperimentInput;

const makers: Readonly<Record<Shape, (random: Random) => Part>> = {
  'one cell': random => (random.chance(0.5) ? {} : { sweep: { normalization: random.pick(NETS) } }),
  nets: random => ({ sweep: { normalization: shuffledNets(random, random.int(2, 4)) } }),
  axis: random => {
    const key = axisKey(random);
    return { sweep: { [key]: valuesOf(random, key, lengthOf(random)) } };
  },
  'nets by axis': random => {
    const key = axisKey(random);
    const axis = { [key]: valuesOf(random, key, lengthOf(random)) };
    const nets = { normalization: shuffledNets(random, random.int(2, 3)) };
    return { sweep: random.chance(0.5) ? { ...axis, ...nets } : { ...nets, ...axis } };
  },
  'nets by two axes': random => ({
    sweep: {
      weightScale: valuesOf(random, 'weightScale', random.int(2, 4)),
      batchSize: valuesOf(random, 'batchSize', random.int(2, 3)),
      ...(random.chance(0.7) && { normalization: shuffledNets(random, 2) }),
    },
  }),
  'two words': random => ({
    sweep: {
      normalization: shuffledNets(random, 2),
      updateRule: random.some(RULES, 2),
      ...(random.chance(0.6) && { learningRate: valuesOf(random, 'learningRate', random.int(2, 4)) }),
    },
  }),
  epochs: random => ({
    sweep: {
      epochs: random.some([1, 2, 3, 4, 6, 8], random.int(2, 4)),
      ...(random.chance(0.6) && { normalization: shuffledNets(random, 2) }),
    },
  }),
  reg: random => ({
    sweep: {
      reg: random.some([0, 1e-3, 1e-2, 0.1, 0.3, 1, 10], random.int(2, 6)),
      ...(random.chance(0.6) && { normalization: shuffledNets(random, 2) }),
    },
  }),
  zip: random => {
    const count = random.int(2, 6);
    const partner = random.pick([
      { epochs: Array.from({ length: count }, (_, i) => i + 1) },
      { learningRate: valuesOf(random, 'learningRate', count) },
      { hiddenDims: Array.from({ length: count }, (_, i) => [4 * (i + 1), 4]) },
    ]);
    return {
      sweep: {
        zip: { batchSize: valuesOf(random, 'batchSize', count), ...partner },
        ...(random.chance(0.6) && { normalization: shuffledNets(random, 2) }),
      },
    };
  },
  'correlated grids': random => {
    const nets = random.chance(0.8) ? { normalization: shuffledNets(random, random.int(2, 3)) } : {};
    const sizes = valuesOf(random, 'batchSize', random.int(2, 4));
    const other = random.pick(['epochs', 'learningRate'] as const);
    return {
      sweep: sizes.map((batchSize, i) => ({
        ...nets,
        batchSize,
        ...(other === 'epochs' ? { epochs: i + 1 } : { learningRate: 1e-4 * (i + 1) }),
      })),
    };
  },
  groups: random => {
    const sizes = valuesOf(random, 'batchSize', random.int(2, 4));
    const plain = { normalization: 'none' as const, batchSize: sizes[0]! };
    return {
      sweep: [
        { group: 'batchnorm', ...plain },
        { group: 'batchnorm', normalization: 'batchnorm', batchSize: sizes },
        { group: 'layernorm', ...plain },
        {
          group: 'layernorm',
          normalization: 'layernorm',
          batchSize: random.chance(0.7) ? sizes : sizes.slice(1),
        },
      ],
    };
  },
  'parted grids': random => {
    const sizes = valuesOf(random, 'batchSize', 6);
    const [first, second] = shuffledNets(random, 2);
    const cut = random.int(2, 4);
    const overlap = random.int(0, 2);
    return {
      sweep: [
        { normalization: first!, batchSize: sizes.slice(0, cut) },
        { normalization: second!, batchSize: sizes.slice(cut - overlap) },
      ],
    };
  },
  holes: random => {
    const key = axisKey(random);
    const values = valuesOf(random, key, Math.max(3, lengthOf(random)));
    const nets = shuffledNets(random, random.int(2, 3));
    const exclude = random
      .some(
        nets.flatMap(normalization => values.map(value => ({ normalization, [key]: value }))),
        random.int(1, values.length),
      )
      .slice(0, nets.length * values.length - 1);
    return { sweep: { [key]: values, normalization: nets, exclude } };
  },
  lists: random => {
    const widths = random.some(
      [[2], [4, 4], [8, 8, 8], [16], [], [4, 8], [32, 4], Array.from({ length: 10 }, () => 4)],
      random.int(2, 5),
    );
    return {
      sweep: { hiddenDims: widths, ...(random.chance(0.7) && { normalization: shuffledNets(random, 2) }) },
    };
  },
  booleans: random => ({
    sweep: {
      diagnostics: [true, false],
      ...(random.chance(0.5) && { normalization: shuffledNets(random, 2) }),
      ...(random.chance(0.5) && { weightScale: valuesOf(random, 'weightScale', random.int(2, 4)) }),
    },
  }),
  'mixed axis': random => ({
    sweep: {
      weightScale: [
        ...valuesOf(random, 'weightScale', random.int(1, 4)),
        ...random.some(['he', 'xavier'] as const, random.int(1, 2)),
      ],
      normalization: shuffledNets(random, 2),
    },
  }),
  'close values': random => {
    const start = random.pick([1e-3, 0.1234, 0.5]);
    const values = Array.from({ length: random.int(2, 4) }, (_, i) => start * (1 + 1e-4 * i));
    return {
      sweep: { learningRate: values, ...(random.chance(0.7) && { normalization: shuffledNets(random, 2) }) },
    };
  },
  'many nets': random => ({
    sweep: {
      normalization: [...NETS],
      ...(random.chance(0.5) && { updateRule: random.some(RULES, 2) }),
      ...(random.chance(0.6) && { weightScale: valuesOf(random, 'weightScale', random.int(2, 5)) }),
    },
  }),
};

function shuffledNets(random: Random, count: number): (typeof NETS)[number][] {
  const nets = random.some(NETS, count);
  if (!nets.includes('none') && random.chance(0.7)) nets[nets.length - 1] = 'none';
  return random.chance(0.5) ? nets.reverse() : nets;
}

/** One experiment of a shape, or of any. */
export function designOf(random: Random, wanted?: Shape): Design {
  const shape = wanted ?? random.pick(shapes);
  const part = makers[shape](random);
  const swept = sweptKeys(part);
  const own = <Key extends SettingKey>(key: Key, value: SettingValue) =>
    swept.has(key) ? {} : { [key]: value };
  const seeds = seedsOf(random);
  const mostImages = swept.has('trainImages') || shape === 'zip' ? 5000 : 0;
  const trainImages = random.weighted([
    [3, 100],
    [2, 50],
    [3, 1000],
    [1, 1500],
  ]);
  return {
    shape,
    input: {
      hiddenDims: [4, 4],
      ...own('trainImages', trainImages),
      // Large batches keep the made-up losses few.
      ...own('batchSize', random.pick([25, 50, 100, 500])),
      ...own(
        'epochs',
        random.weighted([
          [2, 1],
          [2, 2],
          [3, 3],
          [2, 5],
          [1, 9],
        ]),
      ),
      ...(random.chance(0.1) && own('reg', random.pick([0.01, 1]))),
      numTraining: Math.max(mostImages, 2000),
      numValidation: random.weighted([
        [5, 1000],
        [2, 100],
        [1, 500],
        [1, 10_000],
      ]),
      stream: random.chance(0.15) ? 'notebook' : 'paired',
      ...seeds,
      ...part,
    },
  };
}

const sweptKeys = ({ sweep = [] }: ExperimentInput): Set<string> =>
  new Set([sweep].flat().flatMap(grid => [...Object.keys(grid), ...Object.keys(grid.zip ?? {})]));

function seedsOf(random: Random): Pick<ExperimentInput, 'replicates' | 'seeds' | 'seed'> {
  const count = random.weighted([
    [6, 1],
    [3, 2],
    [3, 3],
    [1, 4],
    [1, 5],
    [6, 6],
    [1, 8],
    [0.7, 12],
    [0.15, 17],
    [0.1, 20],
  ]);
  if (random.chance(0.2))
    return {
      seeds: random
        .some(
          Array.from({ length: 40 }, (_, i) => i),
          count,
        )
        .reverse(),
    };
  return { replicates: count, ...(random.chance(0.2) && { seed: random.int(0, 1000) }) };
}
