/** What runs trials: one interface for threads, the calling thread and a queue. */
import type { Trial } from '../plan/trial.ts';
import type { Accuracy, TrialRecord } from '../records/record.ts';

/** What a trial reports while it runs. */
export type TrialProgress =
  | { readonly kind: 'started'; readonly worker: number }
  | ({
      readonly kind: 'epoch';
      readonly worker: number;
      /** Training losses since the last report. */
      readonly losses: readonly number[];
    } & Readonly<Accuracy>);

/** What happens to the trials of a run, in order. Every trial ends with `finished`, also if it failed. */
export type TrialEvent = { readonly trial: Trial } & (
  | TrialProgress
  | { readonly kind: 'retried'; readonly error: string }
  | { readonly kind: 'finished'; readonly record: TrialRecord }
);

export interface Executor {
  /** How many trials to hand over at a time; it may queue some of them. */
  readonly slots: number;
  /**
   * Runs one trial.
   * @throws whatever broke down; the trial may then be tried again
   */
  run(trial: Trial, options: RunTrialOptions): Promise<TrialRecord>;
  /** Ends what still runs, and starts nothing more. */
  close(): Promise<void>;
}

export interface RunTrialOptions {
  /** Ends this trial. */
  readonly signal: AbortSignal;
  onProgress(progress: TrialProgress): void;
}

/** Why a trial failed, in words. JavaScript can throw anything. */
export const failureText = (thrown: unknown): string =>
  thrown instanceof Error ? thrown.message : `its worker threw ${String(thrown)}`;
