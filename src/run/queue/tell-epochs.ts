/** Sends epochs of a running trial from its worker to its submitters. */
import type { TrialProgress } from '../executor.ts';
import type { QueueProgress } from './protocol.ts';

/** Least time between messages. A shorter trial sends none. */
const PAUSE_MS = 1000;
/** Most numbers in one message. A trial with more stops sending: its record has the rest. */
const MOST_NUMBERS = 1000;

type Epochs = Exclude<QueueProgress, string>['epochs'];

/** @param send the teller sends nothing until the last call has settled, so nothing while the queue is unreachable */
export function epochTeller(
  send: (progress: QueueProgress) => Promise<void>,
  now: () => number = () => performance.now(),
): (progress: TrialProgress) => void {
  let epochs: Epochs = [];
  let numbers = 0;
  let isSending = false;
  let sentAt = now();
  return progress => {
    if (progress.kind !== 'epoch' || numbers > MOST_NUMBERS) return;
    const { kind: _, worker: __, ...report } = progress;
    numbers += report.losses.length + 2;
    if (numbers > MOST_NUMBERS) epochs = [];
    else epochs.push({ ...report, losses: [...report.losses] });
    if (epochs.length === 0 || isSending || now() - sentAt < PAUSE_MS) return;
    isSending = true;
    const settled = () => {
      isSending = false;
    };
    send({ epochs }).then(settled, settled);
    [epochs, numbers, sentAt] = [[], 0, now()];
  };
}
