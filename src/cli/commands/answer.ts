import { basename } from 'node:path';
import { Argument, type Command } from '@commander-js/extra-typings';
import type { DataLabel } from '../../analysis/results.ts';
import type { Answer } from '../../report/answers/answer.ts';
import type { QuestionNumber } from '../../run/answer.ts';
import type { Context, OutputOptions } from '../context.ts';
import { dataOption, withOutput, workersOption } from '../options.ts';

/** Answers the notebook's questions from the user's own runs. */
export function registerAnswer(program: Command, context: Context): void {
  withOutput(program.command('answer'))
    .addArgument(new Argument('<question>', 'which question').choices(['1', '2', '3', '4', 'all'] as const))
    .summary("answer the notebook's questions by experiment")
    .description(
      'Runs the experiments of a question (configs/question-*.yaml) with six seeds, and prints what they show and why. The questions: 1, the weight scale; 2, the batch size; 3, preprocessing; 4, when layer norm fails. Keeps its runs in ./results and resumes them. All four take a few minutes on two cores.',
    )
    .addOption(dataOption())
    .addOption(workersOption())
    .addHelpText(
      'after',
      '\nExamples:\n  cifar-norm answer 1\n  cifar-norm answer all --data ~/Downloads/cifar-10-binary.tar.gz',
    )
    .action((question, options) => answer(question, options, context));
}

type Options = OutputOptions & { readonly data?: string; readonly workers: number };

async function answer(question: string, options: Options, context: Context): Promise<void> {
  const terminal = context.terminal(options);
  const [{ openData }, { answerQuestion }, { compiler }, { runListener }, { dataLabelOf }] =
    await Promise.all([
      import('../../data/open.ts'),
      import('../../run/answer.ts'),
      import('../compile.ts'),
      import('../run-listener.ts'),
      import('../../analysis/results.ts'),
    ]);
  const dataset = await openData(options.data, {
    ...context.dataContext,
    config: undefined,
    onReading: source => terminal.tell(`reading ${source}`),
  });
  const data = dataLabelOf(dataset);
  const numbers = (question === 'all' ? [1, 2, 3, 4] : [Number(question)]) as QuestionNumber[];
  const answers: (Answer & { readonly data: DataLabel })[] = [];
  // A run that is resumed trains its failed trials again.
  let failed = 0;
  for (const number of numbers) {
    const listener = runListener(terminal, { logs: false });
    const interruption = context.interruptible(listener.stop);
    try {
      const answered = await answerQuestion(number, {
        ...{
          dataset,
          compile: compiler(undefined, context.env.CIFAR_NORM_KERNELS),
          workers: options.workers,
        },
        ...{ cwd: context.cwd, env: context.env, signal: interruption.signal },
        async onEvent(event) {
          await listener.event(event);
          if (event.kind === 'finished' && event.record.status === 'failed') failed++;
          if (event.kind !== 'planned') return;
          const text = `${basename(event.folder)}: ${event.trials.length} trials`;
          await listener.event({ kind: 'notice', text });
        },
      });
      listener.stop();
      if (!answered) {
        terminal.warn('Interrupted: finished trials are kept. Run the same command again to resume.');
        return context.exit(interruption.code() ?? 1);
      }
      answers.push({ data, ...answered });
      if (!options.json) terminal.print(await answerText(answered, number, data, terminal));
    } finally {
      listener.stop();
      interruption.end();
    }
  }
  if (options.json) terminal.json(answers);
  if (failed === 0) return;
  const { counted } = await import('../../analysis/words.ts');
  terminal.warn(`${counted(failed, 'trial')} failed. Run the same command again to retry them.`);
  context.exit(1);
}

async function answerText(
  { question, tables, finding, why }: Answer,
  number: number,
  data: DataLabel,
  style: { readonly width: number; readonly color: boolean },
): Promise<string> {
  const [{ renderTable }, { wrap }, { dataNotes }] = await Promise.all([
    import('../../report/terminal/table.ts'),
    import('../../report/text.ts'),
    import('../../analysis/results.ts'),
  ]);
  const parts = [
    wrap(`Question ${number}. ${question}`, style.width).join('\n'),
    [`In short: ${finding[0] ?? ''}`, ...finding.slice(1)]
      .flatMap(line => wrap(line, style.width))
      .join('\n'),
    ['Why:', ...why].flatMap(line => wrap(line, style.width)).join('\n'),
    ...tables.map(table => renderTable(table, style)),
    wrap(dataNotes[data] ?? '', style.width).join('\n'),
  ];
  return `${parts.filter(Boolean).join('\n\n')}\n`;
}
