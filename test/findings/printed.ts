/** All that the program prints about made-up runs, sentence by sentence, with the place where it stands. */
import { reportMarkdown } from '../../src/report/page/markdown.ts';
import { reportPage } from '../../src/report/page/page.ts';
import type { PageRun } from '../../src/report/page/page-run.ts';
import { type OpenRun, viewOf } from '../../src/run/views.ts';

export const pageRunOf = (run: OpenRun, label = 'made'): PageRun => ({
  label,
  view: viewOf(run),
  identity: run.identity,
  invocation: run.invocation,
  startedAt: run.startedAt,
  command: 'cifar-norm sweep ./made.json',
});

export const markdownOf = (run: OpenRun): string => reportMarkdown([pageRunOf(run)]);
export const pageOf = (...runs: OpenRun[]): string =>
  [...reportPage(runs.map((run, i) => pageRunOf(run, runs.length === 1 ? 'made' : `run${i + 1}`)))].join('');
