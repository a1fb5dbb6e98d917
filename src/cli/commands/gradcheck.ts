import { type Command, Option } from '@commander-js/extra-typings';
import type { Context } from '../context.ts';
import { collect, path, pathOption, withOutput } from '../options.ts';

export function registerGradcheck(program: Command, context: Context): void {
  withOutput(program.command('gradcheck'))
    .argument('[experiment]', 'also check the nets of an experiment', path)
    .option('--verbose', 'show every quantity')
    .addOption(pathOption('--out <folder>', 'write gradcheck.csv there'))
    .addOption(
      new Option('--set <key=value>', 'change a key of the experiment; may be repeated').argParser(collect),
    )
    .summary('check every gradient of the notebook')
    .description(
      'Runs every numeric check of the notebook in float64, on the kernels that train; with an experiment, checks its nets too (each normalization, depth and reg). Exit code 1 if a check fails.',
    )
    .addHelpText(
      'after',
      '\nExamples:\n  cifar-norm gradcheck\n  cifar-norm gradcheck weight-scale --out results/checks\n  cifar-norm gradcheck --json > checks.json',
    )
    .action(async (experiment, options) =>
      (await import('../gradcheck.ts')).gradcheck(experiment, options, context),
    );
}
