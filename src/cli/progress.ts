/** How far a run is: one spinner on a terminal, a plain line for each finished trial elsewhere. */
import type { Ora } from 'ora';
import { describe, type Trial } from '../plan/trial.ts';
import type { Entry } from '../store/journal.ts';
import type { Terminal } from './terminal.ts';

export interface Progress {
  start(text: string): Promise<void>;
  /** There are `total` trials, of which `done` were found finished. */
  plan(total: number, done: number): void;
  record(trial: Trial, entry: Entry): void;
  /** `done` of `total` things; the text says what the last one was. */
  step(done: number, total: number, text: string): void;
  /** A sentence that stays. */
  notice(text: string): void;
  stop(): void;
}

/** `now` gives milliseconds. */
export function progressOf(terminal: Terminal, now: () => number): Progress {
  let spinner: Ora | undefined;
  let total = 0;
  let found = 0;
  let done = 0;
  let startedAt = now();

  const remaining = () => {
    const finished = done - found;
    if (finished === 0) return '';
    const seconds = ((now() - startedAt) / 1000 / finished) * (total - done);
    return seconds < 1 ? '' : `, about ${duration(seconds)} left`;
  };

  const notice = (text: string) => {
    const shown = spinner?.isSpinning ? spinner : undefined;
    shown?.clear();
    terminal.tell(text);
    shown?.render();
  };

  return {
    async start(text) {
      spinner = await spin(terminal, text);
      if (!spinner) terminal.tell(text);
    },
    plan(trials, finished) {
      total = trials;
      found = finished;
      done = finished;
      startedAt = now();
      if (found > 0) notice(`${found} of ${trials} trials were found finished; ${trials - found} to run`);
      if (spinner) spinner.text = `${done}/${total} trials`;
    },
    record(trial, entry) {
      done++;
      if (spinner && entry.status === 'failed') notice(`${describe(trial)}: ${outcome(entry)}`);
      if (spinner) spinner.text = `${done}/${total} trials${remaining()}`;
      else terminal.tell(`[${done}/${total}] ${describe(trial)}: ${outcome(entry)}`);
    },
    step(finished, of, text) {
      if (spinner) spinner.text = `${finished}/${of} trials`;
      else terminal.tell(`[${finished}/${of}] ${text}`);
    },
    notice,
    stop() {
      spinner?.stop();
      spinner = undefined;
    },
  };
}

/** A spinner on stderr, where progress may be drawn over itself. */
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

function outcome({ status, summary, error }: Entry): string {
  if (status === 'failed') return `failed: ${error}`;
  if (status === 'diverged') return `diverged after ${summary.iterations} iterations`;
  return `validation accuracy ${summary.bestValAccuracy?.toFixed(3)}`;
}

export function duration(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}
