/** Shows the events of a run while it goes on: progress on stderr, and for `train` the logs on stdout. */
import { describer } from '../analysis/results.ts';
import { warningsOf } from '../config/warnings.ts';
import type { Trial } from '../plan/trial.ts';
import { logTitle } from '../report/log.ts';
import type { RunEvent } from '../run/run-experiment.ts';
import { type LiveLog, liveLog } from './live-log.ts';
import { progressOf } from './progress.ts';
import type { Terminal } from './terminal.ts';

export interface RunListener {
  event(event: RunEvent): Promise<void> | void;
  stop(): void;
}

export function runListener(terminal: Terminal, { logs }: { readonly logs: boolean }): RunListener {
  const progress = progressOf(terminal, () => performance.now());
  let log: LiveLog | undefined;
  let describe: ReturnType<typeof describer> = () => '';
  return {
    event(event) {
      switch (event.kind) {
        case 'loaded':
          for (const warning of warningsOf(event.experiment)) terminal.warn(`warning: ${warning}`);
          return;
        case 'reading':
          return progress.start(`reading ${event.source}`);
        case 'planned': {
          describe = describer(event.trials);
          const done = event.results.filter(({ status }) => status !== 'failed').length;
          progress.plan(event.trials.length, done, describe);
          if (logs) {
            const view = event.view();
            const print = (text: string) => progress.above(() => terminal.print(text));
            const title = (trial: Trial) => logTitle(trial, view.planned, view.data, describe(trial));
            log = liveLog(event.trials, event.results, title, print);
          }
          return;
        }
        case 'notice':
          return progress.notice(event.text);
        case 'retried':
          progress.notice(`retrying trial ${event.trial.index} (${describe(event.trial)}): ${event.error}`);
          break;
        case 'finished':
          progress.record(event.trial, event.record);
          break;
        case 'started':
        case 'epoch':
          break;
        default:
          event satisfies never;
      }
      log?.event(event);
    },
    stop: () => progress.stop(),
  };
}
