/** The public API: what the command line is made of. */

export type { CheckResult } from './checks/checks.ts';
export { runChecks } from './checks/checks.ts';
export { loadExperiment } from './config/load.ts';
export type { Experiment, ExperimentInput, Settings } from './config/schema.ts';
export { experimentSchema } from './config/schema.ts';
export type { Dataset, Images } from './data/dataset.ts';
export { loadDataset } from './data/load.ts';
export { cacheFolderOf, locateData } from './data/locate.ts';
export { checkSplit, meanImage } from './data/split.ts';
export { CifarNormError } from './errors.ts';
export type { Dtype } from './kernels/engine.ts';
export { Engine } from './kernels/engine.ts';
export type { Numerics } from './kernels/numerics.ts';
export { compileKernels, isWidened } from './kernels/wasm.ts';
export { FullyConnectedNet } from './nn/fully-connected-net.ts';
export { Solver } from './nn/solver.ts';
export { updateRules } from './nn/update-rules.ts';
export { planTrials } from './plan/plan.ts';
export type { Trial } from './plan/trial.ts';
export { RandomState } from './random/random-state.ts';
export { renderChart } from './report/terminal/chart.ts';
export type { TrialRecord } from './records/record.ts';
export type { RunOutcome, RunRequest } from './run/run-experiment.ts';
export { runExperiment } from './run/run-experiment.ts';
