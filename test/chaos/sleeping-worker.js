// A worker that notes in CHAOS_FOLDER that a trial starts, and then takes a second.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

export function run({ trial }) {
  writeFileSync(join(process.env.CHAOS_FOLDER, trial.id), '');
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000);
}
