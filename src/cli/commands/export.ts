import { join } from 'node:path';
import type { Command } from '@commander-js/extra-typings';
import type { Context } from '../context.ts';
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
      const [{ findRun }, { exportRun }, { jsonText }] = await Promise.all([
        import('../../store/status.ts'),
        import('../../run/export.ts'),
        import('../../report/text.ts'),
      ]);
      const terminal = context.terminal(options);
      const run = await findRun(name, context.cwd, context.resultsFolder);
      try {
        const files = await exportRun(run, { force: options.force ?? false, notify: terminal.warn });
        if (options.json) terminal.print(jsonText({ folder: run.folder, files, trials: run.results.length }));
        else terminal.print(files.map(file => join(run.folder, file)).join('\n'));
      } finally {
        await run.close();
      }
    });
}
