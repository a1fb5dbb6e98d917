/** NumPy's figures (test/truth/evidence-231.json) for RMS norm, group norm and the diagnostics. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { setScaleAndShift, standaloneLayer } from '../../src/checks/layer-checks.ts';
import { experimentSchema, type Settings } from '../../src/config/schema.ts';
import { loadDataset } from '../../src/data/load.ts';
import { meanImage } from '../../src/data/split.ts';
import { compileProgram } from '../../src/kernels/choose-backend.ts';
import { Engine } from '../../src/kernels/engine.ts';
import { normalizations } from '../../src/nn/normalizations.ts';
import { type History, Solver, type TrainingData } from '../../src/nn/solver.ts';
import { RandomState } from '../../src/random/random-state.ts';
import { diagnosticNames } from '../../src/records/diagnostics.ts';
import { sharedFolder, sharedPath } from '../shared.ts';

const truth = JSON.parse(readFileSync(new URL('../truth/evidence-231.json', import.meta.url), 'utf8'));
const flat = (rows: number[][]) => Float64Array.from(rows.flat());
const apart = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce((most, v, i) => Math.max(most, Math.abs(v - b[i]!)), 0);

describe.each([
  ['rmsnorm', 1],
  ['groupnorm', 1],
  ['groupnorm', 2],
  ['groupnorm', 3],
  ['groupnorm', 12],
] as const)('%s with %i groups', (name, groups) => {
  it('equals NumPy to 1e-12, forward and backward', () => {
    const { x, gamma, beta, dout } = truth.inputs;
    const expected = truth[`${name}_groups_${groups}`];
    const engine = new Engine(compileProgram('float64'));
    const layer = standaloneLayer(engine, name, 6, 12, groups);
    setScaleAndShift(engine, layer, gamma, beta);
    engine.write(layer.out, flat(x));
    normalizations[name].forward(engine, 6, layer, 'train');
    expect(apart(engine.read(layer.out), flat(expected.out))).toBeLessThan(1e-12);
    engine.write(layer.dout, flat(dout));
    normalizations[name].backward(engine, 6, layer);
    expect(apart(engine.read(layer.dout), flat(expected.dx))).toBeLessThan(1e-12);
    expect(apart(engine.reals(layer.dgamma, 12), expected.dgamma)).toBeLessThan(1e-12);
    if (name !== 'rmsnorm') expect(apart(engine.reals(layer.dbeta, 12), expected.dbeta)).toBeLessThan(1e-12);
  });
});

describe.skipIf(!sharedFolder)('on real CIFAR-10 (skipped where the shared folder is absent)', async () => {
  const data = sharedFolder ? await realData() : undefined;

  it.each([
    ['rmsnorm', 'rmsnorm', 1],
    ['groupnorm_5', 'groupnorm', 5],
    ['layernorm', 'layernorm', 1],
  ] as const)(
    'the training of %s equals NumPy to 1e-9 at every iteration',
    (key, normalization, normGroups) => {
      const { losses } = train({ normalization, normGroups, epochs: 3 });
      const expected: number[] = truth[`deep_net_${key}_float64_losses`];
      expect(losses.length).toBe(expected.length);
      expect(apart(losses, expected)).toBeLessThan(1e-9);
    },
  );

  it.each(
    truth.diagnostics as {
      weightScale: number;
      normalization: Settings['normalization'];
      points: { iteration: number; layers: Record<string, number>[]; spread: number }[];
    }[],
  )('diagnostics of $normalization at $weightScale', ({ weightScale, normalization, points }) => {
    const net = { weightScale, normalization, hiddenDims: Array(7).fill(50), epochs: 2 } as const;
    const { diagnostics, ...plain } = train({ ...net, diagnostics: true });
    expect(plain).toEqual(train(net));
    expect(diagnostics!.map(({ iteration }) => iteration)).toEqual(points.map(({ iteration }) => iteration));
    for (const [i, { layers, spread }] of points.entries()) {
      for (const [l, expected] of layers.entries()) {
        const measured = diagnostics![i]!.layers[l]!;
        for (const name of diagnosticNames) {
          const [ours, theirs] = [measured[name], expected[name]];
          expect(ours === undefined, `${name} of layer ${l + 1}`).toBe(theirs === undefined);
          if (ours === undefined || theirs === undefined) continue;
          // An activation whose rounding moves it over 0 makes a jump that few of NumPy's runs show.
          const bound = Math.abs(theirs) < 1e-12 ? 1e-12 : Math.max(1e-7, 100 * spread) * Math.abs(theirs);
          expect(
            Math.abs(ours - theirs),
            `${name}, layer ${l + 1}, point ${i}: ${ours} ${theirs} ${spread}`,
          ).toBeLessThanOrEqual(bound);
        }
      }
    }
  });

  function train(some: Partial<Settings>): History {
    const settings = { ...experimentSchema.parse({}), dtype: 'float64', ...some } as Settings;
    const engine = new Engine(compileProgram('float64'));
    return new Solver(engine, settings, data!, new RandomState(231)).train();
  }
});

async function realData(): Promise<TrainingData> {
  const path = sharedPath('data', 'cifar-10-binary.tar.gz');
  const { train } = await loadDataset({ kind: 'archive', path }, { test: false });
  return { ...train, mean: meanImage(train, 49_000), numTraining: 49_000, numValidation: 1000 };
}
