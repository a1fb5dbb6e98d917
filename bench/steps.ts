/** Times one training step, without gathering its minibatch. */
import { type Dtype, Engine, FullyConnectedNet, type Numerics, RandomState, updateRules } from 'cifar-norm';
import { program } from './program.ts';
import { interleaved, type Spread, timeOf } from './timing.ts';

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
  readonly microseconds: Spread;
}

export async function benchSteps(rounds: number): Promise<StepRow[]> {
  const measurements: Record<string, () => number> = {};
  const meanings = new Map<string, Omit<StepRow, 'microseconds'>>();
  for (const [dtype, numerics] of [
    ['float32', 'portable'],
    ['float32', 'fused'],
    ['float64', 'portable'],
  ] as const) {
    for (const { hiddenDims, normalization, batchSize } of CASES) {
      const net = hiddenDims.join('x');
      const name = [net, normalization, batchSize, dtype, numerics].join(' ');
      meanings.set(name, { net, normalization, batchSize, dtype, numerics });
      measurements[name] = stepOf(dtype, numerics, { hiddenDims, normalization, batchSize });
    }
  }
  for (const measure of Object.values(measurements)) measure();
  const spreads = await interleaved(rounds, measurements);
  return [...meanings].map(([name, meaning]) => ({ ...meaning, microseconds: spreads[name]! }));
}

function stepOf(dtype: Dtype, numerics: Numerics, { batchSize, ...shape }: Case) {
  const random = new RandomState(231);
  const engine = new Engine(program(dtype, numerics));
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
