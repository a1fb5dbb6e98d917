/**
 * The public API. `runExperiment` does what the command `sweep` does; the rest is what it is made of: engine, net,
 * solver, random stream, checks, renderers of tables and charts, and the report of a run that `readRun` opens.
 */

import { checkedLater } from './library/check.ts';
import { experimentSource, runOptions } from './library/inputs.ts';
import { runExperiment as run } from './run/run-experiment.ts';

export type { Cell, Estimate } from './analysis/cells.ts';
export type { ComparedCell } from './analysis/compared-cell.ts';
export type {
  ByOptions,
  Comparison,
  ComparisonOptions,
  Stream,
} from './analysis/comparison.ts';
export type { ExpectationOutcome } from './analysis/expectations.ts';
export type { Finding, NetFinding, OutcomeStretch } from './analysis/finding.ts';
export type { DataLabel, Result } from './analysis/results.ts';
export type { Verdict } from './analysis/verdicts.ts';
export type { Bound, CellResult, CheckResult } from './checks/check.ts';
export type { LoadedExperiment } from './config/load.ts';
export type {
  ChartSpec,
  Expectation,
  Experiment,
  ExperimentInput,
  Normalization,
  Settings,
  SettingValue,
  UpdateRule,
} from './config/schema.ts';
export { experimentSchema } from './config/schema.ts';
export type { Dataset, Images } from './data/dataset.ts';
export type { Attempt, Found, Place, SearchContext } from './data/locate.ts';
export { CifarNormError } from './errors.ts';
export type { Kernels, Program } from './kernels/backend.ts';
export type { CompileOptions } from './kernels/choose-backend.ts';
export type { Matrix, Pointer } from './kernels/matrix.ts';
export type { MeanTerms } from './kernels/mean-terms.ts';
export type { Dtype, Numerics } from './kernels/numerics.ts';
export { Engine, FullyConnectedNet, RandomState, Solver } from './library/classes.ts';
export {
  cacheFolderOf,
  cellsOf,
  checkExpectations,
  checkExperiment,
  checkSplit,
  compareBy,
  compareNets,
  compareRuns,
  comparisonSentences,
  compileProgram,
  estimate,
  findingOf,
  loadDataset,
  loadExperiment,
  locateData,
  meanImage,
  meanTerms,
  mergeShards,
  planTrials,
  readRun,
  renderChart,
  renderSvg,
  renderTable,
  runChecks,
  summarizeCells,
  v8FlagsFor,
  writeReport,
} from './library/functions.ts';
export type { NetOptions } from './nn/fully-connected-net.ts';
export type { EpochReport, History, TrainingData, TrainingImages, TrainOptions } from './nn/solver.ts';
export { updateRules } from './nn/update-rules.ts';
export type { PlanContext } from './plan/plan.ts';
export type { Shard } from './plan/shard.ts';
export type { PlannedTrial, Split, Streams, Trial } from './plan/trial.ts';
export type { RandomStateSnapshot } from './random/random-state.ts';
export type { DiagnosedStep, DiagnosticName, LayerDiagnostics } from './records/diagnostics.ts';
export { diagnostics } from './records/diagnostics.ts';
export type { Measure, MeasureName, Summary } from './records/measures.ts';
export { measures } from './records/measures.ts';
export type { Accuracy, TrialRecord, TrialStatus } from './records/record.ts';
export type { Chart, Column, Figure, Point, Row, Series, Table } from './report/model.ts';
export type { ChartStyle } from './report/terminal/chart.ts';
export type { TableStyle } from './report/terminal/table.ts';
export type { TrialEvent, TrialProgress } from './run/executor.ts';
export type { Run, RunEvent, RunOptions } from './run/run-experiment.ts';
export type { OpenRun } from './run/views.ts';
export type { ReportFormat } from './run/write-report.ts';
export type { StoredRun } from './store/stored-run.ts';

/**
 * Runs an experiment: every trial that its folder does not yet have. Like the command, it writes to a folder in ./results
 * unless `out` names another, and looks for CIFAR-10 in the usual places unless `data` names one.
 *
 * @param experiment name of a shipped experiment (`weight-scale`), path of a file, or the experiment itself
 * @throws CifarNormError if an option, the experiment or the data cannot be used, the processor cannot do the numerics, or
 *   the folder cannot be written, is in use, or holds another run
 */
export const runExperiment: typeof run = checkedLater(
  'runExperiment',
  { experiment: experimentSource, options: runOptions.optional() },
  (experiment, options) => run(experiment, { ...options, env: options?.env ?? process.env }),
);
