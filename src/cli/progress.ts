/** Progress on stderr: one spinner on a terminal, one plain line for each finished trial elsewhere. */
import type { Ora } from 'ora';
import type { Trial } from '../plan/trial.ts';
import type { TrialRecord } from '../records/record.ts';
import type { Terminal } from './terminal.ts';

export interface Progress {
  start(text: string): Promise<void>;
  /** There are `total` trials, of which `done` had finished before. */
  plan(total: number, done: number, describe: (trial: Trial) => string): void;
  record(trial: Trial, record: TrialRecord): void;
  /** `done` of `total` things; the text says what the last one was. */
  step(done: number, total: number, text: string): void;
  /** A sentence that stays. */
  notice(text: string): void;
  /** Prints something while the spinner makes room. */
  above(print: () => void): void;
  stop(): void;
}

/** @param now gives milliseconds */
export function progressOf(terminal: Terminal, now: () => number): Progress {
  let spinner: Ora | undefined;
  let describe: (trial: Trial) => string = () => '';
  let [total, found, done, startedAt] = [0, 0, 0, now()];

  const remaining = () => {
    const finished = done - found;
    if (finished === 0) return '';
    const seconds = ((now() - startedAt) / 1000 / finished) * (total - done);
    return seconds < 1 ? '' : `, about ${duration(seconds)} left`;
  };
  const above = (print: () => void) => {
    const shown = spinner?.isSpinning ? spinner : undefined;
    shown?.clear();
    print();
    shown?.render();
  };
  const notice = (text: string) => above(() => terminal.tell(text));

  return {
    async start(text) {
      spinner = await spin(terminal, text);
      if (!spinner) terminal.tell(text);
    },
    plan(trials, finished, describer) {
      describe = describer;
      [total, found, done, startedAt] = [trials, finished, finished, now()];
      if (found > 0) notice(`${found} of ${trials} trials are finished; ${trials - found} to run`);
      if (spinner) spinner.text = `${done}/${total} trials`;
    },
    record(trial, record) {
      done++;
      if (spinner && record.status === 'failed') notice(`${describe(trial)}: ${outcome(record)}`);
      if (spinner) spinner.text = `${done}/${total} trials${remaining()}`;
      else terminal.tell(`[${done}/${total}] ${describe(trial)}: ${outcome(record)}`);
    },
    step(finished, of, text) {
      if (spinner) spinner.text = `${finished}/${of} trials`;
      else terminal.tell(`[${finished}/${of}] ${text}`);
    },
    notice,
    above,
    stop() {
      spinner?.stop();
      spinner = undefined;
    },
  };
}

/** A spinner on stderr, if progress may be redrawn there. */
export async function spin({ live, progressColor }: Terminal, text: string): Promise<Ora | undefined> {
  if (!live) return undefined;
  const { default: ora } = await import('ora');
  return ora({
    text,
    stream: process.stderr,
    discardStdin: false,
    ...(!progressColor && { color: false }),
  }).start();
}

function outcome({ status, iterations, accuracies, error }: TrialRecord): string {
  if (status === 'failed') return `failed: ${error}`;
  if (status === 'diverged') return `diverged after ${iterations} iterations`;
  const best = Math.max(...accuracies.map(({ valAccuracy }) => valAccuracy));
  return `best validation accuracy ${best.toFixed(3)}`;
}

export function duration(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}
