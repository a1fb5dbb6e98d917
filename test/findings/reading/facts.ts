/** The raw figures of a run, and what they say by the rules of docs/evidence.md, worked out anew. */
import { binomialQuantile, type Sample, sampleOf } from './arithmetic.ts';

export type Value = number | string | boolean | readonly number[];

export interface RawTrial {
  readonly axes: Readonly<Record<string, Value>>;
  readonly settings: Readonly<Record<string, Value>>;
  readonly groups: readonly string[];
  readonly seed: number;
  readonly validationImages: number;
  /** Absent if it has not run. */
  readonly record: RawRecord | undefined;
}

export interface RawRecord {
  readonly status: 'completed' | 'diverged' | 'failed';
  readonly losses: readonly number[];
  readonly accuracies: readonly {
    readonly epoch: number;
    readonly trainAccuracy: number;
    readonly valAccuracy: number;
  }[];
  readonly lastEpochDataLoss?: number | undefined;
  readonly diagnostics?:
    | readonly { readonly layers: readonly Readonly<Partial<Record<string, number>>>[] }[]
    | undefined;
}

export interface RawRun {
  readonly trials: readonly RawTrial[];
  readonly stream: 'notebook' | 'paired';
  readonly data: 'CIFAR-10' | 'synthetic data' | "unofficial images in CIFAR-10's layout";
  /** The cells that the experiment calls its baseline. */
  readonly baseline: Readonly<Record<string, Value>> | undefined;
  readonly expect: readonly Readonly<Record<string, unknown>>[];
}

export type Outcome = 'learns' | 'at chance' | 'blows up' | 'undecided' | 'failed';

/** The trials of one point of the grid that have run. */
export interface RawCell {
  readonly trials: readonly (RawTrial & { readonly record: RawRecord })[];
  readonly axes: RawTrial['axes'];
  readonly settings: RawTrial['settings'];
  readonly outcome: Outcome;
}

export const measures = {
  initialLoss: { text: 'initial loss', higher: false },
  finalTrainLoss: { text: 'final training loss', higher: false },
  lastEpochTrainLoss: { text: 'training loss of the last epoch', higher: false },
  bestTrainAccuracy: { text: 'best training accuracy', higher: true },
  bestValAccuracy: { text: 'best validation accuracy', higher: true },
  lastTrainAccuracy: { text: 'last training accuracy', higher: true },
  lastValAccuracy: { text: 'last validation accuracy', higher: true },
} as const;
export type MeasureName = keyof typeof measures;

const CLASSES = 10;
const TRAIN_SAMPLES = 1000;
const EXPLODED = 10 * Math.log(CLASSES);

const numberOf = (trial: RawTrial, key: string): number => Number(trial.settings[key]);

/** Iterations in an epoch: whole minibatches, at least one. */
export const perEpochOf = (trial: RawTrial): number =>
  Math.max(1, Math.floor(numberOf(trial, 'trainImages') / numberOf(trial, 'batchSize')));

/** How often a whole training measures accuracies: once after the first iteration, unless an epoch ends there, and after each epoch. */
export const evaluationsOf = (trial: RawTrial): number =>
  numberOf(trial, 'epochs') + (perEpochOf(trial) > 1 ? 1 : 0);

/** The images that an accuracy was measured on. */
export const imagesOf = (measure: MeasureName, trial: RawTrial): number =>
  /Train/.test(measure) ? Math.min(numberOf(trial, 'trainImages'), TRAIN_SAMPLES) : trial.validationImages;

/** The smallest step between two figures of a measure: 1 / images for an accuracy, 0 for a loss. */
export const stepOf = (measure: MeasureName, trial: RawTrial): number =>
  /Loss/.test(measure) ? 0 : 1 / imagesOf(measure, trial);

/** The measure of a whole trial; undefined if it has none or it is not finite. */
export function figureOf(trial: RawTrial, measure: MeasureName): number | undefined {
  const { record } = trial;
  if (!record || record.status === 'failed') return undefined;
  const { losses, accuracies, status } = record;
  const average = (count: number) => (status === 'completed' ? plainMean(losses.slice(-count)) : undefined);
  const value = {
    initialLoss: () => losses[0],
    finalTrainLoss: () => average(100),
    lastEpochTrainLoss: () => average(perEpochOf(trial)),
    bestTrainAccuracy: () => largest(accuracies.map(({ trainAccuracy }) => trainAccuracy)),
    bestValAccuracy: () => largest(accuracies.map(({ valAccuracy }) => valAccuracy)),
    lastTrainAccuracy: () => accuracies.at(-1)?.trainAccuracy,
    lastValAccuracy: () => accuracies.at(-1)?.valAccuracy,
  }[measure]();
  return value !== undefined && Number.isFinite(value) ? value : undefined;
}

const plainMean = (values: readonly number[]): number | undefined =>
  values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length;
const largest = (values: readonly number[]): number | undefined =>
  values.length === 0 ? undefined : Math.max(...values);

/** Whether a training exploded, by the data's part of the loss; undefined if it failed. */
export function exploded(trial: RawTrial): boolean | undefined {
  const { record } = trial;
  if (!record || record.status === 'failed') return undefined;
  if (record.status === 'diverged') return true;
  const whole = figureOf(trial, 'lastEpochTrainLoss');
  if (whole === undefined) return true;
  if (numberOf(trial, 'reg') === 0) return whole > EXPLODED;
  if (record.lastEpochDataLoss !== undefined) return !(record.lastEpochDataLoss <= EXPLODED);
  return whole > EXPLODED && whole > (record.losses[0] ?? 0);
}

/** What a run of so many cells and seeds was: cells that have run, in plan order. */
export function cellsOf(run: Pick<RawRun, 'trials'>): RawCell[] {
  const points = new Map<string, (RawTrial & { readonly record: RawRecord })[]>();
  for (const trial of run.trials) {
    if (!trial.record) continue;
    const key = JSON.stringify([trial.axes, trial.groups]);
    points.set(key, [...(points.get(key) ?? []), trial as RawTrial & { readonly record: RawRecord }]);
  }
  const seeds = new Set([...points.values()].flat().map(({ seed }) => seed)).size;
  return [...points.values()].map(trials => ({
    trials,
    axes: trials[0]!.axes,
    settings: trials[0]!.settings,
    outcome: outcomeOf(trials, points.size, seeds),
  }));
}

/** The figures that a cell has. */
export const figuresOf = ({ trials }: Pick<RawCell, 'trials'>, measure: MeasureName): number[] =>
  trials.flatMap(trial => figureOf(trial, measure) ?? []);

const estimates = new WeakMap<RawCell['trials'], Map<MeasureName, Sample>>();

export function estimate({ trials }: Pick<RawCell, 'trials'>, measure: MeasureName): Sample {
  const known = estimates.get(trials) ?? new Map<MeasureName, Sample>();
  estimates.set(trials, known);
  const sample = known.get(measure) ?? sampleOf(figuresOf({ trials }, measure));
  known.set(measure, sample);
  return sample;
}

function outcomeOf(trials: RawCell['trials'], cells: number, seeds: number): Outcome {
  const fates = trials.map(exploded);
  if (fates.some(fate => fate === true)) return 'blows up';
  const { n, mean, low, high } = estimate({ trials }, 'bestValAccuracy');
  if (n === 0) return 'failed';
  const bound = learnerBound(trials[0]!, cells);
  const isAbove = (accuracy: number) => accuracy * trials[0]!.validationImages >= bound + 1 - 1e-9;
  if (n === 1) return seeds > 1 ? 'undecided' : isAbove(mean) ? 'learns' : 'at chance';
  return isAbove(low) ? 'learns' : isAbove(high) ? 'undecided' : 'at chance';
}

const bounds = new Map<string, number>();

/** The most images that a guesser names correctly, but for .05 / (evaluations x cells) of guessers. */
export function learnerBound(trial: RawTrial, cells: number): number {
  const tail = 0.05 / (evaluationsOf(trial) * cells);
  const key = `${trial.validationImages} ${tail}`;
  const known = bounds.get(key) ?? binomialQuantile(trial.validationImages, 1 / CLASSES, tail);
  bounds.set(key, known);
  return known;
}
