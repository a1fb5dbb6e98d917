import { type Command, Option } from '@commander-js/extra-typings';
import type { Stream } from '../../analysis/comparison.ts';
import type { Nets } from '../../analysis/nets.ts';
import type { SettingValue } from '../../config/schema.ts';
import { type MeasureName, measureNames } from '../../records/measures.ts';
import type { ComparisonFormat } from '../../report/comparison.ts';
import type { StoredRun } from '../../store/stored-run.ts';
import type { Context } from '../context.ts';
import { path, positiveNumber, RUN_ARGUMENT, withOutput } from '../options.ts';

export function registerCompare(program: Command, context: Context): void {
  withOutput(program.command('compare'))
    .argument('<run>', RUN_ARGUMENT, path)
    .argument('[other]', 'a second run, compared with the first', path)
    .option('--by <key>', 'the axis whose values are compared (default: the first that varies in words)')
    .option('--baseline <value>', 'the value that the others are compared with (default: none, or the first)')
    .addOption(
      new Option('--measure <name>', 'the figure to compare')
        .choices(measureNames)
        .default('bestValAccuracy' as MeasureName),
    )
    .addOption(
      new Option(
        '--equivalent <difference>',
        'the largest difference that does not matter; adds P(worse), P(equivalent), P(better)',
      ).argParser(positiveNumber),
    )
    .addOption(
      new Option('--format <format>', 'how to print it')
        .choices(['text', 'md', 'json'] satisfies ComparisonFormat[])
        .default('text' as ComparisonFormat),
    )
    .summary('compare the nets of a run, or two runs')
    .description(
      'Compares nets in pairs, seed by seed: difference with its 95 % interval, effect size, exact p, and what varied. With two runs, says first in what they differ.',
    )
    .addHelpText(
      'after',
      '\nExamples:\n  cifar-norm compare weight-scale-1a2b3c4d --by normalization --equivalent 0.01\n  cifar-norm compare results/before results/after --measure lastEpochTrainLoss --format md',
    )
    .action(async (name, other, options) => {
      const [{ findRun }, analysis, { comparisonReport }, { differences }, { netsOf }] = await Promise.all([
        import('../../store/status.ts'),
        import('../../analysis/comparison.ts'),
        import('../../report/comparison.ts'),
        import('../../store/manifest.ts'),
        import('../../analysis/nets.ts'),
      ]);
      const terminal = context.terminal(options);
      const open = (run: string) => findRun(run, context.cwd, context.resultsFolder);
      const baseline = await open(name);
      const candidate = other === undefined ? undefined : await open(other);
      try {
        const shared = {
          measure: options.measure as MeasureName,
          equivalent: options.equivalent,
          stream: streamOf([baseline, candidate]),
        };
        const declared = Object.entries(baseline.invocation?.baseline ?? {})[0] as
          | [string, SettingValue]
          | undefined;
        const changes = candidate ? differences(baseline.identity, candidate.identity) : [];
        const comparison = candidate
          ? analysis.compareRuns(baseline.results, candidate.results, {
              ...shared,
              differs: changes.map(change => change.split(':')[0]!),
            })
          : analysis.compareBy(baseline.results, {
              ...shared,
              by: options.by ?? declared?.[0] ?? usualAxis(netsOf(baseline.results)),
              baseline:
                parsed(options.baseline) ??
                (declared?.[0] === (options.by ?? declared?.[0]) ? declared?.[1] : undefined),
            });
        const format = options.json ? 'json' : (options.format as ComparisonFormat);
        terminal.print(
          comparisonReport(
            comparison,
            changes,
            candidate ? [baseline.folder, candidate.folder] : [],
            format,
            terminal,
          ),
        );
      } finally {
        await baseline.close();
        await candidate?.close();
      }
    });
}

const usualAxis = ({ keys, axis }: Nets): string => keys[0] ?? axis ?? 'normalization';

/** Pairs share draws only if both runs were paired. */
const streamOf = (runs: readonly (StoredRun | undefined)[]): Stream =>
  runs.some(run => run?.identity.experiment.stream === 'notebook') ? 'notebook' : 'paired';

/** A setting's value as it is written on the command line. */
function parsed(text: string | undefined): SettingValue | undefined {
  if (text === undefined || text.trim() === '') return undefined;
  const value = Number(text);
  if (!Number.isNaN(value)) return value;
  return /^\d+(x\d+)+$/.test(text) ? text.split('x').map(Number) : (text as SettingValue);
}
