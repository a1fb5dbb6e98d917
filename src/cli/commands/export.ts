import { join } from 'node:path';
import type { Command } from '@commander-js/extra-typings';
import type { Context } from '../context.ts';
import { openRun } from '../open-run.ts';
import { path, RUN_ARGUMENT, withOutput } from '../options.ts';

export function registerExport(program: Command, context: Context): void {
  withOutput(program.command('export'))
    .argument('<run>', RUN_ARGUMENT, path)
    .option('--force', 'replace a CSV file even if the new one has fewer rows')
    .summary("write a run's CSV files again")
    .description(
      'Writes the CSV files, finding.json and manifest.json again from the journal of a run that is not going on.',
    )
    .addHelpText('after', '\nExamples:\n  cifar-norm export results/weight-scale-1a2b3c4d')
    .action(async (name, options) => {
      const [{ exportRun }, { noteOf }, { trialsText }] = await Promise.all([
        import('../../run/export.ts'),
        import('../../run/views.ts'),
        import('../../report/run-view.ts'),
      ]);
      const terminal = context.terminal(options);
      const run = await openRun(name, context, terminal);
      try {
        const files = await exportRun(run, { force: options.force ?? false });
        const { folder, data, trials, planned, leftOut } = noteOf(run);
        if (options.json) terminal.json({ folder, files, data, trials, planned, leftOut });
        else terminal.print(files.map(file => join(folder, file)).join('\n'));
        terminal.tell(`${trialsText(planned, trials)} on ${data}`);
      } finally {
        await run.close();
      }
    });
}
