/** `sweep` and `train`: the same run, shown differently. */
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadExperiment } from '../../config/load.ts';
import type { ChartSpec } from '../../config/schema.ts';
import type { Dataset } from '../../data/dataset.ts';
import { loadDataset } from '../../data/load.ts';
import { describe } from '../../plan/trial.ts';
import { lineChart } from '../../report/terminal/chart.ts';
import { chartsOf } from '../../report/charts.ts';
import { trainingLog } from '../../report/log.ts';
import { resultsTable } from '../../report/results-table.ts';
import type { DataLabel, Result } from '../../analysis/results.ts';
import { type RunOutcome, runExperiment } from '../../run/run-experiment.ts';
import { interruptible } from '../interruptible.ts';
import { located } from '../located.ts';
import type { Exit, RunOptions } from '../program.ts';
import { progressOf } from '../progress.ts';
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
  const { set = [], seed } = options;
  const overrides = seed === undefined ? set : [...set, `seed=${seed}`];
  const loaded = await loadExperiment(name, overrides, { configsFolder, cwd });
  const { experiment } = loaded;
  const progress = progressOf(terminal, () => performance.now());
  const interruption = interruptible(progress.stop);
  let outcome: RunOutcome | undefined;
  try {
    const { place } = await located(options.data, experiment.data);
    await progress.start(`reading ${place.kind === 'synthetic' ? 'synthetic data' : place.path}`);
    const dataset = await loadDataset(place, { test: false });
    outcome = await runExperiment({
      name: loaded.name,
      experiment,
      dataset,
      folder: options.out === undefined ? undefined : resolve(cwd, options.out),
      resultsFolder: join(cwd, 'results'),
      version,
      numerics: options.numerics,
      workers: options.workers,
      fresh: options.fresh ?? false,
      repair: options.repair ?? false,
      retries: options.retries,
      failFast: options.failFast ?? false,
      timeout: options.timeout,
      signal: interruption.signal,
      onPlanned: ({ trials, found }) => progress.plan(trials.length, found),
      onRecord: progress.record,
      onNotice: progress.notice,
    });
    progress.stop();
    const label: DataLabel = dataset.kind === 'synthetic' ? 'synthetic' : 'CIFAR-10';
    if (options.json) terminal.print(jsonOf(outcome, dataset));
    else show(verb, terminal, outcome, label, experiment.charts);
    conclude(terminal, outcome, interruption.code(), exit);
  } finally {
    progress.stop();
    await outcome?.close();
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
  const rows = results.map(({ trial: { index, axes, seed }, status, summary, error }) => ({
    trial: index,
    ...axes,
    seed,
    status,
    ...summary,
    ...(error !== undefined && { error }),
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
  const failed = results.filter(({ status }) => status === 'failed');
  if (failed.length > 0) {
    const [{ trial, error }] = failed as [Result];
    terminal.warn(
      `${failed.length} of ${trials.length} trials failed, the first (${describe(trial)}): ${error}\nRun the same command again to try them once more.`,
    );
    exit(1);
  }
  if (interrupted === undefined) {
    terminal.tell(`Results: ${shown.startsWith('..') ? folder : shown}`);
    return;
  }
  terminal.warn(
    `Interrupted: ${results.length} of ${trials.length} trials are kept. Run the same command again to go on.`,
  );
  exit(interrupted);
}
