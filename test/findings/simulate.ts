/** How often the program claims something of runs in which nothing is to be claimed, and how often what is there. */
import { compareNets } from '../../src/analysis/comparison.ts';
import { comparisonSentences } from '../../src/analysis/comparison-report.ts';
import { findingIn } from '../../src/report/run-view.ts';
import { viewOf } from '../../src/run/views.ts';
import { type NullName, nullRuns } from './null-runs.ts';
import { rawRunOf } from './raw.ts';
import { read, subjectOf } from './reading/grammar.ts';
import type { Claim } from './reading/judging.ts';

const CLAIMS: Readonly<Record<Claim, RegExp>> = {
  difference: /(?:^|\W)(?:better|worse)(?: at \d|\.$)/,
  trend: /\b(?:rises|falls) from|\bis (?:higher|lower) at/,
  speed: /\b(?:faster|fastest|slower|passes|overtakes)\b/,
  learner: /(?<!not )\blearns?\b/,
};
export const claimNames = Object.keys(CLAIMS) as Claim[];

/** So many runs of each kind are read as a whole, so that no sentence claims in unknown words. */
const READ = 5;

export interface Simulated {
  readonly name: NullName;
  readonly seeds: number;
  readonly runs: number;
  /** The number of runs with each claim. */
  readonly claims: Readonly<Record<Claim, number>>;
  readonly faults: readonly string[];
}

/** @param from the number of the first run: other numbers give other draws */
export function simulated(name: NullName, seeds: number, runs: number, from = 1): Simulated {
  const make = nullRuns(name, seeds);
  const claims: Record<Claim, number> = { difference: 0, trend: 0, speed: 0, learner: 0 };
  const faults: string[] = [];
  for (let i = 0; i < runs; i++) {
    const run = make(from + i);
    const view = viewOf(run);
    const { sentences: told, nets } = findingIn(view);
    // A finding of few nets has the verdicts of the comparison.
    const comparison =
      nets.length > 4 || i < READ ? compareNets(run.results, { stream: view.stream }) : undefined;
    const sentences = [...told, ...(comparison ? comparisonSentences(comparison) : [])];
    for (const claim of claimNames) if (sentences.some(text => CLAIMS[claim].test(text))) claims[claim]++;
    if (i >= READ) continue;
    const subject = subjectOf(rawRunOf(run));
    for (const text of sentences) {
      const reading = read(text, subject);
      const missed = reading.claims.filter(claim => !CLAIMS[claim].test(text));
      faults.push(
        ...reading.faults.map(fault => `${text}: ${fault}`),
        ...missed.map(claim => `${text}: claims a ${claim}`),
      );
    }
  }
  return { name, seeds, runs, claims, faults };
}

/** What a kind of run must not claim; learners do learn, and guessers may not even that. */
export const forbidden = (name: NullName): readonly Claim[] =>
  name === 'guessers' ? claimNames : claimNames.filter(claim => claim !== 'learner');

/** The most claims in so many runs at which a true share of 5 % is still likely: 1 in 30,000 simulations exceeds it. */
export const mostOf = (runs: number): number => Math.ceil(0.05 * runs + 4 * Math.sqrt(runs * 0.05 * 0.95));
