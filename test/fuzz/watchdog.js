/** Ends the process when one call neither returns nor throws, and says which. */
import { writeSync } from 'node:fs';
import { parentPort, workerData as started } from 'node:worker_threads';

const PATIENCE_MILLISECONDS = 30_000;
let property = '';
let last = -1;

parentPort.on('message', name => {
  property = name;
  last = -1;
});
setInterval(() => {
  const now = Atomics.load(started, 0);
  if (property !== '' && now === last) {
    writeSync(2, `\n${property}: the call of case ${now} in this file does not end\n`);
    process.kill(process.pid, 'SIGKILL');
  }
  last = now;
}, PATIENCE_MILLISECONDS);
