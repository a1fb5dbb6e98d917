/** GFLOP/s of matrix products in the shapes of the shipped experiments and larger ones, and the processor's peak. */
import { readFileSync } from 'node:fs';
import { type Dtype, Engine, type Numerics } from 'cifar-norm';
import { program, wide } from './program.ts';
import { interleaved, type Spread, timeOf } from './timing.ts';

/** [product, m, n, k]: C (m, n) = A B, summed over k. */
const SHAPES = [
  ['NN', 50, 50, 3072],
  ['NN', 50, 100, 3072],
  ['NN', 100, 50, 3072],
  ['NN', 50, 50, 50],
  ['NN', 50, 100, 100],
  ['TN', 3072, 50, 50],
  ['TN', 3072, 100, 50],
  ['NT', 50, 50, 50],
  ['NT', 50, 100, 100],
  ['NN', 256, 256, 256],
  ['NN', 512, 512, 512],
  ['NN', 1024, 1024, 1024],
  ['NN', 50, 4096, 4096],
  ['TN', 4096, 4096, 50],
] as const;

export interface KernelRow {
  readonly kernel: string;
  readonly dtype: Dtype;
  readonly numerics: Numerics;
  readonly gflops: Spread;
}

const MILLISECONDS = 60;

export async function benchKernels(rounds: number): Promise<{ peak: Spread; rows: KernelRow[] }> {
  const measurements: Record<string, () => number> = { peak: registerPeak };
  const meanings = new Map<string, Omit<KernelRow, 'gflops'>>();
  for (const [dtype, numerics] of [
    ['float32', 'portable'],
    ['float32', 'fused'],
    ['float64', 'portable'],
  ] as const) {
    for (const shape of SHAPES) {
      const kernel = `${shape[0]} ${shape.slice(1).join(' x ')}`;
      const name = `${kernel} ${dtype} ${numerics}`;
      meanings.set(name, { kernel, dtype, numerics });
      measurements[name] = productOf(dtype, numerics, shape);
    }
  }
  for (const measure of Object.values(measurements)) measure();
  const { peak, ...spreads } = await interleaved(rounds, measurements);
  const rows = [...meanings].map(([name, meaning]) => ({ ...meaning, gflops: spreads[name]! }));
  return { peak: peak!, rows };
}

function productOf(dtype: Dtype, numerics: Numerics, [product, m, n, k]: (typeof SHAPES)[number]) {
  const engine = new Engine(program(dtype, numerics));
  const { gemmNN, gemmTN, gemmNT } = engine.kernels;
  const a = product === 'TN' ? engine.matrix(k, m) : engine.matrix(m, k);
  const b = product === 'NT' ? engine.matrix(n, k) : engine.matrix(k, n);
  const c = engine.matrix(m, n);
  const bias = engine.matrix(1, n);
  const packing = engine.packing(m);
  for (const matrix of [a, b]) {
    engine.write(
      matrix,
      Float64Array.from({ length: matrix.rows * matrix.cols }, (_, i) => ((i * 7919) % 1009) / 1009 - 0.5),
    );
  }
  const run = {
    NN: () =>
      gemmNN(m, n, k, a.pointer, a.stride, b.pointer, b.stride, bias.pointer, c.pointer, c.stride, packing),
    TN: () => gemmTN(m, n, k, a.pointer, a.stride, b.pointer, b.stride, c.pointer, c.stride),
    NT: () => gemmNT(m, n, k, a.pointer, a.stride, b.pointer, b.stride, c.pointer, c.stride),
  }[product];
  return () => (2 * m * n * k) / 1e6 / timeOf(run, MILLISECONDS);
}

/** Peak of multiplying and adding float32 numbers in registers, at the vector width that V8 uses for the kernels. */
function registerPeak(): number {
  const bytes = readFileSync(new URL(`./${wide ? 'wide-peak' : 'peak'}.wasm`, import.meta.url));
  const memory = new WebAssembly.Memory({ initial: 1 });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } });
  const { run, FLOPS } = exports as { run(steps: number): void; FLOPS: WebAssembly.Global };
  const steps = 10_000;
  for (let i = 0; i < 50; i++) run(steps);
  return ((FLOPS.value as number) * steps) / 1e6 / timeOf(() => run(steps), MILLISECONDS);
}
