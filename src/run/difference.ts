/** Compares a record with one of the same trial that was trained again. */
import { isDeepStrictEqual } from 'node:util';
import type { TrialRecord } from '../records/record.ts';
import { epochSeriesNames, series } from '../records/series.ts';

/** Figures that a version after 0.2.0 added: earlier records do not have them. */
const ADDED: readonly string[] = ['lastEpochDataLoss'];

/**
 * The first difference, in words; undefined if there is none but in the training time. Numbers are equal if their shortest
 * decimal texts are, so bits are compared.
 */
export function differenceOf(stored: TrialRecord, record: TrialRecord): string | undefined {
  // As a journal holds it.
  const again = JSON.parse(JSON.stringify(record)) as TrialRecord;
  if (stored.status === 'failed') return figuresDifference(stored, again);
  if (again.status !== stored.status)
    return `it ${again.status}${again.error ? ` (${again.error})` : ''}, and had ${stored.status}`;
  return (
    lossDifference(stored.losses, again.losses) ??
    accuracyDifference(stored.accuracies, again.accuracies) ??
    otherDifference(stored, again)
  );
}

/** A trial that failed has no figures; if a record has some all the same, they must be those of the trial. */
function figuresDifference(stored: TrialRecord, again: TrialRecord): string | undefined {
  const { iterations, losses, accuracies, diagnostics } = stored;
  const isEmpty = iterations === 0 && losses.length === 0 && accuracies.length === 0 && !diagnostics;
  if (isEmpty) return undefined;
  const { status, error } = again;
  return differenceOf({ ...stored, status, error }, again);
}

function lossDifference(stored: readonly number[], again: readonly number[]): string | undefined {
  if (again.length !== stored.length) return `${again.length} losses instead of ${stored.length}`;
  const at = stored.findIndex((loss, i) => loss !== again[i]);
  return at < 0 ? undefined : `the loss of iteration ${at + 1} is ${again[at]} instead of ${stored[at]}`;
}

type Accuracies = TrialRecord['accuracies'];

function accuracyDifference(stored: Accuracies, again: Accuracies): string | undefined {
  if (again.length !== stored.length) return `${again.length} evaluations instead of ${stored.length}`;
  for (const [i, { epoch, ...values }] of again.entries()) {
    const had = stored[i]!;
    if (had.epoch !== epoch) return `evaluation ${i + 1} is of epoch ${epoch} instead of ${had.epoch}`;
    for (const name of epochSeriesNames) {
      if (had[name] === undefined && 'added' in series[name]) continue;
      if (had[name] !== values[name])
        return `the ${name} of epoch ${epoch} is ${values[name]} instead of ${had[name]}`;
    }
  }
  return undefined;
}

function otherDifference(stored: TrialRecord, again: TrialRecord): string | undefined {
  const [before, after]: Record<string, unknown>[] = [{ ...stored }, { ...again }];
  const keys = Object.keys({ ...before, ...after }).filter(
    key => key !== 'seconds' && !(ADDED.includes(key) && !(key in before!)),
  );
  const key = keys.find(each => !isDeepStrictEqual(before![each], after![each]));
  if (key === undefined) return undefined;
  const values = [after![key], before![key]].map(value => JSON.stringify(value) ?? 'absent');
  return values.every(({ length }) => length <= MOST_SHOWN)
    ? `${key} is ${values[0]} instead of ${values[1]}`
    : `the ${key} differ`;
}

const MOST_SHOWN = 100;
