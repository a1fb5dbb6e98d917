/** `sweep` and `train`: the same run, shown differently. */
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadExperiment } from '../../config/load.ts';
import type { ChartSpec } from '../../config/schema.ts';
import type { Dataset } from '../../data/dataset.ts';
import { loadDataset } from '../../data/load.ts';
import { checkSplit } from '../../data/split.ts';
import { lineChart } from '../../report/chart.ts';
import { chartsOf } from '../../report/charts.ts';
import { trainingLog } from '../../report/log.ts';
import type { DataLabel, Result } from '../../report/result.ts';
import { resultsTable } from '../../report/results-table.ts';
import { summarize } from '../../report/summary.ts';
import { type RunOutcome, runExperiment } from '../../run/run-experiment.ts';
import { interruptible } from '../interruptible.ts';
import { located } from '../located.ts';
import type { Exit, RunOptions } from '../program.ts';
import { describe, progressOf } from '../progress.ts';
import { type Terminal, terminalOf } from '../terminal.ts';
import { version } from '../version.ts';

const CHART_HEIGHT = 14;
const configsFolder = fileURLToPath(new URL('../../../configs', import.meta.url));

export async function run(
  verb: 'sweep' | 'train',
  name: string,
  options: RunOptions,
  exit: Exit,
): Promise<void> {
  const terminal = terminalOf({ color: options.color, quiet: options.quiet ?? false });
  const cwd = process.cwd();
  const overrides = options.seed === undefined ? options.set : [...options.set, `seed=${options.seed}`];
  const loaded = await loadExperiment(name, overrides, { configsFolder, cwd });
  const { experiment } = loaded;
  const progress = progressOf(terminal, () => performance.now());
  const interruption = interruptible(progress.stop);
  try {
    const { place } = await located(options.data, experiment.data);
    progress.start(`reading ${place.kind === 'synthetic' ? 'synthetic data' : place.path}`);
    const dataset = await loadDataset(place, { test: false });
    checkSplit(dataset, experiment);
    const outcome = await runExperiment({
      name: loaded.name,
      experiment,
      dataset,
      folder: options.out === undefined ? undefined : resolve(cwd, options.out),
      resultsFolder: join(cwd, 'results'),
      version,
      workers: options.workers,
      signal: interruption.signal,
      onPlanned: ({ trials, found }) => progress.plan(trials.length, found),
      onRecord: (trial, record) => progress.record(trial, record),
    });
    progress.stop();
    const label: DataLabel = dataset.kind === 'synthetic' ? 'synthetic' : 'CIFAR-10';
    if (options.json) terminal.print(jsonOf(outcome, dataset));
    else show(verb, terminal, outcome, label, experiment.charts);
    conclude(terminal, outcome, interruption.code(), exit);
  } finally {
    progress.stop();
    interruption.end();
  }
}

function show(
  verb: 'sweep' | 'train',
  terminal: Terminal,
  { results, trials }: RunOutcome,
  label: DataLabel,
  charts: readonly ChartSpec[] | undefined,
): void {
  if (results.length === 0) return;
  if (verb === 'sweep') terminal.print(`${resultsTable(results, { data: label, color: terminal.color })}\n`);
  else for (const result of results) terminal.print(logOf(result, trials.length, label));
  const style = { width: terminal.width, height: CHART_HEIGHT, color: terminal.color };
  for (const chart of chartsOf(charts, results, label)) terminal.print(`${lineChart(chart, style)}\n`);
}

function logOf(result: Result, count: number, label: DataLabel): string {
  const title = `Trial ${result.trial.index + 1} of ${count} (${label}): ${describe(result.trial)}`;
  return [title, ...trainingLog(result), ''].join('\n');
}

function jsonOf({ folder, trials, results }: RunOutcome, { kind, source, fingerprint }: Dataset): string {
  const rows = results.map(({ trial: { index, axes, seed }, record }) => ({
    trial: index,
    ...axes,
    seed,
    status: record.status,
    ...summarize(record),
    ...(record.error !== undefined && { error: record.error }),
  }));
  return JSON.stringify(
    { folder, data: { kind, source, fingerprint }, planned: trials.length, trials: rows },
    null,
    2,
  );
}

/** Where the results are, what went wrong, and the exit code that says so. */
function conclude(
  terminal: Terminal,
  outcome: RunOutcome,
  interrupted: number | undefined,
  exit: Exit,
): void {
  const { folder, trials, results } = outcome;
  const shown = relative(process.cwd(), folder);
  const failed = results.filter(({ record }) => record.status === 'failed');
  for (const { trial, record } of failed)
    terminal.tell(`trial ${trial.index} (${describe(trial)}) failed: ${record.error}`);
  if (failed.length > 0) exit(1);
  if (interrupted === undefined) {
    terminal.tell(`Results: ${shown.startsWith('..') ? folder : shown}`);
    return;
  }
  terminal.tell(
    `Interrupted: ${results.length} of ${trials.length} trials are kept. Run the same command again to go on.`,
  );
  exit(interrupted);
}
