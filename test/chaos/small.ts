/** A sweep small enough to be killed a hundred times: forty trials of a few dozen milliseconds each. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { binaryFolder } from '../data/fixtures.ts';
import { emptyFolder } from '../e2e/cli.ts';

const SMALL = `
numTraining: 10
numValidation: 5
trainImages: 10
batchSize: 5
hiddenDims: [50, 50]
epochs: 100
sweep:
  weightScale: { logspace: [-3, 0, 20] }
  normalization: [batchnorm, none]
`;

export const TRIALS = 40;
export const CSVS = ['trials.csv', 'losses.csv', 'accuracies.csv'];
export const csvsOf = (folder: string) => CSVS.map(name => readFileSync(join(folder, name), 'utf8'));

/** The command's arguments, except `--out`. */
export function smallSweep(): string[] {
  const file = join(emptyFolder(), 'small.yaml');
  writeFileSync(file, SMALL);
  return ['sweep', file, '--data', binaryFolder(), '--quiet'];
}

/** Ids of the finished trials in a journal, without a torn last line. */
export function idsIn(journal: string): string[] {
  const lines = journal.split('\n').slice(1, -1);
  return lines.flatMap(line => (JSON.parse(line) as { id?: string }).id ?? []);
}
