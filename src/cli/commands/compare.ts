import { type Command, Option } from '@commander-js/extra-typings';
import type { Stream } from '../../analysis/comparison.ts';
import type { Nets } from '../../analysis/nets.ts';
import type { SettingValue } from '../../config/schema.ts';
import { type MeasureName, measureNames } from '../../records/measures.ts';
import type { ComparisonFormat } from '../../report/comparison.ts';
import type { RunNote } from '../../run/views.ts';
import type { StoredRun } from '../../store/stored-run.ts';
import type { Context } from '../context.ts';
import { openRun } from '../open-run.ts';
import { positiveNumber, RUN_ARGUMENT, withOutput } from '../options.ts';

export function registerCompare(program: Command, context: Context): void {
  withOutput(program.command('compare'))
    .argument('<run>', RUN_ARGUMENT)
    .argument('[other]', 'a second run, compared with the first')
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
      const [{ noteOf }, analysis, { comparisonReport }, { differences }, { netsOf }] = await Promise.all([
        import('../../run/views.ts'),
        import('../../analysis/comparison.ts'),
        import('../../report/comparison.ts'),
        import('../../store/manifest.ts'),
        import('../../analysis/nets.ts'),
      ]);
      const terminal = context.terminal(options);
      const open = (run: string) => openRun(run, context, terminal);
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
        const report = comparisonReport(
          comparison,
          changes,
          candidate ? [baseline.folder, candidate.folder] : [],
          format,
          terminal,
        );
        const notes = [baseline, ...(candidate ? [candidate] : [])].map(noteOf);
        terminal.print(await withNotes(report, notes, format, terminal.width));
      } finally {
        await baseline.close();
        await candidate?.close();
      }
    });
}

/** The report with what was compared at its head: how many trials on which data, and what was left out. */
async function withNotes(
  report: string,
  runs: readonly RunNote[],
  format: ComparisonFormat,
  width: number,
): Promise<string> {
  const [{ trialsText }, { dataNotes }, { jsonText, oneLine, wrap }] = await Promise.all([
    import('../../report/run-view.ts'),
    import('../../analysis/results.ts'),
    import('../../report/text.ts'),
  ]);
  if (format === 'json') return jsonText({ runs, ...(JSON.parse(report) as object) });
  const names = runs.length > 1 ? ['base: ', 'cand: '] : [''];
  const lines = runs.flatMap(({ data, trials, planned, leftOut }, i) =>
    [`${trialsText(planned, trials)} on ${data}`, ...leftOut].map(text => `${names[i]}${oneLine(text)}`),
  );
  const sentences = [...new Set(runs.map(({ data }) => data))].flatMap(data => dataNotes[data] ?? []);
  const head = [...lines, ...sentences];
  const texts = format === 'md' ? head.map(text => `- ${text}`) : head.flatMap(text => wrap(text, width));
  return [...texts, '', report].join('\n');
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
