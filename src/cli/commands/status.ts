/** `status` and `runs`: what the folders of runs say about them. */
import { basename, relative } from 'node:path';
import type { Command } from '@commander-js/extra-typings';
import { CifarNormError } from '../../errors.ts';
import type { ListedRun, RunStatus } from '../../store/status.ts';
import type { Context } from '../context.ts';
import { openRun, REPAIR, warnOf } from '../open-run.ts';
import { path, RUN_ARGUMENT, withOutput } from '../options.ts';
import type { Terminal } from '../terminal.ts';

export function registerStatus(program: Command, context: Context): void {
  withOutput(program.command('status'))
    .argument('[run]', `${RUN_ARGUMENT}; by default the latest`, path)
    .summary("show a run's progress")
    .description(
      'Shows how many trials of a run are done, failed and left, and an estimate of the time left.',
    )
    .addHelpText(
      'after',
      '\nExamples:\n  cifar-norm status\n  cifar-norm status results/weight-scale-1a2b3c4d --json',
    )
    .action(async (name, options) => {
      const terminal = context.terminal(options);
      const found =
        name === undefined ? await latest(context, terminal) : await statusOfRun(name, context, terminal);
      if (options.json) terminal.json(found);
      else terminal.print((await linesOf(found, context)).join('\n'));
    });
}

export function registerRuns(program: Command, context: Context): void {
  withOutput(program.command('runs'))
    .summary('list the runs in ./results')
    .description(
      'Lists the runs in ./results, the latest first. Runs of one name show in which keys they differ from the latest of that name.',
    )
    .addHelpText('after', '\nExamples:\n  cifar-norm runs\n  cifar-norm runs --json')
    .action(async options => {
      const terminal = context.terminal(options);
      const { listRuns } = await import('../../store/status.ts');
      const runs = await listRuns(context.resultsFolder, terminal.tell);
      for (const run of runs) warnOf(run, basename(run.folder), terminal);
      if (options.json) terminal.json(runs);
      else if (runs.length === 0)
        terminal.print('There are no runs in ./results. To make one: cifar-norm sweep weight-scale');
      else terminal.print(await runsTable(runs, context, terminal));
    });
}

/** A line for each run; below it data that are not CIFAR-10, its title, and what tells it from the latest run of its name. */
async function runsTable(
  runs: readonly ListedRun[],
  { cwd }: Context,
  { color, width }: { readonly color: boolean; readonly width: number },
): Promise<string> {
  const [{ textTable }, { columnsOf, oneLine, wrap }] = await Promise.all([
    import('../../report/terminal/text-table.ts'),
    import('../../report/text.ts'),
  ]);
  const heads = ['run', 'state', 'trials', 'failed', 'started (UTC)'];
  const facts = runs.map(run => [
    run.state,
    `${run.completed + run.diverged}/${run.planned}`,
    run.failed > 0 ? String(run.failed) : '',
    run.startedAt.slice(0, 16).replace('T', ' '),
  ]);
  const names = runs.map(({ folder }) => oneLine(shown(folder, cwd)));
  const about = runs.map(({ label, title, differences }) =>
    oneLine([label === 'CIFAR-10' ? [] : label, title ?? [], differences].flat().join('; ')),
  );
  const below = (text: string) => wrap(text, width - 4).map(line => `   ${line}`);
  const table = (leads: readonly string[]) =>
    textTable(
      heads,
      facts.map((row, i) => [leads[i]!, ...row]),
      { color, align: ['left', 'left', 'right', 'right', 'left'] },
    ).split('\n');
  const wide = table(names);
  // A name that leaves no room for the rest of its row gets its own line.
  const isWide = wide.every(line => columnsOf(line) <= width);
  const [head, rule, ...lines] = isWide
    ? wide
    : textTable(heads.slice(1), facts, { color, align: ['left', 'right', 'right', 'left'] }).split('\n');
  return [
    head,
    rule,
    ...lines.flatMap((line, i) => [
      ...(isWide ? [] : wrap(names[i]!, width)),
      line,
      ...(about[i] === '' ? [] : below(about[i]!)),
    ]),
  ].join('\n');
}

async function latest({ resultsFolder }: Context, terminal: Terminal): Promise<RunStatus> {
  const { listRuns } = await import('../../store/status.ts');
  const [first] = await listRuns(resultsFolder, terminal.tell);
  if (first) {
    warnOf(first, basename(first.folder), terminal);
    return first;
  }
  throw new CifarNormError('usage', 'there are no runs in ./results', 'name the folder of a run');
}

async function statusOfRun(name: string, context: Context, terminal: Terminal): Promise<RunStatus> {
  const { statusOf } = await import('../../store/status.ts');
  const run = await openRun(name, context, terminal);
  try {
    return await statusOf(run);
  } finally {
    await run.close();
  }
}

const shown = (folder: string, cwd: string): string => {
  const path = relative(cwd, folder);
  return path.startsWith('..') ? folder : path;
};

async function linesOf(run: RunStatus, { cwd }: Context): Promise<string[]> {
  const { duration } = await import('../progress.ts');
  const { planned, completed, diverged, failed, left, corrupt, leftOut } = run;
  return [
    `${shown(run.folder, cwd)}: ${run.state}`,
    `  ${run.name} on ${run.label}, ${run.numerics}, started ${run.startedAt}`,
    `  ${planned} trials: ${completed} completed, ${diverged} diverged, ${failed} failed, ${left} left`,
    ...(run.secondsLeft === null ? [] : [`  about ${duration(run.secondsLeft)} of training left`]),
    ...leftOut.map(text => `  ${text}`),
    ...(corrupt.length === 0 ? [] : [`  ${REPAIR}`]),
    ...(corrupt.length === 0 && (run.state === 'interrupted' || (run.state === 'finished' && failed > 0))
      ? ['  to resume, run the command that began it again']
      : []),
  ];
}
