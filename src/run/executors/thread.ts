/** Entry of a worker thread: loads a module, and calls its `run` for each task. What goes wrong becomes a message. */
import { parentPort, workerData } from 'node:worker_threads';
import { failureText } from '../executor.ts';
import type { ThreadData, ThreadMessage } from './threads.ts';
import type { WorkerTask } from './worker.ts';

type Module = { run(task: WorkerTask, report: (epochs: readonly unknown[]) => void): unknown };

const port = parentPort!;
const send = (message: ThreadMessage) => port.postMessage(message);
/** Sends text, since not every error can be sent. */
const fail = (thrown: unknown) => send({ kind: 'failed', error: failureText(thrown) });

// Without its port, a thread can neither get a trial nor return one.
port.once('close', () => {
  throw new Error('its worker closed its port');
});
try {
  const { run } = (await import((workerData as ThreadData).entry)) as Module;
  if (typeof run !== 'function') throw new Error('the worker module exports no function run');
  port.on('message', async (task: WorkerTask) => {
    try {
      const record = await run(task, epochs => send({ kind: 'epochs', epochs }));
      send({ kind: 'record', record });
    } catch (error) {
      fail(error);
    }
  });
  send({ kind: 'ready' });
} catch (error) {
  fail(error);
}
