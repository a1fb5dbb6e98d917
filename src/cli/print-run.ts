/** The results of a run on stdout: the end of `sweep` and `train`, and all of `show`. */

import { junitOf } from '../analysis/expectation-report.ts';
import { describer } from '../analysis/words.ts';
import { logTitle, trainingLog } from '../report/log.ts';
import { reportJson } from '../report/run-json.ts';
import { reportBody, reportHeader } from '../report/run-report.ts';
import { isComplete, placeOf, type RunView } from '../report/run-view.ts';
import { type OpenRun, viewOf } from '../run/views.ts';
import type { Terminal } from './terminal.ts';

/** text: the report; json: the run as a document; junit: its expectations as JUnit XML, for graders. */
export type RunFormat = 'text' | 'json' | 'junit';

export interface PrintOptions {
  readonly format: RunFormat;
  /** Whether the JSON holds the history of every trial. */
  readonly histories: boolean;
  /** Whether to print the logs of `train`; false if they were printed as they happened. */
  readonly logs: boolean;
}

/** @returns what was printed */
export function printRun(
  run: Omit<OpenRun, 'trainingSeconds'>,
  terminal: Terminal,
  { format, histories, logs }: PrintOptions,
): RunView {
  const view = viewOf(run);
  const { folder, identity, invocation, trials } = run;
  if (format === 'junit') {
    // Graders know the suite of a whole run on CIFAR-10 by its name alone.
    const isPlain = view.data === 'CIFAR-10' && isComplete(view);
    const suite = isPlain ? view.name : `${view.name} (${placeOf(view)})`;
    terminal.document(junitOf(view.expectations, suite).trimEnd());
    return view;
  }
  if (format === 'json') {
    const data = { ...identity.data, label: view.data, source: invocation?.dataSource };
    terminal.document(reportJson(view, { folder, data, settings: identity.experiment }, { histories }));
    return view;
  }
  if (logs && view.command === 'train') {
    const describe = describer(trials);
    for (const { trial, record } of view.results) {
      const title = logTitle(trial, view.planned, view.data, describe(trial));
      terminal.print([title, ...trainingLog(trial).finish(record()), ''].join('\n'));
    }
  }
  const style = { width: terminal.width, color: terminal.color };
  terminal.print(`${reportHeader(view, style)}\n\n${reportBody(view, style)}`);
  return view;
}
