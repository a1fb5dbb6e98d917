/** The public functions. A wrong argument is a CifarNormError that says what was expected, before anything else happens. */
import { cellsOf as cellsOfResults, estimate as estimateOfCell } from '../analysis/cells.ts';
import * as comparing from '../analysis/comparison.ts';
import { comparisonSentences as sentencesOf } from '../analysis/comparison-report.ts';
import { checkExpectations as judged } from '../analysis/expectations.ts';
import { findingOf as found } from '../analysis/finding.ts';
import { summarizeCells as summarized } from '../checks/check.ts';
import { runChecks as checks } from '../checks/checks.ts';
import { checkExperiment as checksOfNets } from '../checks/net-checks.ts';
import { loadExperiment as loaded } from '../config/load.ts';
import { loadDataset as read } from '../data/load.ts';
import * as locating from '../data/locate.ts';
import * as splitting from '../data/split.ts';
import { compileProgram as compiled } from '../kernels/choose-backend.ts';
import { meanTerms as termsOf } from '../kernels/mean-terms.ts';
import { v8FlagsFor as flagsFor } from '../kernels/wasm/v8-flags.ts';
import { planTrials as planned } from '../plan/plan.ts';
import { renderSvg as svgOf } from '../report/page/svg-files.ts';
import { renderChart as chartText } from '../report/terminal/chart.ts';
import { renderTable as tableText } from '../report/terminal/table.ts';
import { mergeShards as merged } from '../run/merge.ts';
import { writeReport as written } from '../run/write-report.ts';
import { readRun as opened } from '../store/stored-run.ts';
import { checked, checkedLater } from './check.ts';
import * as input from './inputs.ts';
import * as net from './nets.ts';
import * as picture from './pictures.ts';
import * as outcome from './results.ts';
import * as value from './values.ts';

export const cellsOf: typeof cellsOfResults = checked(
  'cellsOf',
  { results: outcome.results },
  cellsOfResults,
);

export const estimate: typeof estimateOfCell = checked(
  'estimate',
  { cell: outcome.cell, measure: outcome.measure },
  estimateOfCell,
);

export const compareBy: typeof comparing.compareBy = checked(
  'compareBy',
  { results: outcome.results, options: outcome.byOptions },
  comparing.compareBy,
);

export const compareNets: typeof comparing.compareNets = checked(
  'compareNets',
  { results: outcome.results, options: outcome.netOptions },
  comparing.compareNets,
);

export const compareRuns: typeof comparing.compareRuns = checked(
  'compareRuns',
  { baseline: outcome.results, candidate: outcome.results, options: outcome.comparisonOptions },
  comparing.compareRuns,
);

export const comparisonSentences: typeof sentencesOf = checked(
  'comparisonSentences',
  { comparison: outcome.comparison },
  sentencesOf,
);

export const checkExpectations: typeof judged = checked(
  'checkExpectations',
  { expectations: outcome.expectations, results: outcome.results },
  judged,
);

export const findingOf: typeof found = checked(
  'findingOf',
  { results: outcome.results, context: outcome.findingContext },
  found,
);

export const summarizeCells: typeof summarized = checked(
  'summarizeCells',
  { results: outcome.checkResults },
  summarized,
);

export const runChecks: typeof checks = checked('runChecks', { now: value.callback }, checks);

export const checkExperiment: typeof checksOfNets = checked(
  'checkExperiment',
  { settings: net.listOfSettings },
  checksOfNets,
);

export const loadExperiment: typeof loaded = checkedLater(
  'loadExperiment',
  { source: input.experimentSource, overrides: value.texts.optional(), cwd: value.text.optional() },
  loaded,
);

export const loadDataset: typeof read = checkedLater(
  'loadDataset',
  { place: input.place, options: input.loadOptions.optional() },
  read,
);

export const cacheFolderOf: typeof locating.cacheFolderOf = checked(
  'cacheFolderOf',
  { platform: value.text, home: value.anyText, env: input.environment },
  locating.cacheFolderOf,
);

export const locateData: typeof locating.locateData = checkedLater(
  'locateData',
  { context: input.searchContext },
  locating.locateData,
);

export const checkSplit: typeof splitting.checkSplit = checked(
  'checkSplit',
  { dataset: input.dataset, split: input.split },
  splitting.checkSplit,
);

export const meanImage: typeof splitting.meanImage = checked(
  'meanImage',
  { images: input.images },
  splitting.meanImage,
);

export const compileProgram: typeof compiled = checked(
  'compileProgram',
  { dtype: input.dtype, numerics: input.numerics.optional(), options: input.compileOptions.optional() },
  compiled,
);

export const meanTerms: typeof termsOf = checked(
  'meanTerms',
  { mean: input.mean, dtype: input.dtype },
  termsOf,
);

export const v8FlagsFor: typeof flagsFor = checked(
  'v8FlagsFor',
  { numerics: input.numerics, version: value.text.optional() },
  flagsFor,
);

export const planTrials: typeof planned = checked(
  'planTrials',
  { experiment: input.experiment, context: input.planContext, seeds: input.seeds.optional() },
  planned,
);

export const renderSvg: typeof svgOf = checked('renderSvg', { chart: picture.chart }, svgOf);

export const renderChart: typeof chartText = checked(
  'renderChart',
  { chart: picture.chart, style: picture.chartStyle },
  chartText,
);

export const renderTable: typeof tableText = checked(
  'renderTable',
  { table: picture.table, style: picture.tableStyle },
  tableText,
);

export const mergeShards: typeof merged = checkedLater(
  'mergeShards',
  { folders: value.someTexts, out: value.text },
  merged,
);

export const writeReport: typeof written = checkedLater(
  'writeReport',
  { runs: outcome.openRuns, format: outcome.reportFormat, out: value.text },
  written,
);

export const readRun: typeof opened = checkedLater('readRun', { place: value.text }, opened);
