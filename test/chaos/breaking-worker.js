// A worker that fails at the first attempt of every third trial, in turn by throwing, exiting and running out of memory,
// and at every attempt of the trial in CHAOS_DOOMED. A folder records attempts, because a replacement worker does not
// remember those of its predecessor.
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run as runTrial } from '../../dist/run/executors/worker.js';

const ways = [
  () => {
    throw new Error('a worker that throws');
  },
  () => process.exit(3),
  () => {
    const hoard = [];
    for (;;) hoard.push(new Array(1_000_000).fill(0.5));
  },
];

export function run(task, report) {
  const { trial } = task;
  const { CHAOS_FOLDER, CHAOS_DOOMED } = process.env;
  if (String(trial.index) === CHAOS_DOOMED) process.exit(3);
  const mark = join(CHAOS_FOLDER, trial.id);
  if (trial.index % 3 === 0 && !existsSync(mark)) {
    writeFileSync(mark, '');
    ways[(trial.index / 3) % ways.length]();
  }
  return runTrial(task, report);
}
