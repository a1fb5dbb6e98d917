// A worker that notes in CHAOS_FOLDER that a trial starts, and then takes a second.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parentPort } from 'node:worker_threads';

export function run({ trial, ticket }) {
  writeFileSync(join(process.env.CHAOS_FOLDER, trial.id), '');
  parentPort.postMessage({ ticket, progress: [{ kind: 'started', worker: 1 }] });
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000);
}
