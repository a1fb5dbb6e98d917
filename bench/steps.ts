/** Times one training step on every back end, without gathering its minibatch. */
import {
  type Dtype,
  Engine,
  FullyConnectedNet,
  type Numerics,
  type Program,
  RandomState,
  updateRules,
} from 'cifar-norm';
import { ARITHMETICS, backEndOf, programsOf } from './programs.ts';
import { interleaved, type Spread, spreadOf, timeOf } from './timing.ts';

interface Case {
  readonly hiddenDims: readonly number[];
  readonly normalization: 'none' | 'batchnorm' | 'layernorm';
  readonly batchSize: number;
}

const CASES: readonly Case[] = [
  { hiddenDims: Array(7).fill(50), normalization: 'batchnorm', batchSize: 50 },
  { hiddenDims: Array(7).fill(50), normalization: 'none', batchSize: 50 },
  { hiddenDims: Array(5).fill(100), normalization: 'batchnorm', batchSize: 50 },
  { hiddenDims: Array(5).fill(100), normalization: 'batchnorm', batchSize: 5 },
  { hiddenDims: Array(5).fill(100), normalization: 'layernorm', batchSize: 5 },
  { hiddenDims: [1024, 1024], normalization: 'batchnorm', batchSize: 50 },
];

export interface StepRow {
  readonly net: string;
  readonly normalization: string;
  readonly batchSize: number;
  readonly dtype: Dtype;
  readonly numerics: Numerics;
  /** By back end. */
  readonly microseconds: Readonly<Record<string, Spread>>;
}

export async function benchSteps(rounds: number): Promise<StepRow[]> {
  const measurements = new Map<string, () => number>();
  const rows = ARITHMETICS.flatMap(([dtype, numerics]) =>
    CASES.map(each => {
      const { normalization, batchSize } = each;
      const net = each.hiddenDims.join('x');
      const row = { net, normalization, batchSize, dtype, numerics };
      const names = programsOf(dtype, numerics).map(program => {
        const name = `${Object.values(row).join(' ')} ${backEndOf(program)}`;
        measurements.set(name, stepOf(program, each));
        return [backEndOf(program), name] as const;
      });
      return { row, names };
    }),
  );
  for (const measure of measurements.values()) measure();
  const values = await interleaved(rounds, measurements);
  return rows.map(({ row, names }) => ({
    ...row,
    microseconds: Object.fromEntries(names.map(([backEnd, name]) => [backEnd, spreadOf(values.get(name)!)])),
  }));
}

function stepOf(program: Program, { batchSize, ...shape }: Case): () => number {
  const random = new RandomState(231);
  const engine = new Engine(program);
  const net = new FullyConnectedNet(
    engine,
    {
      ...shape,
      inputDim: 3072,
      numClasses: 10,
      weightScale: 0.02,
      reg: 0,
      maxRows: batchSize,
      rule: updateRules.adam,
    },
    random,
  );
  engine.write(net.input, random.randn(new Float64Array(batchSize * 3072)));
  let t = 0;
  return () => 1000 * timeOf(() => void net.trainStep(batchSize, 1e-3, ++t), 100);
}
