/** The commands and their options. Each command's work is in its own file, loaded when it is called. */
import { availableParallelism } from 'node:os';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { Layout } from '../data/batches.ts';
import { NUMERICS, type Numerics } from '../kernels/numerics.ts';
import { version } from './version.ts';

/** Sets the exit code of a command that ran, but whose outcome is not good. */
export type Exit = (code: number) => void;

export interface OutputOptions {
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly color: boolean;
}

export interface DataOptions {
  readonly data?: string;
}

export interface DownloadOptions {
  readonly layout: Layout;
  readonly url?: string;
  readonly from?: string;
}

export interface RunOptions extends OutputOptions, DataOptions {
  readonly out?: string;
  readonly seed?: number;
  readonly set?: readonly string[];
  readonly numerics: Numerics;
  readonly workers: number;
  readonly fresh?: boolean;
  readonly repair?: boolean;
  readonly retries: number;
  readonly failFast?: boolean;
  readonly timeout?: number;
}

export interface VerifyOptions extends OutputOptions, DataOptions {
  readonly trials?: number;
  readonly workers: number;
}

/** @param words the command line: of what it does not name, nothing is loaded */
export async function createProgram(words: readonly string[], exit: Exit): Promise<Command> {
  const program = new Command('cifar-norm')
    .description(
      'Trains the nets of the CS231n batch-normalization notebook on CIFAR-10, with the same bits everywhere: gradient checks, training runs and sweeps, from the command line.',
    )
    .version(version)
    .configureHelp({ showGlobalOptions: false })
    .addHelpText('after', PROGRAM_EXAMPLES);

  withOutput(program.command('gradcheck'))
    .summary('check every gradient of the notebook')
    .description(
      'Runs every numeric check of the notebook in float64, on the kernels that train. Exit code 1 if one fails.',
    )
    .addHelpText('after', '\nExamples:\n  cifar-norm gradcheck\n  cifar-norm gradcheck --json > checks.json')
    .action(async (options: OutputOptions) =>
      (await import('./commands/gradcheck.ts')).gradcheck(options, exit),
    );

  // The schema of an experiment takes longer to load than all the rest of the program.
  const namesRun = RUN_COMMANDS.some(([verb]) => words.includes(verb));
  const keys = namesRun ? (await import('./keys.ts')).keyTable() : '';
  for (const [verb, summary, what, examples] of RUN_COMMANDS) {
    withRun(program.command(verb))
      .argument(
        '<experiment>',
        'a shipped experiment (weight-scale, batch-size, deep-net) or a YAML or JSON file',
      )
      .summary(summary)
      .description(what)
      .addHelpText('after', `\nKeys of an experiment, for files and for --set:\n${keys}\n\n${examples}`)
      .action(async (experiment: string, options: RunOptions) =>
        (await import('./commands/run.ts')).run(verb, experiment, options, exit),
      );
  }

  const data = program.command('data').description('fetch, check and look at the data');
  withOutput(withData(data.command('info')))
    .summary('tell what was found')
    .description('Tells where CIFAR-10 was looked for, what was found, and what is in it.')
    .addHelpText(
      'after',
      '\nExamples:\n  cifar-norm data info\n  cifar-norm data info --data ~/cifar-10-binary.tar.gz',
    )
    .action(async (options: OutputOptions & DataOptions) =>
      (await import('./commands/data-info.ts')).dataInfo(options),
    );

  withOutput(withDownload(data.command('download')))
    .summary('fetch CIFAR-10')
    .description(
      "Fetches the official archive (170 MB) into the user's cache folder, where every command finds it. Size, md5 and sha256 are checked before it is put there. A download that broke off is gone on with. HTTP_PROXY, HTTPS_PROXY and NO_PROXY are honoured.",
    )
    .addHelpText(
      'after',
      '\nExamples:\n  cifar-norm data download\n  cifar-norm data download --url https://my.mirror/cifar-10-binary.tar.gz\n  cifar-norm data download --from /media/stick/cifar-10-binary.tar.gz',
    )
    .action(async (options: OutputOptions & DownloadOptions) =>
      (await import('./commands/data-download.ts')).dataDownload(options, exit),
    );
  withOutput(data.command('verify'))
    .option('--data <place>', 'folder or archive (.tar.gz); left out: the places that data info tells')
    .summary('check that CIFAR-10 is whole')
    .description(
      'Reads everything that is there; compares an archive with the official ones. Exit code 0 if it is whole, 2 if it is damaged or there is none.',
    )
    .addHelpText(
      'after',
      '\nExamples:\n  cifar-norm data verify\n  cifar-norm data verify --data ~/cifar-10-batches-bin',
    )
    .action(async (options: OutputOptions & DataOptions) =>
      (await import('./commands/data-verify.ts')).dataVerify(options, exit),
    );

  withOutput(program.command('status'))
    .argument('[run]', "a run's folder, or its name in ./results; left out: the latest")
    .summary('tell how far a run is')
    .description('Tells what of a run is done, failed and left, and about how long that will take.')
    .addHelpText(
      'after',
      '\nExamples:\n  cifar-norm status\n  cifar-norm status results/weight-scale-1a2b3c4d --json',
    )
    .action(async (name: string | undefined, options: OutputOptions) =>
      (await import('./commands/status.ts')).status(name, options),
    );

  withOutput(program.command('runs'))
    .summary('list the runs in ./results')
    .description('Lists the runs in ./results, the latest first.')
    .addHelpText('after', '\nExamples:\n  cifar-norm runs\n  cifar-norm runs --json')
    .action(async (options: OutputOptions) => (await import('./commands/status.ts')).runs(options));

  withOutput(program.command('export'))
    .argument('<run>', "a run's folder, or its name in ./results")
    .summary("write a run's CSV files anew")
    .description(
      'Writes trials.csv, losses.csv and accuracies.csv anew from the journal of a run, also while it is going on.',
    )
    .addHelpText('after', '\nExamples:\n  cifar-norm export results/weight-scale-1a2b3c4d')
    .action(async (name: string, options: OutputOptions) =>
      (await import('./commands/export.ts')).exportRun(name, options),
    );

  withOutput(withData(program.command('verify')))
    .argument('<run>', "a run's folder, or its name in ./results")
    .summary('run trials again and compare the bits')
    .description(
      'Runs trials of a run again and compares every loss and accuracy with the journal, bit for bit. Exit code 1 if one differs.',
    )
    .addOption(
      new Option('--trials <k>', 'how many, spread over the plan (default: all)').argParser(
        wholeNumber(1, 1_000_000),
      ),
    )
    .addOption(workersOption())
    .addHelpText(
      'after',
      '\nExamples:\n  cifar-norm verify weight-scale-1a2b3c4d --trials 4\n  cifar-norm verify from-a-cluster/run --data ~/cifar-10-binary.tar.gz',
    )
    .action(async (name: string, options: VerifyOptions) =>
      (await import('./commands/verify.ts')).verify(name, options, exit),
    );

  for (const command of [program, ...program.commands, ...data.commands]) command.exitOverride();
  return program;
}

/** A timer's longest time, 24 days. */
const MOST_SECONDS = 2_147_483;

const RUN_COMMANDS = [
  [
    'train',
    'train the nets of an experiment and follow each',
    'Trains every net of an experiment; prints the training log of each (losses every 20 iterations, accuracies every epoch), then the charts.',
    'Examples:\n  cifar-norm train deep-net\n  cifar-norm train deep-net --set epochs=3 --set learningRate=1e-2\n  cifar-norm train my-nets.yaml --data ~/cifar-10-batches-bin',
  ],
  [
    'sweep',
    'run an experiment over its grid and compare',
    "Trains the nets of every point of an experiment's grid, in parallel; prints a table and the charts, and writes CSV files. Run again, it goes on where it was left.",
    'Examples:\n  cifar-norm sweep weight-scale\n  cifar-norm sweep batch-size --data ~/cifar-10-binary.tar.gz\n  cifar-norm sweep weight-scale --set dtype=float64 --seed 7 --out results/seed-7\n  cifar-norm sweep weight-scale --set normalization=[batchnorm,layernorm]',
  ],
] as const;

const PROGRAM_EXAMPLES = `
Start here:
  cifar-norm sweep weight-scale     batch norm against none over twenty weight scales
  cifar-norm train deep-net         one deep net, with and without batch norm
  cifar-norm gradcheck              every gradient, checked`;

const withOutput = (command: Command): Command =>
  command
    .option('--json', 'print the result as JSON')
    .option('--quiet', 'no progress on stderr')
    .option('--no-color', 'no colours (NO_COLOR is honoured too)');

const withData = (command: Command): Command =>
  command.option(
    '--data <place>',
    'folder or archive (.tar.gz) of CIFAR-10, or synthetic; left out: CIFAR_NORM_DATA, the experiment, ./data and the user cache are tried, then synthetic data are made',
  );

const withDownload = (command: Command): Command =>
  command
    .addOption(
      new Option('--layout <layout>', 'version of CIFAR-10; results do not depend on it')
        .choices(['binary', 'python'])
        .default('binary'),
    )
    .addOption(
      new Option('--url <url>', 'a mirror to fetch it from; it must be the same file').conflicts('from'),
    )
    .option('--from <file>', 'an archive that is here already, to be checked and copied');

const withRun = (command: Command): Command =>
  withOutput(
    withData(command)
      .option('--out <folder>', "the run's folder (default: results/NAME-HASH, one for each config)")
      .addOption(
        new Option('--seed <n>', 'seed of the random numbers').argParser(wholeNumber(0, 0xffff_ffff)),
      )
      .option('--set <key=value>', 'change a key of the experiment; may be repeated', collect)
      .addOption(
        new Option(
          '--numerics <arithmetic>',
          'portable: the same bits on every processor; fused: faster, the same bits on every processor that fuses multiplication and addition',
        )
          .choices(Object.keys(NUMERICS))
          .default('portable'),
      )
      .addOption(workersOption())
      .option('--fresh', 'begin anew; what the folder held is kept beside it')
      .option('--repair', 'drop damaged lines of the journal; their trials run again')
      .addOption(
        new Option('--retries <n>', 'how often a trial is tried again whose worker broke down')
          .argParser(wholeNumber(0, 100))
          .default(1),
      )
      .option('--fail-fast', 'end the run at the first trial that fails')
      .addOption(
        new Option('--timeout <seconds>', 'the longest that a trial may take').argParser(
          wholeNumber(1, MOST_SECONDS),
        ),
      ),
  );

const workersOption = () =>
  new Option('--workers <n>', 'threads to train on; results do not depend on it')
    .argParser(wholeNumber(1, 1024))
    .default(availableParallelism(), 'the cores of this machine');

const collect = (value: string, previous: readonly string[] = []): string[] => [...previous, value];

function wholeNumber(least: number, most: number) {
  return (text: string): number => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
  };
}
