/** Made-up results of the experiments behind the notebook's questions, at their own designs with fewer images. */
import { loadExperiment } from '../../src/config/load.ts';
import { planTrials } from '../../src/plan/plan.ts';
import { answer1 } from '../../src/report/answers/question-1.ts';
import { answer2 } from '../../src/report/answers/question-2.ts';
import { answer4 } from '../../src/report/answers/question-4.ts';
import type { OpenRun } from '../../src/run/views.ts';
import { recordsOf } from './figures.ts';
import { openRun } from './made-run.ts';
import { type Random, randomOf } from './random.ts';
import { rawRunOf } from './raw.ts';
import type { RawRuns } from './reading/answer-forms.ts';

const EXPERIMENTS = {
  1: ['question-1', 'question-1-epsilon', 'question-1-exact'],
  2: ['question-2', 'question-2-updates'],
  4: ['question-4-width', 'question-4-depth', 'question-4-reg'],
} as const;
export type Question = keyof typeof EXPERIMENTS;

export interface MadeAnswer {
  readonly question: Question;
  readonly sentences: readonly string[];
  readonly raw: RawRuns;
}

/** The answer to one question, from made-up runs of its experiments. */
export async function madeAnswer(number: number): Promise<MadeAnswer> {
  const random = randomOf(number + 5e6);
  const question = random.pick([1, 2, 4] as const);
  const seeds = random.pick([1, 2, 3, 6]);
  const runs: Record<string, OpenRun> = {};
  for (const name of EXPERIMENTS[question]) runs[name] = await madeRunOf(name, seeds, random);
  const results = Object.fromEntries(Object.entries(runs).map(([name, run]) => [name, run.results]));
  const noise = { 5: 0.45, 10: 0.32, 50: 0.14 };
  const { finding } =
    question === 1
      ? answer1(results, { data: 'CIFAR-10' })
      : question === 2
        ? answer2(results, noise)
        : answer4(results);
  return {
    question,
    sentences: finding,
    raw: Object.fromEntries(Object.entries(runs).map(([name, run]) => [name, rawRunOf(run)])),
  };
}

async function madeRunOf(name: string, seeds: number, random: Random): Promise<OpenRun> {
  // Small nets: their planning and their histories are short, their design stays.
  const { experiment } = await loadExperiment(name, [`replicates=${seeds}`, 'trainImages=100']);
  const data = { kind: 'cifar-10', fingerprint: 'f'.repeat(64) } as const;
  const trials = planTrials(experiment, { fingerprint: data.fingerprint, numerics: 'portable-1' });
  const records = recordsOf(trials, random);
  for (const trial of trials) {
    const record = records.get(trial.id);
    if (!record || !trial.settings.diagnostics || record.losses.length === 0) continue;
    const layers = [...trial.settings.hiddenDims, 10].map((_, i) => ({
      layer: i + 1,
      ...{
        epsilonShare: random.uniform(),
        updateRatio: 1e-3 * (1 + random.uniform()),
        activationStd: random.uniform(),
      },
      ...{ gradientNorm: random.uniform(), preactivationGradientNorm: 0.5 + random.uniform() },
    }));
    records.set(trial.id, { ...record, diagnostics: [{ iteration: 1, epoch: 0, layers }] });
  }
  return openRun(name, experiment, data, trials, records);
}
