/** What `verify` prints. */
import { counted, describer, listed } from '../analysis/words.ts';
import { shardText } from '../plan/shard.ts';
import { oneLine } from '../report/text.ts';
import type { Comparison, Verification } from '../run/verify.ts';
import { type StoredRun, shardOf } from '../store/stored-run.ts';

export interface Wishes {
  /** Whether missing trials fail. */
  readonly complete: boolean;
  readonly interrupted: boolean;
}

/** Whether all is as the journal says; null if an interruption left it open. */
export function sameOf(
  { problems, missing, comparisons }: Verification,
  { complete, interrupted }: Wishes,
): boolean | null {
  const differs = comparisons.some(({ difference }) => difference !== undefined);
  if (differs || problems.length > 0 || (complete && missing.length > 0)) return false;
  return interrupted ? null : true;
}

export function outcomeText({ stored, now, difference }: Comparison): string {
  if (difference !== undefined || stored !== 'failed') return difference ?? 'the same bits';
  return `it had failed, and now it ${NOW[now]}`;
}

const NOW = { completed: 'completes', diverged: 'diverges', failed: 'fails again' } as const;

/** A trial that failed is trained, but has no figures to compare. */
const isCompared = ({ stored, difference }: Comparison): boolean =>
  stored !== 'failed' || difference !== undefined;

/** `2 of 12 trials are missing: trials 0 and 3 (failed)`. */
export function missingText({ missing, planned }: Pick<Verification, 'missing' | 'planned'>): string {
  const names = missing.map(({ trial, failed }) => `${trial.index}${failed ? ' (failed)' : ''}`);
  const [are, trials] = missing.length === 1 ? ['is', 'trial'] : ['are', 'trials'];
  return `${missing.length} of ${counted(planned, 'trial')} ${are} missing: ${trials} ${listed(shortened(names))}`;
}

/** `3 problems in the journal; the first: ..`. */
export const problemsText = ({ problems }: Pick<Verification, 'problems'>): string =>
  `${counted(problems.length, 'problem')} in the journal${problems.length > 1 ? '; the first' : ''}: ${problems[0]}`;

/** Longer lists end in a count. */
const MOST_NAMED = 10;

const shortened = (texts: readonly string[]): string[] =>
  texts.length <= MOST_NAMED
    ? [...texts]
    : [...texts.slice(0, MOST_NAMED), `${texts.length - MOST_NAMED} more`];

/** What is wrong, a line each; then the verdict, and what was compared. */
export function verificationText(run: StoredRun, verification: Verification, wishes: Wishes): string {
  const { problems, comparisons, missing } = verification;
  const describe = describer(run.trials);
  const told = comparisons.filter(each => !isCompared(each) || each.difference !== undefined);
  const differing = comparisons.filter(({ difference }) => difference !== undefined).length;
  const trained = comparisons.filter(isCompared).length;
  return [
    ...problems.slice(0, MOST_NAMED),
    ...(problems.length > MOST_NAMED ? [`And ${problems.length - MOST_NAMED} more: see --json.`] : []),
    ...told.map(comparison => {
      const verb = comparison.difference === undefined ? '' : ' differs';
      return `trial ${comparison.trial.index} (${describe(comparison.trial)})${verb}: ${outcomeText(comparison)}`;
    }),
    verdict({ trained, differing, problems: problems.length }, wishes),
    ...(wishes.complete && missing.length > 0 ? [`Not complete: ${missingText(verification)}.`] : []),
    aboutText(run, verification, trained),
  ]
    .map(oneLine)
    .join('\n');
}

interface Counts {
  readonly trained: number;
  readonly differing: number;
  readonly problems: number;
}

function verdict({ trained, differing, problems }: Counts, { interrupted }: Wishes): string {
  const trials = counted(trained, 'trial');
  if (interrupted) return `Interrupted: trained ${trials} again; ${differing} of them differ.`;
  if (problems > 0) return `Not verified: ${counted(problems, 'problem')}; ${differing} of ${trials} differ.`;
  if (differing > 0) return `${differing} of ${trials} differ.`;
  return `Trained ${trials} again: the same bits in every loss and accuracy.`;
}

/** `Compared 9 of 12 trials; 3 are missing. Seeds 231 and 232, synthetic data, portable-1.` */
function aboutText(run: StoredRun, verification: Verification, trained: number): string {
  const { planned, seeds, data, missing } = verification;
  const shard = shardOf(run);
  const part = shard ? ` of shard ${shardText(shard)}` : '';
  const gap =
    missing.length === 0 ? '' : `; ${missing.length} ${missing.length === 1 ? 'is' : 'are'} missing`;
  const place = `Seed${seeds.length === 1 ? '' : 's'} ${listed(shortened(seeds.map(String)))}`;
  return `Compared ${trained} of ${counted(planned, 'trial')}${part}${gap}. ${place}, ${data}, ${run.identity.numerics}.`;
}

/** The same as a document; `same` as in sameOf. */
export function verificationJson(run: StoredRun, verification: Verification, wishes: Wishes): object {
  const { data, seeds, planned, missing, foreign, problems, comparisons } = verification;
  const compared = comparisons.filter(isCompared);
  return {
    folder: run.folder,
    same: sameOf(verification, wishes),
    ...{ data, numerics: run.identity.numerics, seeds, shard: shardOf(run), planned },
    compared: compared.length,
    missing: missing.map(({ trial }) => trial.index),
    ...{ foreign, problems },
    trials: compared.map(({ trial, difference }) => ({
      trial: trial.index,
      same: difference === undefined,
      ...(difference !== undefined && { difference }),
    })),
    failed: comparisons
      .filter(each => !isCompared(each))
      .map(({ trial, now }) => ({ trial: trial.index, now })),
  };
}
