import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { largestSize, numericGradient, relativeError } from '../../src/checks/numeric-gradient.ts';
import { compileProgram } from '../../src/kernels/choose-backend.ts';
import { Engine } from '../../src/kernels/engine.ts';
import type { Matrix } from '../../src/kernels/matrix.ts';
import { type Dtype, dtypes } from '../../src/kernels/numerics.ts';
import { FullyConnectedNet, type NetOptions } from '../../src/nn/fully-connected-net.ts';
import { normalizations } from '../../src/nn/normalizations.ts';
import { updateRules } from '../../src/nn/update-rules.ts';
import { RandomState } from '../../src/random/random-state.ts';
import { truth } from '../shared.ts';

const names = Object.keys(normalizations) as NetOptions['normalization'][];

function netOf(
  options: Partial<NetOptions> & Pick<NetOptions, 'maxRows'>,
  random: RandomState,
  dtype: Dtype = 'float64',
) {
  const engine = new Engine(compileProgram(dtype));
  const usual = {
    inputDim: 15,
    hiddenDims: [20, 30],
    numClasses: 10,
    normalization: 'none',
    weightScale: 5e-2,
    reg: 0,
  } as const;
  return { engine, net: new FullyConnectedNet(engine, { ...usual, ...options }, random) };
}

function parameters(engine: Engine, matrix: Matrix) {
  const perRow = matrix.stride / engine.bytesPerReal;
  const view = engine.reals(matrix.pointer, matrix.rows * perRow) as Float64Array;
  const indices = Array.from(
    { length: matrix.rows * matrix.cols },
    (_, i) => Math.floor(i / matrix.cols) * perRow + (i % matrix.cols),
  );
  return { view, indices };
}

describe('NumPy on the same net', () => {
  const golden = JSON.parse(truth('numpy-231.json'));

  it.each(['batchnorm', 'layernorm', 'none'] as const)(
    '%s: loss and every gradient, with and without reg',
    normalization => {
      const random = new RandomState(231);
      const images = random.randn(new Float64Array(2 * 15));
      const labels = random.randint(0, 10, new Int32Array(2));
      for (const reg of [0, 3.14]) {
        const figures = golden[`net_gradient_${normalization}_reg_${reg}`];
        const { engine, net } = netOf({ normalization, reg, maxRows: 2 }, random);
        engine.write(net.input, images);
        engine.bytes(net.labels, 2).set(labels);
        const { loss, gradients } = net.lossAndGradients(2);
        expect(Math.abs(loss - figures.loss)).toBeLessThan(1e-12);
        expect([...gradients.keys()].sort()).toEqual(Object.keys(figures.grad_abs_sum).sort());
        for (const [name, gradient] of gradients) {
          const sum = gradient.reduce((total, v) => total + Math.abs(v), 0);
          expect(Math.abs(sum - figures.grad_abs_sum[name])).toBeLessThan(1e-11 * (1 + sum));
          const first = [...gradient.slice(0, 3)].map((v, i) => v - figures.grad_first3[name][i]);
          expect(largestSize(first)).toBeLessThan(1e-12);
        }
      }
    },
  );
});

describe('laws, for random shapes', () => {
  const shape = fc.record({
    n: fc.integer({ min: 1, max: 7 }),
    inputDim: fc.integer({ min: 1, max: 9 }),
    hiddenDims: fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 3 }),
    normalization: fc.constantFrom(...names),
    reg: fc.constantFrom(0, 0.7),
    seed: fc.nat(1000),
  });

  it('the gradients of a net agree with centred differences', () => {
    fc.assert(
      fc.property(shape, ({ n, seed, ...options }) => {
        const random = new RandomState(seed);
        const { engine, net } = netOf({ ...options, weightScale: 0.7, maxRows: n }, random);
        engine.write(net.input, random.randn(new Float64Array(n * options.inputDim)));
        engine.bytes(net.labels, n).set(random.randint(0, 10, new Int32Array(n)));
        // A bias of 0 behind dead units puts its own unit on the kink of its ReLU, where there is no gradient.
        for (const [name, matrix] of net.params) {
          if (name.startsWith('b')) engine.write(matrix, random.randn(new Float64Array(matrix.cols)));
        }
        const { gradients } = net.lossAndGradients(n);
        for (const [name, matrix] of net.params) {
          const { view, indices } = parameters(engine, matrix);
          const numeric = numericGradient(() => net.loss(n), [1, 1], view, indices);
          const gradient = gradients.get(name)!;
          const steepest = Math.max(1, largestSize(gradient));
          expect(largestSize(numeric.map((v, i) => v - gradient[i]!))).toBeLessThan(1e-4 * steepest);
        }
      }),
      // The seed is fixed, because a difference that happens to cross a kink says nothing.
      { numRuns: 60, seed: 231 },
    );
  });

  it('a training step applies the update rule to the gradient', () => {
    for (const [name, rule] of Object.entries(updateRules)) {
      const { engine, net } = netOf(
        { normalization: 'batchnorm', reg: 0.1, maxRows: 6, rule },
        new RandomState(3),
      );
      const images = new RandomState(4).randn(new Float64Array(6 * 15));
      engine.write(net.input, images);
      const { gradients } = net.lossAndGradients(6);
      const before = new Map([...net.params].map(([key, matrix]) => [key, engine.read(matrix)]));
      net.trainStep(6, 0.01, 1);
      for (const [key, matrix] of net.params) {
        const moved = engine.read(matrix).map((v, i) => v - before.get(key)![i]!);
        const expected = gradients.get(key)!.map(g => firstStep(name, g, 0.01));
        expect(largestSize(moved.map((v, i) => v - expected[i]!))).toBeLessThan(1e-9);
      }
    }
  });

  it('a net of one neuron, one image and one class trains', () => {
    const { engine, net } = netOf(
      {
        inputDim: 1,
        hiddenDims: [1],
        numClasses: 1,
        normalization: 'layernorm',
        maxRows: 1,
        rule: updateRules.adam,
      },
      new RandomState(0),
    );
    engine.write(net.input, [2]);
    expect(net.trainStep(1, 0.1, 1)).toBe(0);
    expect(net.countCorrect(1)).toBe(1);
    expect([...net.predict(1)]).toEqual([0]);
  });

  it('predictions have the greatest score, and countCorrect counts those that are right', () => {
    fc.assert(
      fc.property(shape, ({ n, seed, ...options }) => {
        const random = new RandomState(seed);
        const { engine, net } = netOf({ ...options, maxRows: n + 3 }, random);
        engine.write(net.input, random.randn(new Float64Array(n * options.inputDim)));
        const labels = random.randint(0, 10, new Int32Array(n));
        engine.bytes(net.labels, n).set(labels);
        const [scores, predictions] = [net.scores(n), net.predict(n)];
        expect([scores.length, predictions.length]).toEqual([10 * n, n]);
        for (const [i, prediction] of predictions.entries()) {
          const row = [...scores.subarray(10 * i, 10 * (i + 1))];
          expect(prediction).toBe(row.indexOf(Math.max(...row)));
        }
        const correct = labels.filter((label, i) => label === predictions[i]).length;
        expect(net.countCorrect(n)).toBe(correct);
      }),
      { numRuns: 50 },
    );
  });

  it('the loss of great scores does not overflow', () => {
    for (const dtype of dtypes) {
      const { engine, net } = netOf({ maxRows: 1 }, new RandomState(0), dtype);
      engine.write(net.params.get('b3')!, [0, 2000, 1000]);
      engine.bytes(net.labels, 1).set([2]);
      const { loss, gradients } = net.lossAndGradients(1);
      expect(loss).toBe(1000);
      expect([...gradients.get('b3')!]).toEqual([0, 1, -1, 0, 0, 0, 0, 0, 0, 0]);
    }
  });

  it('a NaN is the greatest score, as in np.argmax', () => {
    const { engine, net } = netOf({ maxRows: 1 }, new RandomState(0));
    engine.write(net.params.get('b3')!, [1, 2, Number.NaN, 4, Number.NaN]);
    engine.bytes(net.labels, 1).set([2]);
    expect([...net.predict(1)]).toEqual([2]);
    expect(net.countCorrect(1)).toBe(1);
  });
});

/** The course's rules in their first step, when all state is zero. */
function firstStep(rule: string, g: number, rate: number): number {
  switch (rule) {
    case 'rmsprop':
      return (-rate * g) / (Math.sqrt(0.01 * g * g) + 1e-8);
    case 'adam':
      return (-rate * g) / (Math.sqrt(g * g) + 1e-8);
    default:
      return -rate * g;
  }
}

it('restoreBest restores what saveBest saved', () => {
  const { engine, net } = netOf(
    { normalization: 'batchnorm', maxRows: 4, rule: updateRules.adam },
    new RandomState(1),
  );
  const all = () => [...net.params.values()].flatMap(matrix => [...engine.read(matrix)]);
  engine.write(net.input, new RandomState(2).randn(new Float64Array(4 * 15)));
  net.trainStep(4, 0.1, 1);
  net.saveBest();
  const saved = all();
  net.trainStep(4, 0.1, 2);
  expect(relativeError(all(), saved)).toBeGreaterThan(1e-3);
  net.restoreBest();
  expect(all()).toEqual(saved);
});
