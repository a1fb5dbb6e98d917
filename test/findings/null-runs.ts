/** Runs whose truth is known: nets that do not differ, guessers, and one difference of a known size. */
import type { ExperimentInput } from '../../src/config/schema.ts';
import { planTrials } from '../../src/plan/plan.ts';
import type { Trial } from '../../src/plan/trial.ts';
import type { TrialRecord } from '../../src/records/record.ts';
import type { OpenRun } from '../../src/run/views.ts';
import { experimentOf, openRun } from './made-run.ts';
import { type Random, randomOf } from './random.ts';

/** Ten values of a numeric axis. */
const TEN: number[] = Array.from({ length: 10 }, (_, i) => (i + 1) / 100);

const settings = { hiddenDims: [2], trainImages: 1000, batchSize: 500, epochs: 3 };

interface NullKind {
  /** What a run of this kind may claim falsely, or, with an effect, should claim. */
  readonly input: (seeds: number) => ExperimentInput;
  readonly fate: 'learns' | 'guesses';
  /** In standard deviations of the paired differences, in the fifth cell of the second net. */
  readonly effect: number;
}

export const nullKinds = {
  /** Two nets at ten values: ten comparisons. */
  'two nets, ten cells': {
    input: seeds => ({
      ...settings,
      replicates: seeds,
      sweep: { weightScale: TEN, normalization: ['none', 'batchnorm'] },
    }),
    fate: 'learns',
    effect: 0,
  },
  /** Eleven nets without a numeric axis: ten comparisons with the first. */
  'eleven nets': {
    input: seeds => ({
      ...settings,
      replicates: seeds,
      sweep: { hiddenDims: Array.from({ length: 11 }, (_, i) => [i + 1]) },
    }),
    fate: 'learns',
    effect: 0,
  },
  'three nets': {
    input: seeds => ({
      ...settings,
      replicates: seeds,
      sweep: { normalization: ['none', 'batchnorm', 'layernorm'] },
    }),
    fate: 'learns',
    effect: 0,
  },
  'two nets': {
    input: seeds => ({ ...settings, replicates: seeds, sweep: { normalization: ['none', 'batchnorm'] } }),
    fate: 'learns',
    effect: 0,
  },
  'one net, ten cells': {
    input: seeds => ({ ...settings, replicates: seeds, sweep: { weightScale: TEN } }),
    fate: 'learns',
    effect: 0,
  },
  guessers: {
    input: seeds => ({
      ...{ ...settings, replicates: seeds, epochs: 20 },
      sweep: { weightScale: [...TEN, ...TEN.map(x => x + 1)] },
    }),
    fate: 'guesses',
    effect: 0,
  },
  'two nets, d_z = 3 in one of ten cells': {
    input: seeds => ({
      ...settings,
      replicates: seeds,
      sweep: { weightScale: TEN, normalization: ['none', 'batchnorm'] },
    }),
    fate: 'learns',
    effect: 3,
  },
} as const satisfies Readonly<Record<string, NullKind>>;
export type NullName = keyof typeof nullKinds;

/** A maker of runs of one kind: the plan is made once, the records by number. */
export function nullRuns(name: NullName, seeds: number): (number: number) => OpenRun {
  const kind: NullKind = nullKinds[name];
  const experiment = experimentOf(kind.input(seeds));
  const data = { kind: 'cifar-10', fingerprint: 'f'.repeat(64) } as const;
  const trials = planTrials(experiment, { fingerprint: data.fingerprint, numerics: 'portable-1' });
  return number => {
    const random = randomOf(number);
    const records = new Map(trials.map(trial => [trial.id, recordOf(trial, kind, random)]));
    return openRun('null', experiment, data, trials, records);
  };
}

const LEVEL = 0.4;
/** Of a trial's level; the difference of two has sqrt(2) times as much. */
const SD = 0.02;

function recordOf(trial: Trial, { fate, effect }: NullKind, random: Random): TrialRecord {
  const { settings: own, axes, id, split } = trial;
  const isHit = axes.weightScale === TEN[4] && own.normalization === 'batchnorm';
  const level = LEVEL + SD * (random.normal() + (isHit ? effect * Math.SQRT2 : 0));
  const accuracy = (images: number, share: number) =>
    fate === 'guesses'
      ? random.binomial(images, 0.1) / images
      : Math.round(images * (0.1 + (level - 0.1) * share + 0.002 * random.normal())) / images;
  return {
    id,
    status: 'completed',
    iterations: 2 * own.epochs,
    losses: Array.from(
      { length: 2 * own.epochs },
      () => (fate === 'guesses' ? Math.LN10 : 2.3 - level) + 0.01 * random.normal(),
    ),
    accuracies: Array.from({ length: own.epochs + 1 }, (_, epoch) => {
      const share = 1 - Math.exp((-4 * (epoch + 0.5)) / own.epochs);
      return {
        epoch,
        trainAccuracy: accuracy(1000, share),
        valAccuracy: accuracy(split.numValidation, share),
      };
    }),
    seconds: 0.1,
  };
}
