/** `worker` and `queue`: the ends of a queue beside `sweep --queue`. */
import { availableParallelism } from 'node:os';
import { type Command, Option } from '@commander-js/extra-typings';
import { CifarNormError } from '../../errors.ts';
import type { Context } from '../context.ts';
import {
  dataOption,
  kernelsOption,
  numericsOption,
  queueOption,
  queueUrl,
  wholeNumber,
  withOutput,
} from '../options.ts';

const DAY = 24 * 3600;

export function registerWorker(program: Command, context: Context): void {
  program
    .command('worker')
    .addOption(queueOption('take trials from this Redis'))
    .addOption(
      new Option('--concurrency <n>', 'trials to train at a time, each in a thread')
        .argParser(wholeNumber(1, 1024))
        .default(availableParallelism(), 'the cores of this machine'),
    )
    .addOption(dataOption())
    .addOption(numericsOption())
    .addOption(kernelsOption())
    .addOption(
      new Option('--timeout <seconds>', 'the longest that a trial may take, whatever its sweep says')
        .argParser(wholeNumber(1, DAY * 24))
        .default(DAY, 'a day'),
    )
    .option('--quiet', 'show no progress')
    .summary('train trials of sweeps on other machines')
    .description(
      'Takes trials from a queue and trains them until it is stopped. The first Ctrl-C or SIGTERM lets running trials finish; after the second, other workers take them. Needs the same images as the sweep.',
    )
    .addHelpText(
      'after',
      '\nExamples:\n  cifar-norm worker --queue redis://desk:6379\n  CIFAR_NORM_QUEUE=rediss://lab:secret@desk:6380 cifar-norm worker --concurrency 4',
    )
    .action(async ({ queue, concurrency, data, numerics, kernels, timeout, quiet }) => {
      const [{ serve }, { openData }, { compiler }, { oneLine }] = await Promise.all([
        import('../../run/queue/serve.ts'),
        import('../../data/open.ts'),
        import('../compile.ts'),
        import('../../report/text.ts'),
      ]);
      const terminal = context.terminal({ color: false, quiet });
      const url = required(queueUrl(queue ?? true, context.env));
      const interruption = context.interruptible(() => {});
      try {
        const dataset = await openData(data, {
          ...context.dataContext,
          config: undefined,
          onReading: place => terminal.tell(`reading ${place}`),
        });
        await serve(dataset, {
          ...{ url, concurrency, numerics, timeout },
          compile: compiler(kernels, context.env.CIFAR_NORM_KERNELS),
          signal: interruption.signal,
          // The message may quote text that came through the queue.
          notify: text => terminal.tell(oneLine(text)),
        });
      } finally {
        interruption.end();
      }
    });
}

export function registerQueue(program: Command, context: Context): void {
  const queue = program
    .command('queue')
    .summary('show or empty queues')
    .description('Shows or empties queues.');
  withOutput(queue.command('status'))
    .addOption(queueOption('the Redis to look at'))
    .summary('show workers and jobs')
    .description('Shows the workers of each queue, and how many trials wait, run, finished and failed.')
    .action(async options => {
      const { queueStatuses } = await import('../../run/queue/queues.ts');
      const terminal = context.terminal(options);
      const statuses = await queueStatuses(required(queueUrl(options.queue ?? true, context.env)));
      if (options.json) terminal.json(statuses);
      else if (statuses.length === 0) terminal.print('There are no queues.');
      else {
        const [{ textTable }, { oneLine }] = await Promise.all([
          import('../../report/terminal/text-table.ts'),
          import('../../report/text.ts'),
        ]);
        const rows = statuses.map(({ name, ...counts }) => [
          oneLine(name),
          ...Object.values(counts).map(String),
        ]);
        const head = ['queue', 'workers', 'waiting', 'running', 'completed', 'failed'];
        const align = ['left', ...head.slice(1).map(() => 'right' as const)] as const;
        terminal.print(textTable(head, rows, { color: terminal.color, align }));
      }
    });
  withOutput(queue.command('clean'))
    .addOption(queueOption('the Redis to clean'))
    .summary('remove jobs and results')
    .description(
      'Removes jobs that wait or have ended, and results, which otherwise stay for 24 hours. Running trials go on; a sweep that is under way submits its trials again.',
    )
    .action(async options => {
      const { cleanQueues } = await import('../../run/queue/queues.ts');
      const terminal = context.terminal(options);
      const removed = await cleanQueues(required(queueUrl(options.queue ?? true, context.env)));
      if (options.json) terminal.json({ removed });
      else terminal.print(`Removed ${removed} jobs.`);
    });
}

function required(url: string | undefined): string {
  if (url !== undefined) return url;
  throw new CifarNormError('usage', 'no queue is named', 'give --queue URL, or set CIFAR_NORM_QUEUE');
}
