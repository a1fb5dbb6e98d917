/** What an experiment asks for beside its sweep: a baseline, charts, and expectations of every form. */
import type { Experiment, ExperimentInput } from '../../src/config/schema.ts';
import { numericKeys } from '../../src/config/settings-schema.ts';
import { sweepCells } from '../../src/config/sweep-cells.ts';
import { pow } from '../../src/kernels/base.ts';
import { type MeasureName, measureNames } from '../../src/records/measures.ts';
import type { Random } from './random.ts';

/** Wishes that the experiment can have: they refer to settings of its own cells. */
export function wishesOf(
  experiment: Experiment,
  random: Random,
): Pick<ExperimentInput, 'baseline' | 'charts' | 'expect'> {
  const cells = sweepCells(experiment, pow).map(({ axes }) => axes);
  const keys = Object.keys(cells[0] ?? {});
  return {
    ...(keys.length > 0 && random.chance(0.3) && { baseline: subset(cells, keys, random) }),
    ...(random.chance(0.3) && { charts: chartsOf(keys, random) }),
    ...(random.chance(0.6) && {
      expect: Array.from({ length: random.int(1, 4) }, () => expectation(cells, keys, random)),
    }),
  } as Pick<ExperimentInput, 'baseline' | 'charts' | 'expect'>;
}

type Axes = Readonly<Record<string, unknown>>;

/** Some of the values of one cell. */
function subset(cells: readonly Axes[], keys: readonly string[], random: Random): Axes {
  const cell = random.pick(cells);
  return Object.fromEntries(
    random.some(keys, random.int(1, Math.min(2, keys.length))).map(key => [key, cell[key]]),
  );
}

function whereOf(cells: readonly Axes[], keys: readonly string[], random: Random): Axes | undefined {
  if (keys.length === 0 || random.chance(0.2)) return undefined;
  const where = subset(cells, keys, random);
  return Object.fromEntries(
    Object.entries(where).map(([key, value]) => [
      key,
      typeof value === 'number' && random.chance(0.4)
        ? random.pick([{ atLeast: value }, { atMost: value }, { above: value }, { below: value }])
        : value,
    ]),
  );
}

function expectation(cells: readonly Axes[], keys: readonly string[], random: Random): object {
  const where = whereOf(cells, keys, random);
  const common = {
    ...(where && { where }),
    ...(random.chance(0.5) && { say: 'what its author says' }),
    ...(random.chance(0.2) && { points: random.int(0, 3) }),
  };
  const form = random.pick(['learns', 'blowsUp', 'bound', 'better'] as const);
  if (form === 'learns' || form === 'blowsUp') return { ...common, [form]: random.chance(0.6) };
  const measure: MeasureName = random.pick(measureNames);
  const isLoss = /Loss/.test(measure);
  if (form === 'better' && keys.length > 0) {
    const by = random.pick([undefined, 0, 0.01, isLoss ? 0.5 : 0.05]);
    return {
      ...common,
      measure,
      better: { than: subset(cells, keys, random), ...(by !== undefined && { by }) },
    };
  }
  const bound = isLoss ? random.pick([0.5, 1.5, 2.3, 10]) : random.pick([0.1, 0.2, 0.3, 0.45, 0.7]);
  const name = random.pick(['atLeast', 'atMost', 'above', 'below'] as const);
  const range = random.chance(0.2) ? { above: bound, atMost: bound * 1.5 } : { [name]: bound };
  return { ...common, measure, ...range };
}

function chartsOf(keys: readonly string[], random: Random): object[] {
  const numeric = numericKeys.filter(key => keys.includes(key));
  const series = ['loss', 'trainAccuracy', 'valAccuracy'] as const;
  return Array.from({ length: random.int(1, 4) }, () =>
    numeric.length > 0 && random.chance(0.7)
      ? {
          x: random.pick(numeric),
          y: random.pick(measureNames),
          ...(random.chance(0.1) && { clamp: [0, 2.5] }),
        }
      : { y: random.pick(series) },
  );
}
