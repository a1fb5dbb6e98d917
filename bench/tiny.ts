/** Measures the overhead of a trial: a sweep of 10,000 trials of a net of four neurons on sixteen images. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sweep } from './commands.ts';
import { type Spread, spreadOf } from './timing.ts';

export const TRIALS = 10_000;
const EXPERIMENT = {
  ...{ hiddenDims: [4], trainImages: 16, batchSize: 16, numTraining: 16, numValidation: 16, epochs: 1 },
  sweep: { weightScale: { logspace: [-3, 0, TRIALS] } },
};

export interface TinyFigures {
  /** Time of the whole command. */
  readonly seconds: Spread;
  readonly megabytes: Spread;
}

export async function benchTiny(
  rounds: number,
  data: string,
  tell: (text: string) => void,
): Promise<TinyFigures> {
  const folder = mkdtempSync(join(tmpdir(), 'cifar-norm-bench-'));
  try {
    const file = join(folder, 'tiny.json');
    writeFileSync(file, JSON.stringify(EXPERIMENT));
    const runs = [];
    for (let round = 1; round <= rounds; round++) {
      tell(`${TRIALS} tiny trials, round ${round} of ${rounds}`);
      runs.push(await sweep(process.execPath, file, ['--data', data], { memory: true }));
    }
    return {
      seconds: spreadOf(runs.map(({ whole }) => whole)),
      megabytes: spreadOf(runs.map(({ megabytes }) => megabytes)),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
