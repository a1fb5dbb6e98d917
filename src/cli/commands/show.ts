import type { Command } from '@commander-js/extra-typings';
import type { RunView } from '../../report/run-view.ts';
import type { Context } from '../context.ts';
import { openRun } from '../open-run.ts';
import { formatOption, path, RUN_ARGUMENT, withOutput } from '../options.ts';
import type { RunFormat } from '../print-run.ts';
import type { Terminal } from '../terminal.ts';

/** Prints what a run printed when it finished, from its journal alone. */
export function registerShow(program: Command, context: Context): void {
  withOutput(program.command('show'))
    .argument('<run>', RUN_ARGUMENT, path)
    .addOption(formatOption())
    .option('--histories', 'with --json: the loss of every iteration and the accuracies of every epoch too')
    .summary("print a run's results again")
    .description(
      'Prints what a run printed when it finished: the table, the charts, for train the logs. It reads the journal alone and trains nothing. With --format junit, exit code 1 if a trial or an expectation failed, or trials are missing.',
    )
    .addHelpText(
      'after',
      '\nExamples:\n  cifar-norm show weight-scale-1a2b3c4d\n  cifar-norm show results/run --json --histories > run.json',
    )
    .action(async (name, options) => {
      const { printRun } = await import('../print-run.ts');
      const terminal = context.terminal(options);
      const run = await openRun(name, context, terminal);
      try {
        const format = options.json ? 'json' : (options.format as RunFormat);
        const view = printRun(run, terminal, { format, histories: options.histories ?? false, logs: true });
        if (format === 'junit') await judge(view, terminal, context);
      } finally {
        await run.close();
      }
    });
}

/** A grader's exit code: 1 if a trial or an expectation failed, or trials are missing. */
async function judge(view: RunView, terminal: Terminal, { exit }: Context): Promise<void> {
  const { faultsOf } = await import('../faults.ts');
  const { planned, results, expectations } = view;
  const missing = planned - results.length;
  const command = 'the command that began the run';
  const faults = faultsOf({ planned, results, command, expectations: missing > 0 ? [] : expectations });
  if (missing > 0)
    faults.push(`${missing} of ${planned} trials are missing. Run ${command} again to train them.`);
  for (const fault of faults) terminal.warn(fault);
  if (faults.length > 0) exit(1);
}
