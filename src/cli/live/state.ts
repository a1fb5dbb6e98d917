/** The state of a run in progress, updated event by event. Pure: the time is an argument, in milliseconds. */
import type { Result } from '../../analysis/results.ts';
import { describer } from '../../analysis/words.ts';
import { scheduleOf } from '../../config/schedule.ts';
import type { PlannedTrial } from '../../plan/trial.ts';
import { measures } from '../../records/measures.ts';
import type { TrialRecord } from '../../records/record.ts';
import type { TrialEvent } from '../../run/executor.ts';
import { emptyCurve, extended, type LossCurve } from './loss-curve.ts';
import { plannedWork, type Work, withDone, withMeasured, withWaiting } from './work.ts';

export interface ProgressState {
  /** A short name of a trial. */
  readonly name: (trial: PlannedTrial) => string;
  /** Width of the longest name, so that columns stay in place. */
  readonly nameWidth: number;
  readonly total: number;
  /** Trials that have ended, including failed ones. */
  readonly done: number;
  readonly diverged: number;
  readonly failed: number;
  readonly best: { readonly valAccuracy: number; readonly trial: PlannedTrial } | undefined;
  readonly work: Work;
  /** Ids of the trials that have started and not ended. */
  readonly running: ReadonlySet<string>;
  /** One row for each busy worker, in a fixed place. */
  readonly rows: readonly Row[];
}

/** A running trial, or one that has ended and is not yet replaced. */
export interface Row {
  readonly trial: PlannedTrial;
  /** 0 if unknown. */
  readonly worker: number;
  readonly startedAt: number;
  /** When it last reported. */
  readonly reportedAt: number;
  readonly endedAt: number | undefined;
  readonly epoch: number;
  readonly curve: LossCurve;
}

/** How long a row stays after its trial has ended. Usually the worker's next trial replaces it at once. */
const LINGER_MS = 1000;

/** @param results of trials that have ended before; those that failed run again */
export function plannedState(trials: readonly PlannedTrial[], results: readonly Result[]): ProgressState {
  const ended = results.filter(({ status }) => status !== 'failed');
  const name = describer(trials, { short: true });
  const state = {
    name,
    nameWidth: trials.reduce((width, trial) => Math.max(width, name(trial).length), 0),
    total: trials.length,
    done: ended.length,
    diverged: ended.filter(({ status }) => status === 'diverged').length,
    failed: 0,
    work: plannedWork(trials, ended),
    running: new Set<string>(),
    rows: [],
  };
  const best = ended.reduce<ProgressState['best']>(
    (sofar, { trial, status, summary }) => better(sofar, trial, status, summary.bestValAccuracy),
    undefined,
  );
  return { ...state, best };
}

export function progressed(state: ProgressState, event: TrialEvent, now: number): ProgressState {
  switch (event.kind) {
    case 'started':
      return withStarted(state, event.trial, event.worker, now);
    case 'epoch': {
      const { epoch, losses } = event;
      return withRow(state, event.trial, row => ({
        ...{ ...row, epoch, reportedAt: now },
        curve: extended(row.curve, losses),
      }));
    }
    case 'retried':
      // Nothing had started if its queue could not be reached.
      return state.running.has(event.trial.id)
        ? { ...withEnded(state, event.trial, now), work: withWaiting(state.work, event.trial, 1) }
        : state;
    case 'finished':
      return withFinished(state, event.trial, event.record, now);
    default:
      return event satisfies never;
  }
}

/** The rows to show: running trials, and those that ended just now. */
export const shownRows = ({ rows }: ProgressState, now: number): Row[] =>
  rows.filter(({ endedAt }) => endedAt === undefined || now - endedAt < LINGER_MS);

const runs = ({ endedAt }: Row): boolean => endedAt === undefined;

/** Replaces the row of the same trial, of the same worker's last one, or of any that has ended; otherwise adds a row. */
function withStarted(state: ProgressState, trial: PlannedTrial, worker: number, now: number): ProgressState {
  const curve = emptyCurve(scheduleOf(trial.settings).iterations);
  const row: Row = {
    ...{ trial, worker, startedAt: now, reportedAt: now, endedAt: undefined },
    ...{ epoch: 0, curve },
  };
  const kept = state.rows.filter(other => runs(other) || now - other.endedAt! < LINGER_MS);
  const places = [
    (other: Row) => other.trial.id === trial.id,
    // A worker's next start may arrive before the end of its last trial.
    (other: Row) => other.worker === worker && (!runs(other) || other.epoch === other.trial.settings.epochs),
    (other: Row) => !runs(other),
  ];
  const place = places.map(isPlace => kept.findIndex(isPlace)).find(index => index >= 0);
  const rows = place === undefined ? [...kept, row] : kept.with(place, row);
  return { ...state, ...started(state, trial), rows };
}

/** A trial may start twice: a queue gives it to another worker if it loses the first. */
function started({ running, work }: ProgressState, trial: PlannedTrial) {
  if (running.has(trial.id)) return { running, work };
  return { running: new Set([...running, trial.id]), work: withWaiting(work, trial, -1) };
}

function withEnded(state: ProgressState, trial: PlannedTrial, now: number): ProgressState {
  const running = new Set(state.running);
  running.delete(trial.id);
  return { ...withRow(state, trial, row => ({ ...row, endedAt: now })), running };
}

function withFinished(
  state: ProgressState,
  trial: PlannedTrial,
  record: TrialRecord,
  now: number,
): ProgressState {
  const { status, seconds, iterations } = record;
  const isMeasured = status !== 'failed';
  // A queue may deliver a result without a start.
  const begun = { ...state, ...started(state, trial) };
  const work = withDone(begun.work, trial);
  return {
    ...withEnded(begun, trial, now),
    done: state.done + 1,
    diverged: state.diverged + (status === 'diverged' ? 1 : 0),
    failed: state.failed + (status === 'failed' ? 1 : 0),
    best: better(state.best, trial, status, measures.bestValAccuracy.of(record, 1)),
    work: isMeasured ? withMeasured(work, { trial, iterations, seconds }) : work,
  };
}

function withRow(state: ProgressState, { id }: PlannedTrial, change: (row: Row) => Row): ProgressState {
  const rows = state.rows.map(row => (runs(row) && row.trial.id === id ? change(row) : row));
  return { ...state, rows };
}

/** As in the tables, a trial that diverged is never the best. */
function better(
  best: ProgressState['best'],
  trial: PlannedTrial,
  status: TrialRecord['status'],
  valAccuracy: number | null,
): ProgressState['best'] {
  if (status !== 'completed' || valAccuracy === null) return best;
  return best && best.valAccuracy >= valAccuracy ? best : { valAccuracy, trial };
}
