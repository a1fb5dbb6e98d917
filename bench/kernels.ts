/** GFLOP/s of the products of a training step on every back end, in the shapes of the shipped experiments and larger ones. */
import { type Dtype, Engine, type Numerics, type Program, updateRules } from 'cifar-norm';
import { peakMeasurements } from './peaks.ts';
import { ARITHMETICS, backEndOf, programsOf } from './programs.ts';
import { interleaved, type Spread, spreadOf, timeOf } from './timing.ts';

/**
 * [kernel, m, n, k]: C (m, n) = A B, summed over k. `images` makes A of bytes; `update` computes a weight gradient, A transposed, and
 * gives it to Adam; NT is B transposed, which no back end but WebAssembly has.
 */
const SHAPES = [
  ['images', 50, 50, 3072],
  ['images', 50, 100, 3072],
  ['NN', 50, 50, 50],
  ['NN', 50, 100, 100],
  ['NN', 50, 50, 3072],
  ['NN', 256, 256, 256],
  ['NN', 1024, 1024, 1024],
  ['NN', 50, 4096, 4096],
  ['update', 3072, 50, 50],
  ['update', 3072, 100, 50],
  ['update', 100, 100, 5],
  ['NT', 50, 50, 50],
  ['NT', 50, 100, 100],
] as const;

export interface KernelRow {
  readonly kernel: string;
  readonly dtype: Dtype;
  readonly numerics: Numerics;
  /** By back end. */
  readonly gflops: Readonly<Record<string, Spread>>;
}

export interface KernelFigures {
  readonly peaks: Readonly<Record<string, Spread>>;
  readonly rows: readonly KernelRow[];
}

export async function benchKernels(rounds: number, tell: (text: string) => void): Promise<KernelFigures> {
  const peaks = peakMeasurements(tell);
  const measurements = new Map(peaks);
  const rows = ARITHMETICS.flatMap(([dtype, numerics]) =>
    SHAPES.map(shape => {
      const kernel = `${shape[0]} ${shape.slice(1).join(' x ')}`;
      const names = programsOf(dtype, numerics)
        .filter(program => shape[0] !== 'NT' || !program.native)
        .map(program => {
          const name = [kernel, dtype, numerics, backEndOf(program)].join(' ');
          measurements.set(name, productOf(program, shape));
          return [backEndOf(program), name] as const;
        });
      return { kernel, dtype, numerics, names };
    }),
  );
  for (const measure of measurements.values()) measure();
  const values = await interleaved(rounds, measurements);
  const spread = (name: string) => spreadOf(values.get(name)!);
  return {
    peaks: Object.fromEntries([...peaks.keys()].map(name => [name, spread(name)])),
    rows: rows.map(({ names, ...row }) => ({
      ...row,
      gflops: Object.fromEntries(names.map(([backEnd, name]) => [backEnd, spread(name)])),
    })),
  };
}

function productOf(program: Program, [kernel, m, n, k]: (typeof SHAPES)[number]): () => number {
  const engine = new Engine(program);
  const { gemmNN, gemmNT, gemmImages, weightUpdate } = engine.kernels;
  const matrix = (rows: number, cols: number) => {
    const made = engine.matrix(rows, cols);
    engine.write(
      made,
      Float64Array.from({ length: rows * cols }, (_, i) => ((i * 7919) % 1009) / 1009 - 0.5),
    );
    return made;
  };
  const [a, b, c] = [
    kernel === 'update' ? matrix(k, m) : matrix(m, k),
    kernel === 'NT' ? matrix(n, k) : matrix(k, n),
    matrix(m, n),
  ];
  const bias = matrix(1, n).pointer;
  const packing = engine.packing(m);
  const pixels = engine.allocate((m + 4) * k);
  const [high, low] = [matrix(1, k).pointer, matrix(1, k).pointer];
  const [s1, s2, strip, hyper] = [
    engine.matrix(m, n),
    engine.matrix(m, n),
    matrix(8, n),
    engine.allocate(64),
  ];
  engine.reals(hyper, HYPER.length).set(HYPER);
  // biome-ignore format: matrix by matrix
  const run = {
    images: () => gemmImages(m, n, k, pixels, high, low, a.pointer, a.stride, b.pointer, b.stride, bias, c.pointer, c.stride, packing),
    NN: () => gemmNN(4 * Math.ceil(m / 4), n, k, a.pointer, a.stride, b.pointer, b.stride, bias, c.pointer, c.stride, packing),
    update: () => weightUpdate(k, m, n, a.pointer, a.stride, b.pointer, b.stride, 0, updateRules.adam.kernel, c.pointer, s1.pointer, s2.pointer, c.stride, strip.pointer, hyper),
    NT: () => gemmNT(4 * Math.ceil(m / 4), n, k, a.pointer, a.stride, b.pointer, b.stride, c.pointer, c.stride),
  }[kernel];
  return () => (2 * m * n * k) / 1e6 / timeOf(run, 60);
}

/** A step so small that the weights hardly change, however often it runs. */
const HYPER = updateRules.adam.hyper(1e-9, 1);
