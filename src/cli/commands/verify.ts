import { type Command, Option } from '@commander-js/extra-typings';
import type { Context } from '../context.ts';
import { openRun } from '../open-run.ts';
import {
  dataOption,
  kernelsOption,
  path,
  RUN_ARGUMENT,
  wholeNumber,
  withOutput,
  workersOption,
} from '../options.ts';

export function registerVerify(program: Command, context: Context): void {
  withOutput(program.command('verify'))
    .argument('<run>', RUN_ARGUMENT, path)
    .addOption(dataOption())
    .addOption(
      new Option(
        '--trials <k>',
        'how many trials, a random sample spread over the cells (default: all)',
      ).argParser(wholeNumber(1, 1_000_000)),
    )
    .addOption(
      new Option('--seed <n>', 'another sample of the same size')
        .argParser(wholeNumber(0, 0xffff_ffff))
        .default(0),
    )
    .option('--complete', 'fail if trials are missing')
    .addOption(workersOption())
    .addOption(kernelsOption())
    .summary('train again and compare the bits')
    .description(
      'Trains the trials of a run again and compares every figure with the journal, bit for bit. Before that, compares the plan with the experiment, the records with each other, the images with what the journal calls them, and the CSV files with the journal. Exit code 1 if anything differs. Says which trials are missing; with --complete, they fail too. Titles, machines, times and expectations cannot be verified.',
    )
    .addHelpText(
      'after',
      '\nExamples:\n  cifar-norm verify weight-scale-1a2b3c4d --trials 4\n  cifar-norm verify from-a-cluster/run --data ~/cifar-10-binary.tar.gz',
    )
    .action(async (name, options) => {
      const [
        { verifyRun },
        { compiler },
        { progressOf },
        { openData },
        { describer },
        { dataLabelOf },
        report,
      ] = await Promise.all([
        import('../../run/verify.ts'),
        import('../compile.ts'),
        import('../progress.ts'),
        import('../../data/open.ts'),
        import('../../analysis/words.ts'),
        import('../../analysis/results.ts'),
        import('../verification.ts'),
      ]);
      const terminal = context.terminal(options);
      const progress = progressOf(terminal);
      const interruption = context.interruptible(progress.stop);
      const run = await openRun(name, context, terminal);
      try {
        const isSynthetic = dataLabelOf(run.identity.data) === 'synthetic data';
        const dataset = await openData(
          options.data ?? (isSynthetic ? 'synthetic' : run.invocation?.dataSource),
          {
            ...context.dataContext,
            config: undefined,
            onReading: place => progress.start(`reading ${place}`),
          },
        );
        const describe = describer(run.trials);
        const verification = await verifyRun(run, dataset, {
          trials: options.trials,
          seed: options.seed,
          workers: options.workers,
          compile: compiler(options.kernels, context.env.CIFAR_NORM_KERNELS),
          signal: interruption.signal,
          onChecked: check => {
            if (check.missing.length > 0) progress.warn(report.missingText(check));
            if (check.problems.length > 0) progress.notice(report.problemsText(check));
          },
          onCompared: (comparison, done, total) =>
            progress.step(done, total, `${describe(comparison.trial)}: ${report.outcomeText(comparison)}`),
        });
        progress.stop();
        const code = interruption.code();
        const wishes = { complete: options.complete ?? false, interrupted: code !== undefined };
        if (options.json) terminal.json(report.verificationJson(run, verification, wishes));
        else terminal.print(report.verificationText(run, verification, wishes));
        if (report.sameOf(verification, wishes) === false) context.exit(1);
        if (code !== undefined) context.exit(code);
      } finally {
        progress.stop();
        await run.close();
        interruption.end();
      }
    });
}
