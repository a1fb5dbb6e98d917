/** `sweep` and `train`: the same run, shown differently. */
import { type Command, Option } from '@commander-js/extra-typings';
import { CifarNormError } from '../../errors.ts';
import type { Run, RunEvent, RunOptions } from '../../run/run-experiment.ts';
import { MOST_SECONDS } from '../../run/time-limit.ts';
import type { Context, OutputOptions } from '../context.ts';
import { helpWidth } from '../help.ts';
import {
  collect,
  dataOption,
  formatOption,
  kernelsOption,
  numericsOption,
  path,
  pathOption,
  queueOption,
  queueUrl,
  shardOption,
  wholeNumber,
  withOutput,
  workersOption,
} from '../options.ts';
import type { RunFormat } from '../print-run.ts';
import { tellResults } from '../tell-results.ts';
import type { Terminal } from '../terminal.ts';

const VERBS = [
  {
    verb: 'train',
    summary: 'train the nets of an experiment and follow each',
    description:
      'Trains every net of an experiment. Prints the training log of each as it happens (losses every 20 iterations, accuracies every epoch), then the charts.',
    examples:
      'cifar-norm train deep-net\n  cifar-norm train deep-net --set epochs=3 --set learningRate=1e-2\n  cifar-norm train my-nets.yaml --data ~/cifar-10-batches-bin',
  },
  {
    verb: 'sweep',
    summary: 'run an experiment over its grid and compare',
    description:
      "Trains the nets of every point of an experiment's grid, in parallel. Prints a table and the charts, and writes CSV files. Run again, the same command resumes what was interrupted.",
    examples: `cifar-norm sweep weight-scale
  cifar-norm sweep batch-size --data ~/cifar-10-binary.tar.gz
  cifar-norm sweep weight-scale --set dtype=float64 --seed 7 --out results/seed-7
  cifar-norm sweep weight-scale --set "normalization=[batchnorm, layernorm]"`,
  },
] as const;
type Verb = (typeof VERBS)[number]['verb'];

export async function registerRun(program: Command, context: Context): Promise<void> {
  for (const { verb, summary, description, examples } of VERBS) {
    // The keys are described by the schema, which takes longer to load than the rest of the program.
    const keys = isHelpAsked(verb, context.words)
      ? (await import('../keys.ts')).keyTable(helpWidth(process.stdout))
      : '';
    withOutput(program.command(verb))
      .argument('<experiment>', 'weight-scale, batch-size, deep-net, or a YAML or JSON file', path)
      .summary(summary)
      .description(description)
      .addOption(dataOption())
      .addOption(formatOption())
      .addOption(
        pathOption(
          '--out <folder>',
          "the run's folder (default: results/NAME-HASH, one for each experiment)",
        ),
      )
      .addOption(
        new Option('--seed <n>', 'seed of the random numbers').argParser(wholeNumber(0, 0xffff_ffff)),
      )
      .addOption(
        new Option(
          '--replicates <n>',
          'seeds to run everything with: seed, seed + 1, ..; more than before extend the run',
        ).argParser(wholeNumber(1, 10_000)),
      )
      .option('--set <key=value>', 'change a key of the experiment; may be repeated', collect)
      .addOption(numericsOption())
      .addOption(workersOption())
      .addOption(kernelsOption())
      .option('--verbose', 'say on stderr which kernels run')
      .addOption(shardOption())
      .addOption(queueOption('train on the workers of this Redis'))
      .option('--fresh', 'start again; the old run is kept beside the new one')
      .option('--repair', 'drop corrupt lines of the journal; their trials run again')
      .addOption(
        new Option('--retries <n>', 'how often to retry a trial whose worker broke down')
          .argParser(wholeNumber(0, 100))
          .default(1),
      )
      .option('--fail-fast', 'end the run at the first trial that fails')
      .addOption(
        new Option('--timeout <seconds>', 'the longest that a trial may take').argParser(
          wholeNumber(1, MOST_SECONDS),
        ),
      )
      .addHelpText(
        'after',
        `\nKeys of an experiment, for files and for --set:\n${keys}\n\nExamples:\n  ${examples}`,
      )
      .action((experiment, { set = [], seed, replicates, json, format, ...options }) => {
        const changes = [
          ...set,
          ...(seed === undefined ? [] : [`seed=${seed}`]),
          ...(replicates === undefined ? [] : [`replicates=${replicates}`]),
        ];
        const queue = queueUrl(options.queue, context.env);
        if (options.queue === true && queue === undefined)
          throw new CifarNormError(
            'usage',
            '--queue names no queue',
            'give it a URL, or set CIFAR_NORM_QUEUE',
          );
        const printed = json ? 'json' : (format as RunFormat);
        return run(verb, experiment, { ...options, queue, set: changes, format: printed }, context);
      });
  }
}

const isHelpAsked = (verb: Verb, words: readonly string[]): boolean =>
  words.includes(verb) && words.some(word => ['help', '--help', '-h'].includes(word));

type Options = OutputOptions &
  RunOptions & {
    readonly format: RunFormat;
    readonly kernels?: string | undefined;
    readonly verbose?: true | undefined;
  };

async function run(verb: Verb, experiment: string, options: Options, context: Context): Promise<void> {
  const terminal = context.terminal(options);
  const [{ runExperiment }, { compiler }, { runListener }] = await Promise.all([
    import('../../run/run-experiment.ts'),
    import('../compile.ts'),
    import('../run-listener.ts'),
  ]);
  const listener = runListener(terminal, { logs: verb === 'train' && options.format === 'text' });
  const interruption = context.interruptible(listener.stop);
  // Training in this thread would keep signals waiting: they end the program at once, and finished trials are kept.
  if (options.workers === 0) interruption.end();
  const tell = options.verbose && ((text: string) => void listener.event({ kind: 'notice', text }));
  // Loads the code that prints results while the nets train.
  const printing = () => import('../print-run.ts');
  let ended: Run | undefined;
  try {
    ended = await runExperiment(experiment, {
      ...options,
      command: verb,
      compile: compiler(options.kernels, context.env.CIFAR_NORM_KERNELS, tell),
      env: context.env,
      signal: interruption.signal,
      onEvent: (event: RunEvent) => {
        // Reports an error only if the module is needed.
        if (event.kind === 'started') printing().catch(() => {});
        return listener.event(event);
      },
    });
    listener.stop();
    // An interrupted run prints no report. stderr says what is kept and how to resume.
    if (interruption.code() === undefined || options.format !== 'text') {
      const { printRun } = await printing();
      printRun(ended, terminal, { format: options.format, histories: false, logs: false });
    }
    await conclude(terminal, ended, interruption.code(), context);
  } finally {
    listener.stop();
    await ended?.close();
    interruption.end();
  }
}

/** Says where the results are and what went wrong, and sets the exit code. */
async function conclude(
  terminal: Terminal,
  run: Run,
  interrupted: number | undefined,
  { cwd, exit }: Context,
): Promise<void> {
  const { faultsOf } = await import('../faults.ts');
  const { folder, trials, results } = run;
  const faults = faultsOf({
    ...{ planned: trials.length, results, command: 'the same command' },
    expectations: run.complete ? run.expectations() : [],
  });
  for (const fault of faults) terminal.warn(fault);
  if (faults.length > 0) exit(1);
  if (interrupted === undefined) {
    tellResults(terminal, folder, cwd);
    return;
  }
  terminal.warn(
    `Interrupted: ${results.length} of ${trials.length} trials are kept. Run the same command again to resume.`,
  );
  exit(interrupted);
}
