/** From an experiment to its trials: every trial is resolved, with its id, before the first one starts. */
import type { Experiment } from '../config/schema.ts';
import { type Cell, sweepCells } from '../config/sweep-cells.ts';
import { pow } from '../kernels/base.ts';
import { trialId } from './ids.ts';
import { ensureFeasible } from './limits.ts';
import { notebookStreams } from './streams.ts';
import { type PlannedTrial, type Streams, splitOf, type Trial } from './trial.ts';

/** What decides results beside the experiment. */
export type PlanContext = Pick<Trial, 'fingerprint' | 'numerics'>;

/** The seed of each replicate: `seeds` where given, else seed, seed + 1, .. */
export function seedsOf({ seed, seeds, replicates }: Experiment): readonly number[] {
  return seeds ?? Array.from({ length: replicates }, (_, replicate) => seed + replicate);
}

/**
 * Every trial of an experiment, replicate by replicate, in the order of the grids. A trial that two groups share, in all that
 * decides its result, is planned once.
 * @throws CifarNormError (config) if an axis has a value that its setting does not allow, or see ensureFeasible
 */
export function planTrials(
  experiment: Experiment,
  { fingerprint, numerics }: PlanContext,
  seeds: readonly number[] = seedsOf(experiment),
): Trial[] {
  return trialsOf(experiment, { fingerprint, numerics }, seeds, sweepCells(experiment, pow));
}

function trialsOf(
  experiment: Experiment,
  { fingerprint, numerics }: PlanContext,
  seeds: readonly number[],
  cells: readonly Cell[],
): Trial[] {
  // Checked first: the random stream of an extremely long training would take as long to walk.
  for (const { settings } of cells) ensureFeasible(settings);
  const split = splitOf(experiment);
  const trials = new Map<string, Trial>();
  for (const seed of seeds) {
    const streams = streamsOf(experiment, cells, seed);
    for (const [i, { axes, settings, group }] of cells.entries()) {
      const content = { settings, split, streams: streams[i]!, fingerprint, numerics };
      const id = trialId(content);
      const known = trials.get(id);
      const groups = [...(known?.groups ?? []), ...(group === undefined ? [] : [group])];
      trials.set(
        id,
        known ? { ...known, groups } : { id, index: trials.size, axes, groups, seed, ...content },
      );
    }
  }
  return [...trials.values()];
}

/**
 * The trials of a run that may have been planned before, with other replicates or by another release: those of the seeds that
 * it has and of those that the experiment asks for, each seed once, in this order.
 *
 * @param planned all trials that the run has; every one of them is planned again if any release from 0.2.0 on plans it
 */
export type Planner = (planned: readonly PlannedTrial[]) => Trial[];

export function planner(experiment: Experiment, context: PlanContext): Planner {
  const plans = new Map<string, Trial[]>();
  const planOf = (seeds: readonly number[], exactly: boolean): Trial[] => {
    const key = JSON.stringify([seeds, exactly]);
    const plan = plans.get(key) ?? trialsOf(experiment, context, seeds, sweepCells(experiment, pow, exactly));
    plans.set(key, plan);
    return plan;
  };
  return planned => {
    const seeds = [...new Set([...planned.map(({ seed }) => seed), ...seedsOf(experiment)])];
    const plan = planOf(seeds, false);
    if (hasAll(plan, planned)) return plan;
    const earlier = planOf(seeds, true);
    return hasAll(earlier, planned) ? earlier : plan;
  };
}

function hasAll(plan: readonly Trial[], planned: readonly PlannedTrial[]): boolean {
  const ids = new Set(plan.map(({ id }) => id));
  return planned.every(({ id }) => ids.has(id));
}

function streamsOf(experiment: Experiment, cells: readonly Cell[], seed: number): Streams[] {
  if (experiment.stream === 'paired') return cells.map(() => ({ init: seed }));
  const streams: Streams[] = [];
  for (const group of new Set(cells.map(cell => cell.group))) {
    const indices = [...cells.keys()].filter(i => cells[i]!.group === group);
    const settings = indices.map(i => cells[i]!.settings);
    const walked = notebookStreams(settings, seed, experiment.builtTogether);
    indices.forEach((index, i) => {
      streams[index] = walked[i]!;
    });
  }
  return streams;
}
