import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalizedLayer, setScaleAndShift } from '../../src/checks/layer-checks.ts';
import { numericGradient, relativeError } from '../../src/checks/numeric-gradient.ts';
import { Engine } from '../../src/kernels/engine.ts';
import {
  batchnormBackward,
  batchnormBackwardAlt,
  batchnormForward,
  layernormBackward,
  layernormForward,
} from '../../src/nn/layers.ts';
import { RandomState } from '../../src/random/random-state.ts';
import { sharedFolder, sharedPath } from '../shared.ts';

type Norm = 'batchnorm' | 'layernorm';
const forward = { batchnorm: batchnormForward, layernorm: layernormForward };

function layerOf(n: number, h: number) {
  const engine = new Engine('float64');
  const layer = normalizedLayer(engine, n, h);
  return {
    engine,
    layer,
    output(norm: Norm, x: Float64Array, gamma: Float64Array, beta: Float64Array) {
      setScaleAndShift(engine, layer, gamma, beta);
      engine.write(layer.out, x);
      forward[norm](engine, n, layer, 'train');
      return engine.read(layer.out);
    },
    gradients(backward: typeof batchnormBackward, dout: Float64Array) {
      engine.write(layer.dout, dout);
      backward(engine, n, layer);
      const row = (pointer: number) => Float64Array.from(engine.reals(pointer, h));
      return { dx: engine.read(layer.dout), dgamma: row(layer.dgamma), dbeta: row(layer.dbeta) };
    },
  };
}

const shape = fc.record({
  n: fc.integer({ min: 2, max: 9 }),
  h: fc.integer({ min: 2, max: 9 }),
  seed: fc.nat(1000),
});
const normal = (seed: number, count: number) => new RandomState(seed).randn(new Float64Array(count));
const near = (a: Float64Array, b: Float64Array, within: number) => {
  for (const [i, v] of a.entries())
    expect(Math.abs(v - b[i]!)).toBeLessThanOrEqual(within * (1 + Math.abs(v)));
};

describe('laws of normalization, for random shapes', () => {
  it('batch norm: a constant added to a column changes nothing', () => {
    fc.assert(
      fc.property(shape, ({ n, h, seed }) => {
        const { output } = layerOf(n, h);
        const [x, gamma, beta, shift] = [
          normal(seed, n * h),
          normal(seed + 1, h),
          normal(seed + 2, h),
          normal(seed + 3, h),
        ];
        const plain = output('batchnorm', x, gamma, beta);
        near(
          output(
            'batchnorm',
            x.map((v, i) => v + 10 * shift[i % h]!),
            gamma,
            beta,
          ),
          plain,
          1e-9,
        );
      }),
    );
  });

  it('batch norm: permuting the batch permutes the output', () => {
    fc.assert(
      fc.property(shape, ({ n, h, seed }) => {
        const { output } = layerOf(n, h);
        const [x, gamma, beta] = [normal(seed, n * h), normal(seed + 1, h), normal(seed + 2, h)];
        const reversed = (rows: Float64Array) =>
          Float64Array.from(rows, (_, i) => rows[(n - 1 - Math.floor(i / h)) * h + (i % h)]!);
        near(
          output('batchnorm', reversed(x), gamma, beta),
          reversed(output('batchnorm', x, gamma, beta)),
          1e-9,
        );
      }),
    );
  });

  it('layer norm: each row by itself, and a constant added to a row changes nothing', () => {
    fc.assert(
      fc.property(shape, ({ n, h, seed }) => {
        const [x, gamma, beta] = [normal(seed, n * h), normal(seed + 1, h), normal(seed + 2, h)];
        const together = layerOf(n, h).output('layernorm', x, gamma, beta);
        const alone = layerOf(1, h).output('layernorm', x.slice(0, h), gamma, beta);
        expect(alone).toEqual(together.slice(0, h));
        near(
          layerOf(n, h).output(
            'layernorm',
            x.map(v => v + 7),
            gamma,
            beta,
          ),
          together,
          1e-8,
        );
      }),
    );
  });

  it.each([
    ['batchnorm', 'staged', batchnormBackward],
    ['batchnorm', 'simplified', batchnormBackwardAlt],
    ['layernorm', 'simplified', layernormBackward],
  ] as const)('%s: the %s backward pass is the gradient by centred differences', (norm, _, backward) => {
    fc.assert(
      fc.property(shape, ({ n, h, seed }) => {
        fc.pre(norm === 'layernorm' ? h > 2 : n > 2);
        const { output, gradients } = layerOf(n, h);
        const [x, gamma, beta] = [normal(seed, n * h), normal(seed + 1, h), normal(seed + 2, h)];
        const dout = normal(seed + 3, n * h);
        const run = () => output(norm, x, gamma, beta);
        run();
        const { dx, dgamma, dbeta } = gradients(backward, dout);
        const scale = Math.max(1, ...dx.map(Math.abs));
        near(numericGradient(run, dout, x), dx, 1e-4 * scale);
        near(numericGradient(run, dout, gamma), dgamma, 1e-6);
        near(numericGradient(run, dout, beta), dbeta, 1e-6);
      }),
      { numRuns: 40 },
    );
  });

  it('a batch of one and one feature: no division by zero', () => {
    for (const norm of ['batchnorm', 'layernorm'] as const) {
      const { output } = layerOf(1, 1);
      expect([...output(norm, Float64Array.of(3), Float64Array.of(2), Float64Array.of(5))]).toEqual([5]);
    }
  });
});

describe.skipIf(!sharedFolder)(
  'NumPy on the same numbers (skipped where the shared folder is absent)',
  () => {
    const golden = sharedFolder
      ? JSON.parse(readFileSync(sharedPath('truth', 'numpy-231.json'), 'utf8'))
      : {};
    const flat = (rows: number[][]) => Float64Array.from(rows.flat());

    it.each([
      ['batchnorm', batchnormBackward],
      ['batchnorm', batchnormBackwardAlt],
      ['layernorm', layernormBackward],
    ] as const)('%s forward and backward, 4 x 5', (norm, backward) => {
      const figures = golden[`${norm}_backward_4x5`];
      const { output, gradients } = layerOf(4, 5);
      const out = output(
        norm,
        flat(figures.x),
        Float64Array.from(figures.gamma),
        Float64Array.from(figures.beta),
      );
      expect(relativeError(out, flat(figures.out))).toBeLessThan(1e-13);
      const { dx, dgamma, dbeta } = gradients(backward, flat(figures.dout));
      expect(relativeError(dx, flat(figures.dx))).toBeLessThan(1e-9);
      expect(relativeError(dgamma, figures.dgamma)).toBeLessThan(1e-13);
      expect(relativeError(dbeta, figures.dbeta)).toBeLessThan(1e-13);
    });
  },
);
