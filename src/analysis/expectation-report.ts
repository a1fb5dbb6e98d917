/** The outcomes of expectations as lines, JSON and JUnit XML. */
import type { ExpectationOutcome, Status } from './expectations.ts';
import { counted } from './words.ts';

/** What was reached, and what could be; expectations that do not apply count for neither. */
export interface Score {
  readonly points: number;
  readonly of: number;
  readonly counts: Readonly<Record<Status, number>>;
}

/** The points of the expectations that passed. */
export function scoreOf(outcomes: readonly ExpectationOutcome[]): Score {
  const counts = { pass: 0, fail: 0, undecided: 0, 'not applicable': 0 };
  let [points, of] = [0, 0];
  for (const outcome of outcomes) {
    counts[outcome.status]++;
    if (outcome.status === 'pass') points += outcome.points;
    if (outcome.status !== 'not applicable') of += outcome.points;
  }
  return { points, of, counts };
}

/** One line each: `pass - Batch norm learns everywhere. 20 of 20 cells: ...`. */
export const expectationLines = (outcomes: readonly ExpectationOutcome[]): string[] =>
  outcomes.map(outcome => `${statusText(outcome)} - ${outcome.name}: ${outcome.sentence}`);

/** `pass`, `undecided at 2 seeds`. */
export const statusText = ({ status, seeds }: ExpectationOutcome): string =>
  status === 'undecided' ? `undecided at ${counted(seeds, 'seed')}` : status;

/** The score and the outcomes, ready for `JSON.stringify`. */
export const expectationsJson = (
  outcomes: readonly ExpectationOutcome[],
): Score & { readonly expectations: readonly ExpectationOutcome[] } => ({
  ...scoreOf(outcomes),
  expectations: outcomes,
});

/**
 * JUnit XML: one test suite with a test case for each expectation. One that fails has a `failure`; one that is undecided
 * or does not apply has a `skipped`. Points are a property of the test case.
 * @param name of the suite, for example the experiment's
 */
export function junitOf(outcomes: readonly ExpectationOutcome[], name: string): string {
  const { counts } = scoreOf(outcomes);
  const skipped = counts.undecided + counts['not applicable'];
  const totals = `tests="${outcomes.length}" failures="${counts.fail}" errors="0" skipped="${skipped}"`;
  const cases = outcomes.flatMap(outcome => [
    `    <testcase classname="${xml(name)}" name="${xml(outcome.name)}">`,
    `      <properties><property name="points" value="${outcome.points}"/></properties>`,
    `      ${elementOf(outcome)}`,
    '    </testcase>',
  ]);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${totals}>`,
    `  <testsuite name="${xml(name)}" ${totals}>`,
    ...cases,
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function elementOf(outcome: ExpectationOutcome): string {
  const { status, sentence } = outcome;
  if (status === 'pass') return `<system-out>${xml(sentence)}</system-out>`;
  if (status === 'fail') return `<failure message="${xml(sentence)}"/>`;
  return `<skipped message="${xml(`${statusText(outcome)}: ${sentence}`)}"/>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
};

/** Text for an attribute or an element. Characters that XML 1.0 does not allow become U+FFFD. */
const xml = (text: string): string =>
  text
    .replace(/[&<>"'\t\n\r]/g, character => ENTITIES[character]!)
    // `\p{Cc}` and `\p{Cs}`: control characters and lone surrogates.
    .replace(/[\p{Cc}\p{Cs}\ufffe\uffff]/gu, '\ufffd');
