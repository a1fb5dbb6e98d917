/** Answers the notebook's questions: runs their shipped experiments, measures, and states the results. */
import { dataLabelOf, type Result } from '../analysis/results.ts';
import { batchMeanNoise, netInvariance, preprocessingInvariance } from '../checks/invariances.ts';
import type { Normalization } from '../config/schema.ts';
import type { Dataset } from '../data/dataset.ts';
import type { Answer, Context, Runs } from '../report/answers/answer.ts';
import { answer1 } from '../report/answers/question-1.ts';
import { answer2 } from '../report/answers/question-2.ts';
import { answer3 } from '../report/answers/question-3.ts';
import { answer4 } from '../report/answers/question-4.ts';
import { type RunOptions, runExperiment } from './run-experiment.ts';

interface QuestionRow {
  /** Names of shipped experiments. */
  readonly experiments: readonly string[];
  answer(runs: Runs, dataset: Dataset, context: Context & { readonly seeds: readonly number[] }): Answer;
}

const NORMALIZED: readonly Normalization[] = ['none', 'batchnorm', 'layernorm', 'rmsnorm', 'groupnorm'];
const STEPS = ['perPixelRow', 'perImage', 'meanImage', 'threshold'] as const;

export const questions = {
  1: {
    experiments: ['question-1', 'question-1-epsilon', 'question-1-exact'],
    answer: (runs, _, context) => answer1(runs, context),
  },
  2: {
    experiments: ['question-2', 'question-2-updates'],
    answer: (runs, { train }, { seeds }) =>
      answer2(
        runs,
        Object.fromEntries([5, 10, 50].map(size => [size, batchMeanNoise(train, size, seeds.slice(0, 2))])),
      ),
  },
  3: {
    experiments: [],
    answer: (_, { train }, { seeds }) =>
      answer3(
        Object.fromEntries(NORMALIZED.map(name => [name, netInvariance(name, train, seeds)])),
        Object.fromEntries(STEPS.map(name => [name, preprocessingInvariance(name, train, seeds)])),
      ),
  },
  4: {
    experiments: ['question-4-width', 'question-4-depth', 'question-4-reg'],
    answer: runs => answer4(runs),
  },
} as const satisfies Readonly<Record<number, QuestionRow>>;

export type QuestionNumber = keyof typeof questions;

export interface AnswerOptions extends Omit<RunOptions, 'set' | 'data' | 'out' | 'command'> {
  readonly dataset: Dataset;
}

/**
 * Runs the experiments of a question. Reuses finished runs in ./results. Undefined if interrupted.
 * @throws CifarNormError as runExperiment does
 */
export async function answerQuestion(
  number: QuestionNumber,
  { dataset, ...options }: AnswerOptions,
): Promise<Answer | undefined> {
  const row: QuestionRow = questions[number];
  const runs: Record<string, readonly Result[]> = {};
  const closing: (() => Promise<void>)[] = [];
  try {
    for (const name of row.experiments) {
      const run = await runExperiment(name, {
        ...options,
        data: dataset,
      });
      closing.push(run.close);
      if (!run.complete) return undefined;
      runs[name] = run.results;
    }
    const seeds = Array.from({ length: 6 }, (_, i) => 231 + i);
    return row.answer(runs, dataset, { data: dataLabelOf(dataset), seeds });
  } finally {
    for (const close of closing) await close();
  }
}
