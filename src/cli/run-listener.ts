/** Shows the events of a run while it goes on: progress on stderr, and for `train` the logs on stdout. */
import { describer } from '../analysis/words.ts';
import type { Trial } from '../plan/trial.ts';
import { logTitle } from '../report/log.ts';
import { oneLine } from '../report/text.ts';
import { AwakeClock } from '../run/awake.ts';
import type { TrialEvent } from '../run/executor.ts';
import type { RunEvent } from '../run/run-experiment.ts';
import { displayOf } from './live/display.ts';
import { plannedState, progressed } from './live/state.ts';
import { liveLog } from './live-log.ts';
import { progressOf } from './progress.ts';
import type { Terminal } from './terminal.ts';

export interface RunListener {
  event(event: RunEvent): Promise<void> | void;
  stop(): void;
}

type Planned = Extract<RunEvent, { kind: 'planned' }>;

export function runListener(terminal: Terminal, { logs }: { readonly logs: boolean }): RunListener {
  const wait = progressOf(terminal);
  let run: ReturnType<typeof planned> | undefined;

  const follow = (event: TrialEvent) => {
    if (!run) return;
    run.state = progressed(run.state, event, run.clock.now());
    run.display.show(run.state);
  };
  const onContinue = () => run?.display.continued();
  const stop = () => {
    process.off('SIGCONT', onContinue);
    run?.clock.close();
    wait.stop();
    run?.display.stop();
    run = undefined;
  };

  const planned = ({ trials, results, view }: Planned) => {
    const state = plannedState(trials, results);
    // Estimates are of training: time for which the program is stopped does not count.
    const clock = new AwakeClock();
    const display = displayOf(terminal, state, { logs, now: () => clock.now() });
    const { done, total } = state;
    if (done > 0) display.notice(`${done} of ${total} trials are finished; ${total - done} to run`);
    const name = describer(trials);
    const logOf = ({ planned: count, data }: ReturnType<Planned['view']>) => {
      const title = (trial: Trial) => logTitle(trial, count, data, name(trial));
      return liveLog(trials, results, title, display.print);
    };
    return { state, clock, display, name, log: logs ? logOf(view()) : undefined };
  };

  return {
    event(event) {
      switch (event.kind) {
        case 'loaded':
          for (const warning of event.warnings) terminal.warn(`warning: ${warning}`);
          return;
        case 'reading':
          return wait.start(`reading ${event.source}`);
        case 'planned':
          stop();
          run = planned(event);
          process.on('SIGCONT', onContinue);
          return;
        case 'warning':
          wait.stop();
          return terminal.warn(oneLine(event.text));
        case 'notice':
          return (run?.display ?? wait).notice(event.text);
      }
      if (!run) return;
      follow(event);
      if (event.kind === 'finished') run.display.finished(event.trial, event.record);
      if (event.kind === 'retried')
        run.display.notice(`retrying trial ${event.trial.index} (${run.name(event.trial)}): ${event.error}`);
      run.log?.event(event);
    },
    stop,
  };
}
