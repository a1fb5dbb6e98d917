import { type Command, Option } from '@commander-js/extra-typings';
import type { Comparison } from '../../run/verify.ts';
import type { Context } from '../context.ts';
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
      new Option('--trials <k>', 'how many trials, spread over the plan (default: all)').argParser(
        wholeNumber(1, 1_000_000),
      ),
    )
    .addOption(workersOption())
    .addOption(kernelsOption())
    .summary('train again and compare the bits')
    .description(
      'Trains the trials of a run again and compares every loss and accuracy with the journal, bit for bit. Exit code 1 if one differs.',
    )
    .addHelpText(
      'after',
      '\nExamples:\n  cifar-norm verify weight-scale-1a2b3c4d --trials 4\n  cifar-norm verify from-a-cluster/run --data ~/cifar-10-binary.tar.gz',
    )
    .action(async (name, options) => {
      const [
        { findRun },
        { verifyRun },
        { compiler },
        { progressOf },
        { openData },
        { describer },
        { jsonText, oneLine },
      ] = await Promise.all([
        import('../../store/status.ts'),
        import('../../run/verify.ts'),
        import('../compile.ts'),
        import('../progress.ts'),
        import('../../data/open.ts'),
        import('../../analysis/words.ts'),
        import('../../report/text.ts'),
      ]);
      const terminal = context.terminal(options);
      const progress = progressOf(terminal);
      const interruption = context.interruptible(progress.stop);
      const run = await findRun(name, context.cwd, context.resultsFolder);
      try {
        const { kind } = run.identity.data;
        const source = kind === 'synthetic' ? kind : run.invocation?.dataSource;
        const dataset = await openData(options.data ?? source, {
          ...context.dataContext,
          config: undefined,
          onReading: place => progress.start(`reading ${place}`),
        });
        const describe = describer(run.trials);
        const comparisons = await verifyRun(run, dataset, {
          trials: options.trials,
          workers: options.workers,
          compile: compiler(options.kernels, context.env.CIFAR_NORM_KERNELS),
          signal: interruption.signal,
          onCompared: ({ trial, difference }, done, total) =>
            progress.step(done, total, `${describe(trial)}: ${difference ?? 'the same bits'}`),
        });
        progress.stop();
        const differing = comparisons.filter(({ difference }) => difference !== undefined);
        const code = interruption.code();
        if (options.json) terminal.print(jsonText(resultOf(run.folder, comparisons, code !== undefined)));
        else {
          for (const { trial, difference } of differing)
            terminal.print(oneLine(`trial ${trial.index} (${describe(trial)}) differs: ${difference}`));
          terminal.print(verdict(comparisons.length, differing.length, code !== undefined));
        }
        if (differing.length > 0) context.exit(1);
        if (code !== undefined) context.exit(code);
      } finally {
        progress.stop();
        await run.close();
        interruption.end();
      }
    });
}

function verdict(compared: number, differing: number, interrupted: boolean): string {
  if (interrupted) return `Interrupted: trained ${compared} trials again; ${differing} of them differ.`;
  if (differing > 0) return `${differing} of ${compared} trials differ.`;
  return `Trained ${compared} ${compared === 1 ? 'trial' : 'trials'} again: the same bits in every loss and accuracy.`;
}

/** `same` is null if an interruption left it open. */
function resultOf(folder: string, comparisons: readonly Comparison[], interrupted: boolean) {
  const trials = comparisons.map(({ trial, difference }) => ({
    trial: trial.index,
    same: difference === undefined,
    ...(difference !== undefined && { difference }),
  }));
  const same = trials.every(trial => trial.same) ? (interrupted ? null : true) : false;
  return { folder, same, trials };
}
