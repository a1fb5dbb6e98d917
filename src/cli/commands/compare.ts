import { type Command, Option } from '@commander-js/extra-typings';
import type { Stream } from '../../analysis/comparison.ts';
import type { Where } from '../../config/where-schema.ts';
import { CifarNormError } from '../../errors.ts';
import { type MeasureName, measureNames } from '../../records/measures.ts';
import type { ComparisonFormat } from '../../report/comparison.ts';
import type { RunNote } from '../../run/views.ts';
import type { StoredRun } from '../../store/stored-run.ts';
import type { Context } from '../context.ts';
import { openRun } from '../open-run.ts';
import { path, positiveNumber, RUN_ARGUMENT, withOutput } from '../options.ts';

export function registerCompare(program: Command, context: Context): void {
  withOutput(program.command('compare'))
    .argument('<run>', RUN_ARGUMENT, path)
    .argument('[other]', 'a second run, compared with the first', path)
    .option(
      '--by <key>',
      "the axis whose values are compared (default: that of the experiment's baseline, or the first that varies in words)",
    )
    .option(
      '--baseline <value>',
      "the value that the others are compared with, as the table prints it or the experiment writes it (default: the experiment's baseline; else none, or the first)",
    )
    .addOption(
      new Option(
        '--measure <name>',
        'the figure to compare (default: bestValAccuracy; lastValAccuracy where trials are evaluated differently often)',
      ).choices(measureNames),
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
      'Compares nets in pairs, seed by seed: difference with its 95 % interval, effect size, p and verdict, and what varied. With two runs, says first in what they differ.',
    )
    .addHelpText(
      'after',
      '\nExamples:\n  cifar-norm compare weight-scale-1a2b3c4d --by normalization --equivalent 0.01\n  cifar-norm compare results/before results/after --measure lastEpochTrainLoss --format md',
    )
    .action(async (name, other, options) => {
      const [{ noteOf }, analysis, { comparisonReport }, { runDifferences }, named] = await Promise.all([
        import('../../run/views.ts'),
        import('../../analysis/comparison.ts'),
        import('../../report/comparison.ts'),
        import('../../store/manifest.ts'),
        import('../value-named.ts'),
      ]);
      if (other !== undefined && (options.by ?? options.baseline) !== undefined)
        throw new CifarNormError(
          'usage',
          '--by and --baseline choose among the nets of one run',
          'leave them out to compare two runs: the first is the baseline',
        );
      const terminal = context.terminal(options);
      const open = (run: string) => openRun(run, context, terminal);
      const baseline = await open(name);
      const candidate = other === undefined ? undefined : await open(other);
      try {
        const shared = {
          measure: options.measure as MeasureName | undefined,
          equivalent: options.equivalent,
          stream: streamOf([baseline, candidate]),
        };
        const declared = baseline.invocation?.baseline as Where | undefined;
        const by =
          named.axisNamed(options.by, baseline.results) ??
          analysis.usualAxis(baseline.results, declared) ??
          'normalization';
        const changes = candidate ? runDifferences(baseline, candidate) : [];
        const comparison = candidate
          ? analysis.compareRuns(baseline.results, candidate.results, shared)
          : analysis.compareBy(baseline.results, {
              ...shared,
              by,
              baseline: named.baselineNamed(options.baseline, by, baseline.results) ?? declared,
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
        const text = await withNotes(report, notes, format, terminal.width);
        if (format === 'text') terminal.print(text);
        else terminal.document(text);
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

/** Pairs share draws only if both runs were paired. */
const streamOf = (runs: readonly (StoredRun | undefined)[]): Stream =>
  runs.some(run => run?.identity.experiment.stream === 'notebook') ? 'notebook' : 'paired';
