import type { Command } from '@commander-js/extra-typings';
import type { Context } from '../context.ts';
import { openRun } from '../open-run.ts';
import { formatOption, path, RUN_ARGUMENT, withOutput } from '../options.ts';
import type { RunFormat } from '../print-run.ts';

/** Prints what a run printed when it finished, from its journal alone. */
export function registerShow(program: Command, context: Context): void {
  withOutput(program.command('show'))
    .argument('<run>', RUN_ARGUMENT, path)
    .addOption(formatOption())
    .option('--histories', 'with --json: the loss of every iteration and the accuracies of every epoch too')
    .summary("print a run's results again")
    .description(
      'Prints what a run printed when it finished: the table, the charts, for train the logs. It reads the journal alone and trains nothing.',
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
        printRun(run, terminal, {
          format: options.json ? 'json' : (options.format as RunFormat),
          histories: options.histories ?? false,
          logs: true,
        });
      } finally {
        await run.close();
      }
    });
}
