/** The results of a run on stdout: the end of `sweep` and `train`, and all of `show`. */
import { trainingLog } from '../report/log.ts';
import { logTitle, reportBody, reportHeader, reportJson } from '../report/run-report.ts';
import { type OpenRun, viewOf } from '../run/views.ts';
import type { Terminal } from './terminal.ts';

export interface PrintOptions {
  readonly json: boolean;
  /** Whether the JSON holds the history of every trial. */
  readonly histories: boolean;
  /** Whether the logs of `train` are to be printed; false if they were printed as they happened. */
  readonly logs: boolean;
}

export function printRun(run: OpenRun, terminal: Terminal, { json, histories, logs }: PrintOptions): void {
  const view = viewOf(run);
  if (json) {
    const { folder, identity } = run;
    terminal.print(
      JSON.stringify(reportJson(view, { folder, experiment: identity.experiment, data: identity.data }, { histories }), null, 2),
    );
    return;
  }
  if (logs && view.command === 'train') {
    for (const { trial, record } of view.results) {
      terminal.print([logTitle(trial, view), ...trainingLog(trial).finish(record()), ''].join('\n'));
    }
  }
  const style = { width: terminal.width, color: terminal.color };
  terminal.print(reportHeader(view, style));
  const body = reportBody(view, style);
  if (body !== '') terminal.print(`\n${body}`);
}
