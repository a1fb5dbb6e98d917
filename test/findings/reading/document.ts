/** Reads a whole report in Markdown: every line of it has a form, or is a fault. */

import { expectationFaults } from './expectation-forms.ts';
import type { RawRun } from './facts.ts';
import { type Reading, read, subjectOf } from './grammar.ts';
import { expect, type Subject } from './judging.ts';
import { tableFaults } from './table-forms.ts';
import { numberIn } from './words.ts';

export interface Judged extends Reading {
  readonly text: string;
}

/** Markdown's escapes undone. */
const unescaped = (text: string): string =>
  text
    .replace(/\\(.)/g, '$1')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&#64;', '@')
    .replaceAll('&#47;', '/')
    .replaceAll('&amp;', '&');

/** Splits at bars that are not escaped. */
const cellsOf = (line: string): string[] =>
  line
    .slice(2, -2)
    .split(/ (?<!\\)\| /)
    .map(cell => (/^\*\*.*\*\*$/.test(cell) ? `**${unescaped(cell.slice(2, -2))}**` : unescaped(cell)));

export function readMarkdown(markdown: string, run: RawRun, subject: Subject = subjectOf(run)): Judged[] {
  const judged: Judged[] = [];
  const add = (text: string, form: string, faults: readonly string[]) =>
    judged.push({ text, form, faults, claims: [] });
  const lines = markdown.trimEnd().split('\n');
  const expectations: string[] = [];
  let section = 'finding';
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i]!;
    if (line === '' || line.startsWith('    ')) continue;
    if (line.startsWith('## ')) {
      add(line, 'title', titleFaults(unescaped(line), run));
      continue;
    }
    if (line.startsWith('### ')) section = line.slice(4);
    else if (line.startsWith('- ') && section === 'Expectations') expectations.push(unescaped(line.slice(2)));
    else if (line.startsWith('- ')) {
      const text = unescaped(line.slice(2));
      judged.push({ text, ...read(text, subject) });
    } else if (line.startsWith('| ')) {
      const end = lines.findIndex((each, at) => at > i && !each.startsWith('| '));
      const [heads = [], , ...rows] = lines.slice(i, end).map(cellsOf);
      add(lines.slice(i, end).join('\n'), 'table', tableFaults(heads, rows, run));
      // The notes stand below, after an empty line.
      add(lines[end + 1]!, 'notes of a table', noteFaults(unescaped(lines[end + 1]!), run));
      i = end + 1;
    } else if (line.startsWith('**')) {
      const text = unescaped(line.slice(2, -2));
      judged.push({ text, ...read(text, subject) });
    } else add(line, 'last line', lastFaults(unescaped(line), run));
  }
  for (const { line, faults } of expectationFaults(expectations, run)) add(line, 'expectation', faults);
  const note =
    run.data === 'CIFAR-10' || judged.some(({ form }) => form === 'synthetic' || form === 'unofficial');
  add(run.data, 'kind of data', expect(note, 'it is not said'));
  return judged;
}

const ranIn = (run: RawRun): number => run.trials.filter(({ record }) => record).length;

/** `12 trials`, or `9 of 12 trials` if some have yet to run. */
function trialsFaults(text: string | undefined, run: RawRun): string[] {
  const [, done, planned] = /^(?:([\d,]+) of )?([\d,]+) trials?$/.exec(text ?? '') ?? [];
  const [ran, all] = [ranIn(run), run.trials.length];
  return [
    ...expect(planned !== undefined && numberIn(planned) === all, `${all} trials`),
    ...expect(ran === all ? done === undefined : numberIn(done ?? '') === ran, `${ran} have run`),
  ];
}

function titleFaults(title: string, run: RawRun): string[] {
  const [, trials] = /^## .*? \((.* trials?)\)$/.exec(title) ?? [];
  return ranIn(run) === run.trials.length
    ? expect(trials === undefined, 'all have run')
    : trialsFaults(trials, run);
}

function lastFaults(text: string, run: RawRun): string[] {
  const [, trials, data] =
    /^(.*? trials?) on (.*?), [\w-]+, cifar-norm [\w.-]+\. Run it again with:$/.exec(text) ?? [];
  return [...trialsFaults(trials, run), ...expect(data === run.data, `the data are ${run.data}`)];
}

/** The notes below tables and charts: what is averaged, what diverged, failed or is not shown. */
export function noteFaults(text: string, run: RawRun): string[] {
  const ran = run.trials.flatMap(trial => (trial.record ? [{ ...trial, record: trial.record }] : []));
  const sizes = new Map<string, number>();
  for (const { axes, groups } of ran) {
    const key = JSON.stringify([axes, groups]);
    sizes.set(key, (sizes.get(key) ?? 0) + 1);
  }
  const most = Math.max(0, ...sizes.values());
  const withStatus = (status: string) => ran.filter(({ record }) => record.status === status).length;
  const faults: string[] = [];
  const [, upTo, seeds] = /Means over (up to )?(\d+) seeds/.exec(text) ?? [];
  faults.push(...expect(seeds === undefined ? most < 2 : Number(seeds) === most, `${most} seeds`));
  if (seeds !== undefined)
    faults.push(...expect((upTo !== undefined) === new Set(sizes.values()).size > 1, 'up to'));
  const diverged = [...text.matchAll(/([\d,]+) trials? diverged/g)].reduce(
    (sum, [, n]) => sum + numberIn(n!),
    0,
  );
  faults.push(...expect(diverged === withStatus('diverged'), `${withStatus('diverged')} diverged`));
  const [, failed = '0'] = /([\d,]+) trials? failed/.exec(text) ?? [];
  faults.push(...expect(numberIn(failed) === withStatus('failed'), `${withStatus('failed')} failed`));
  return faults;
}
