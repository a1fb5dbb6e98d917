/** What is wrong with a journal: its lines, its plan, its records and what it says of the data. */
import { isDeepStrictEqual } from 'node:util';
import { dataLabelOf } from '../analysis/results.ts';
import { counted, listed } from '../analysis/words.ts';
import { isDecisive } from '../config/schema.ts';
import type { Dataset } from '../data/dataset.ts';
import type { Trial } from '../plan/trial.ts';
import type { TrialRecord } from '../records/record.ts';
import { leftOutOf } from '../store/left-out.ts';
import { contradiction } from '../store/planned.ts';
import type { StoredRun } from '../store/stored-run.ts';
import { recordProblem } from './record-problems.ts';

/**
 * Checks all that can be checked without training. Records of other runs and missing trials are no problems here.
 * @param again the trials that the experiment plans with the seeds of the journal, by id
 * @returns a sentence for each problem
 */
export function journalProblems(
  run: StoredRun,
  dataset: Dataset,
  again: ReadonlyMap<string, Trial>,
): string[] {
  return [
    ...lineProblems(run),
    ...dataProblems(run, dataset),
    ...experimentProblems(run),
    ...planProblems(run, again),
    ...recordProblems(run, again),
  ];
}

function lineProblems({ corrupt, newer, oddities: { foreign, contradicting } }: StoredRun): string[] {
  return [
    ...leftOutOf({ corrupt, newer, foreign: foreign.filter(line => corrupt.includes(line)) }),
    ...contradicting.map(
      line => `Line ${line} of the journal plans a trial differently from a line before it.`,
    ),
  ];
}

function dataProblems({ identity, invocation }: StoredRun, dataset: Dataset): string[] {
  const { kind } = identity.data;
  if (kind !== dataset.kind)
    return [`The journal says that the data are ${kind}, and they are ${dataset.kind}.`];
  const label = dataLabelOf({ ...identity.data, official: invocation?.official });
  const actual = dataLabelOf(dataset);
  return label === actual
    ? []
    : [
        `The journal calls the data ${label}, and they are ${actual}. The command that began the run corrects what a version up to 0.2.0 wrote.`,
      ];
}

function experimentProblems({ identity }: StoredRun): string[] {
  const foreign = Object.keys(identity.experiment).filter(key => !isDecisive(key));
  return foreign.length === 0
    ? []
    : [`The experiment in the journal has ${listed(foreign)}, which no run stores there.`];
}

function planProblems({ trials }: StoredRun, again: ReadonlyMap<string, Trial>): string[] {
  const unknown = trials.filter(({ id }) => !again.has(id));
  if (unknown.length === trials.length)
    return [
      "None of the plan's trials is a trial of the experiment: the journal was altered, or another version of cifar-norm plans it differently.",
    ];
  const ids = new Set(trials.map(({ id }) => id));
  const lacking = [...again.values()].filter(({ id }) => !ids.has(id));
  const isWhole = unknown.length === 0 && lacking.length === 0;
  return [
    ...unknown.map(({ index }) => `Trial ${index} of the plan is no trial of the experiment.`),
    ...(lacking.length === 0
      ? []
      : [
          `The plan lacks ${lacking.length} of the ${counted(again.size, 'trial')} of the experiment with its seeds: the first is trial ${lacking[0]!.index}.`,
        ]),
    ...trials.flatMap(trial => {
      const other = again.get(trial.id);
      const key = other && contradiction(trial, other);
      // In a plan that lacks trials, all that follow have other places.
      if (!other || !key || (key === 'index' && !isWhole)) return [];
      return `Trial ${trial.index}: the plan says ${key} ${text(trial[key])}, and the experiment ${text(other[key])}.`;
    }),
  ];
}

const text = (value: unknown): string => JSON.stringify(value);

/** Of each record, also of those that a later one replaced. */
function recordProblems(
  { results, oddities: { replaced } }: StoredRun,
  again: ReadonlyMap<string, Trial>,
): string[] {
  const last = new Map(results.map(result => [result.trial.id, result]));
  return [
    ...results.flatMap(({ trial, record }) => {
      if (!again.has(trial.id)) return [];
      const problem = recordProblem(record(), trial);
      return problem === undefined ? [] : `Trial ${trial.index}: ${problem}.`;
    }),
    ...replaced.flatMap(({ trial, line, record }) => {
      const [earlier, later] = [record(), last.get(trial.id)!.record()];
      const problem = recordProblem(earlier, trial) ?? disagreement(earlier, later);
      return problem === undefined ? [] : `Line ${line} of the journal, trial ${trial.index}: ${problem}.`;
    }),
  ];
}

/** A failed trial runs again; one with a result does not. */
function disagreement(earlier: TrialRecord, later: TrialRecord): string | undefined {
  if (earlier.status === 'failed') return undefined;
  if (later.status === 'failed')
    return `the record says that it ${earlier.status}, and a later one that it failed`;
  return isDeepStrictEqual({ ...earlier, seconds: 0 }, { ...later, seconds: 0 })
    ? undefined
    : 'the record differs from a later one of the same trial';
}
