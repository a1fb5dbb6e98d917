/** Normalizations by themselves: laws that they must obey, and NumPy's figures. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { setScaleAndShift, standaloneLayer } from '../../src/checks/layer-checks.ts';
import { numericGradient, relativeError } from '../../src/checks/numeric-gradient.ts';
import type { Normalization } from '../../src/config/schema.ts';
import { compileProgram } from '../../src/kernels/choose-backend.ts';
import { Engine } from '../../src/kernels/engine.ts';
import {
  batchnormBackwardStaged,
  type NormalizationRow,
  normalizations,
} from '../../src/nn/normalizations.ts';
import { RandomState } from '../../src/random/random-state.ts';
import { truth } from '../shared.ts';

type Backward = NormalizationRow['backward'];

const normalizing = (Object.keys(normalizations) as Normalization[]).filter(
  name => normalizations[name].over !== undefined,
);
const over = (what: NormalizationRow['over']) =>
  normalizing.filter(name => normalizations[name].over === what);

/** A layer of (n, h) with random parameters. */
function layerOf(name: Normalization, n: number, h: number) {
  const engine = new Engine(compileProgram('float64'));
  const layer = standaloneLayer(engine, name, n, h);
  return {
    output(x: Float64Array, gamma: Float64Array, beta: Float64Array) {
      setScaleAndShift(engine, layer, gamma, beta);
      engine.write(layer.out, x);
      normalizations[name].forward(engine, n, layer, 'train');
      return engine.read(layer.out);
    },
    gradients(backward: Backward, dout: Float64Array) {
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

describe('laws, for random shapes', () => {
  it.each(over('batch'))('%s: a constant added to a column changes nothing', name => {
    fc.assert(
      fc.property(shape, ({ n, h, seed }) => {
        const { output } = layerOf(name, n, h);
        const [x, gamma, beta] = [normal(seed, n * h), normal(seed + 1, h), normal(seed + 2, h)];
        const shift = normal(seed + 3, h);
        const shifted = x.map((v, i) => v + 10 * shift[i % h]!);
        near(output(shifted, gamma, beta), output(x, gamma, beta), 1e-9);
      }),
    );
  });

  it.each(over('batch'))('%s: permuting the batch permutes the output', name => {
    fc.assert(
      fc.property(shape, ({ n, h, seed }) => {
        const { output } = layerOf(name, n, h);
        const [x, gamma, beta] = [normal(seed, n * h), normal(seed + 1, h), normal(seed + 2, h)];
        const reversed = (rows: Float64Array) =>
          Float64Array.from(rows, (_, i) => rows[(n - 1 - Math.floor(i / h)) * h + (i % h)]!);
        near(output(reversed(x), gamma, beta), reversed(output(x, gamma, beta)), 1e-9);
      }),
    );
  });

  it.each([...over('features'), ...over('groups')])('%s: normalizes each row by itself', name => {
    fc.assert(
      fc.property(shape, ({ n, h, seed }) => {
        const [x, gamma, beta] = [normal(seed, n * h), normal(seed + 1, h), normal(seed + 2, h)];
        const together = layerOf(name, n, h).output(x, gamma, beta);
        const alone = layerOf(name, 1, h).output(x.slice(0, h), gamma, beta);
        expect(alone).toEqual(together.slice(0, h));
      }),
    );
  });

  it('layernorm: a constant added to a row changes nothing', () => {
    fc.assert(
      fc.property(shape, ({ n, h, seed }) => {
        const { output } = layerOf('layernorm', n, h);
        const [x, gamma, beta] = [normal(seed, n * h), normal(seed + 1, h), normal(seed + 2, h)];
        const shifted = x.map(v => v + 7);
        near(output(shifted, gamma, beta), output(x, gamma, beta), 1e-8);
      }),
    );
  });

  it.each([
    ...normalizing.map(name => [name, 'training', normalizations[name].backward] as const),
    ['batchnorm', 'staged', batchnormBackwardStaged] as const,
  ])('%s: the %s backward pass agrees with centred differences', (name, _, backward) => {
    const { parameters, over } = normalizations[name];
    fc.assert(
      fc.property(shape, ({ n, h, seed }) => {
        fc.pre((over === 'batch' ? n : h) > 2);
        const { output, gradients } = layerOf(name, n, h);
        const [x, gamma, beta] = [normal(seed, n * h), normal(seed + 1, h), normal(seed + 2, h)];
        const dout = normal(seed + 3, n * h);
        const run = () => output(x, gamma, beta);
        run();
        const { dx, dgamma, dbeta } = gradients(backward, dout);
        const scale = Math.max(1, ...dx.map(Math.abs));
        near(numericGradient(run, dout, x), dx, 1e-4 * scale);
        if ('gamma' in parameters) near(numericGradient(run, dout, gamma), dgamma, 1e-6);
        if ('beta' in parameters) near(numericGradient(run, dout, beta), dbeta, 1e-6);
      }),
      { numRuns: 40 },
    );
  });

  it.each(['batchnorm', 'layernorm'] as const)('%s: one row with one feature becomes beta', name => {
    const { output } = layerOf(name, 1, 1);
    expect([...output(Float64Array.of(3), Float64Array.of(2), Float64Array.of(5))]).toEqual([5]);
  });
});

describe('NumPy on the same numbers', () => {
  const golden = JSON.parse(truth('numpy-231.json'));
  const flat = (rows: number[][]) => Float64Array.from(rows.flat());

  it.each([
    ['batchnorm', 'staged', batchnormBackwardStaged],
    ['batchnorm', 'simplified', normalizations.batchnorm.backward],
    ['layernorm', 'simplified', normalizations.layernorm.backward],
  ] as const)('%s forward and %s backward, 4 x 5', (name, _, backward) => {
    const figures = golden[`${name}_backward_4x5`];
    const { output, gradients } = layerOf(name, 4, 5);
    const [gamma, beta] = [Float64Array.from(figures.gamma), Float64Array.from(figures.beta)];
    expect(relativeError(output(flat(figures.x), gamma, beta), flat(figures.out))).toBeLessThan(1e-13);
    const { dx, dgamma, dbeta } = gradients(backward, flat(figures.dout));
    expect(relativeError(dx, flat(figures.dx))).toBeLessThan(1e-9);
    expect(relativeError(dgamma, figures.dgamma)).toBeLessThan(1e-13);
    expect(relativeError(dbeta, figures.dbeta)).toBeLessThan(1e-13);
  });
});
