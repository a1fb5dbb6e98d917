/** How far a run is: one spinner on a terminal, a plain line for each finished trial elsewhere. */
import ora, { type Ora } from 'ora';
import type { Trial } from '../plan/trial.ts';
import { valueText } from '../report/text.ts';
import type { TrialRecord } from '../run/record.ts';
import type { Terminal } from './terminal.ts';

export interface Progress {
  start(text: string): void;
  record(trial: Trial, record: TrialRecord): void;
  stop(): void;
}

/** `total` trials, of which `done` were found finished. `now` gives milliseconds. */
export function progressOf(
  terminal: Terminal,
  now: () => number,
): Progress & { plan(total: number, done: number): void } {
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

  return {
    start(text) {
      spinner = spin(terminal, text);
      if (!spinner) terminal.tell(text);
    },
    plan(trials, finished) {
      total = trials;
      found = finished;
      done = finished;
      startedAt = now();
      if (spinner) spinner.text = `${done}/${total} trials`;
    },
    record(trial, record) {
      done++;
      if (spinner) spinner.text = `${done}/${total} trials${remaining()}`;
      else terminal.tell(`[${done}/${total}] ${describe(trial)}: ${outcome(record)}`);
    },
    stop() {
      spinner?.stop();
      spinner = undefined;
    },
  };
}

/** A spinner on stderr, where progress may be drawn over itself. */
export function spin({ live, progressColor }: Terminal, text: string): Ora | undefined {
  if (!live) return undefined;
  return ora({
    text,
    stream: process.stderr,
    discardStdin: false,
    ...(!progressColor && { color: false }),
  }).start();
}

export function describe({ axes, seed }: Trial): string {
  const values = Object.entries(axes).map(([key, value]) => `${key} ${valueText(value)}`);
  return values.length > 0 ? values.join(', ') : `seed ${seed}`;
}

function outcome({ status, accuracies, iterations, error }: TrialRecord): string {
  if (status === 'failed') return `failed: ${error}`;
  if (status === 'diverged') return `diverged after ${iterations} iterations`;
  const best = accuracies.reduce((most, { valAccuracy }) => Math.max(most, valAccuracy), 0);
  return `validation accuracy ${best.toFixed(3)}`;
}

function duration(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}
