/** A made-up run as the second reading sees it: raw trials and records. */
import type { OpenRun } from '../../src/run/views.ts';
import type { RawRun, RawTrial } from './reading/facts.ts';

export function rawRunOf(run: OpenRun): RawRun {
  const records = new Map(run.results.map(result => [result.trial.id, result.record()]));
  const { stream } = run.identity.experiment;
  return {
    trials: run.trials.map(
      (trial): RawTrial => ({
        axes: trial.axes,
        settings: trial.settings,
        groups: trial.groups,
        seed: trial.seed,
        validationImages: trial.split.numValidation,
        record: records.get(trial.id),
      }),
    ),
    stream: stream === 'notebook' ? 'notebook' : 'paired',
    data:
      run.identity.data.kind === 'synthetic'
        ? 'synthetic data'
        : run.invocation?.official === false
          ? "unofficial images in CIFAR-10's layout"
          : 'CIFAR-10',
    baseline: run.invocation?.baseline as RawRun['baseline'],
    expect: run.invocation?.expect ?? [],
  };
}
