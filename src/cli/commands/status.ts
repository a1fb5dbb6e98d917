/** `status` and `runs`: what the folders of runs tell. */
import { join, relative } from 'node:path';
import { CifarNormError } from '../../errors.ts';
import { textTable } from '../../report/terminal/table.ts';
import { findRun, listRuns, type RunStatus, statusOf } from '../../store/status.ts';
import type { OutputOptions } from '../program.ts';
import { duration } from '../progress.ts';
import { type Terminal, terminalOf } from '../terminal.ts';

const resultsFolder = () => join(process.cwd(), 'results');

export async function status(name: string | undefined, options: OutputOptions): Promise<void> {
  const terminal = terminalOf({ color: options.color, quiet: options.quiet ?? false });
  const found = name === undefined ? await latest(terminal) : await statusOfRun(name);
  terminal.print(options.json ? JSON.stringify(found, null, 2) : linesOf(found).join('\n'));
}

export async function runs(options: OutputOptions): Promise<void> {
  const terminal = terminalOf({ color: options.color, quiet: options.quiet ?? false });
  const statuses = await listRuns(resultsFolder(), terminal.tell);
  if (options.json) terminal.print(JSON.stringify(statuses, null, 2));
  else if (statuses.length === 0) terminal.print(NO_RUNS);
  else {
    const rows = statuses.map(found => [
      shown(found.folder),
      found.state,
      `${found.completed + found.diverged}/${found.planned}`,
      found.failed > 0 ? String(found.failed) : '',
      found.startedAt.slice(0, 16).replace('T', ' '),
    ]);
    const align = ['left', 'left', 'right', 'right', 'left'] as const;
    terminal.print(
      textTable(['run', 'state', 'trials', 'failed', 'started (UTC)'], rows, {
        color: terminal.color,
        align,
      }),
    );
  }
}

const NO_RUNS = 'There are no runs in ./results. To make one: cifar-norm sweep weight-scale';

async function latest({ tell }: Terminal): Promise<RunStatus> {
  const [first] = await listRuns(resultsFolder(), tell);
  if (first) return first;
  throw new CifarNormError('usage', 'there are no runs in ./results', 'name the folder of a run');
}

async function statusOfRun(name: string): Promise<RunStatus> {
  const run = await findRun(name, process.cwd(), resultsFolder());
  try {
    return await statusOf(run);
  } finally {
    await run.close();
  }
}

const shown = (folder: string): string => {
  const path = relative(process.cwd(), folder);
  return path.startsWith('..') ? folder : path;
};

function linesOf(run: RunStatus): string[] {
  const { planned, completed, diverged, failed, left, damaged } = run;
  return [
    `${shown(run.folder)}: ${run.state}`,
    `  ${run.name} on ${run.data}, ${run.numerics}, started ${run.startedAt}`,
    `  ${planned} trials: ${completed} completed, ${diverged} diverged, ${failed} failed, ${left} left`,
    ...(run.secondsLeft === null ? [] : [`  about ${duration(run.secondsLeft)} of training left`]),
    ...(damaged.length === 0 ? [] : [`  damaged lines in the journal: ${damaged.join(', ')}; see --repair`]),
    ...(run.state === 'interrupted' || (run.state === 'finished' && failed > 0)
      ? ['  run the command that began it again to go on']
      : []),
  ];
}
