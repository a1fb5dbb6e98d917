/** Results whose figures are given, with or without a record. */
import { readFileSync } from 'node:fs';
import type { Result } from '../../src/analysis/results.ts';
import { scheduleOf } from '../../src/config/schedule.ts';
import { type Settings, type SettingValue, settingsSchema } from '../../src/config/schema.ts';
import { type MeasureName, measureNames } from '../../src/records/measures.ts';
import type { Accuracy, TrialStatus } from '../../src/records/record.ts';

export interface Given extends Partial<Record<MeasureName, number | null>> {
  readonly axes?: Readonly<Record<string, SettingValue>>;
  readonly groups?: readonly string[];
  readonly seed?: number;
  readonly settings?: Partial<Settings>;
  readonly status?: TrialStatus;
  readonly accuracies?: readonly Accuracy[];
  readonly lastEpochDataLoss?: number;
}

/** A completed trial that learns fills in what is left out; a failed one has no figures, a diverged one no final loss. */
export function resultOf(given: Given, index = 0): Result {
  const {
    axes = {},
    groups = [],
    seed = 231,
    settings,
    status = 'completed',
    accuracies = [],
    ...figures
  } = given;
  const usual: Record<MeasureName, number | null> = {
    initialLoss: 2.3,
    finalTrainLoss: 1.5,
    lastEpochTrainLoss: 1.4,
    bestTrainAccuracy: 0.5,
    bestValAccuracy: 0.3,
    lastTrainAccuracy: 0.5,
    lastValAccuracy: 0.3,
  };
  if (status !== 'completed') Object.assign(usual, { finalTrainLoss: null, lastEpochTrainLoss: null });
  if (status === 'failed') for (const name of measureNames) usual[name] = null;
  const id = `trial-${index}`;
  const trial = {
    ...{ id, index, axes, groups, seed },
    settings: { ...settingsSchema.parse({}), ...settings, ...axes },
    split: { numTraining: 49_000, numValidation: 1000 },
  };
  // A trial that diverges does so half-way.
  const whole = scheduleOf(trial.settings).iterations;
  const iterations = { completed: whole, diverged: Math.ceil(whole / 2), failed: 0 }[status];
  return {
    trial,
    status,
    error: undefined,
    summary: { iterations, ...usual, ...figures },
    seconds: 1,
    record: () => ({ id, status, iterations, losses: [], accuracies: [...accuracies], seconds: 1 }),
  };
}

export const resultsOf = (...given: readonly Given[]): Result[] => given.map(resultOf);

/** Figures of a shipped experiment on CIFAR-10, as the run recorded them; six seeds of weight-scale, one of the others. */
export function recorded(name: 'weight-scale' | 'batch-size' | 'deep-net', seeds = 1): Given[] {
  const text = readFileSync(new URL(`fixtures/${name}.csv`, import.meta.url), 'utf8');
  const [head, ...lines] = text
    .trim()
    .split('\n')
    .map(line => line.split(','));
  const given = lines.map((line): Given => {
    const row = Object.fromEntries(head!.map((key, i) => [key, line[i]!]));
    const { normalization, weightScale, batchSize, trainAccuracies = '' } = row;
    const axes = {
      ...(weightScale !== undefined && { weightScale: Number(weightScale) }),
      ...(normalization !== undefined && { normalization: normalization as Settings['normalization'] }),
      ...(batchSize !== undefined && { batchSize: Number(batchSize) }),
    };
    return {
      axes,
      groups:
        name === 'batch-size'
          ? normalization === 'none'
            ? ['batchnorm', 'layernorm']
            : [normalization!]
          : [],
      seed: Number(row.seed),
      status: row.status as TrialStatus,
      ...Object.fromEntries(measureNames.map(measure => [measure, Number(row[measure])])),
      accuracies: trainAccuracies
        .split(' ')
        .filter(Boolean)
        .map((value, epoch) => ({ epoch, trainAccuracy: Number(value), valAccuracy: 0 })),
      settings: { trainImages: 1000 },
    };
  });
  return given.filter(({ seed }) => seed! < 231 + seeds);
}
