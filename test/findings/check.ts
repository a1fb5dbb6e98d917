/** Makes runs up, lets the program print all it has to say about them, and has the second reading judge every sentence. */
import { madeAnswer } from './made-answers.ts';
import { type MadeRun, madePair, madeRun } from './made-run.ts';
import {
  askedOf,
  chartsIn,
  comparedBy,
  comparedRuns,
  differencesIn,
  markdownOf,
  type PrintedComparison,
  pageOf,
  pageRunOf,
} from './printed.ts';
import { randomOf } from './random.ts';
import { rawRunOf } from './raw.ts';
import { answerFaults } from './reading/answer-forms.ts';
import { captionFaults, differenceFaults } from './reading/caption-forms.ts';
import { comparisonTableFaults } from './reading/comparison-forms.ts';
import { noteFaults, readMarkdown } from './reading/document.ts';
import type { RawRun } from './reading/facts.ts';
import { type Family, familyBy, familyOfRuns } from './reading/families.ts';
import { read, subjectOf } from './reading/grammar.ts';
import { readPage } from './reading/page-forms.ts';

export interface Sentence {
  /** Where it is printed. */
  readonly place: string;
  readonly text: string;
  readonly form: string;
  readonly faults: readonly string[];
}

/** Every sentence about the made-up run of a number, judged. */
export async function judgedOf(number: number): Promise<Sentence[]> {
  const made = madeRun(number);
  return [...reportOf(made), ...askedComparison(made), ...pairOf(number), ...(await answerOf(number))];
}

/** The answer to one of the notebook's questions, which every twentieth number has. */
async function answerOf(number: number): Promise<Sentence[]> {
  if (number % 20 !== 0) return [];
  const { question, sentences, raw } = await madeAnswer(number);
  return answerFaults(question, sentences, raw).map(one => ({ place: `answer ${question}`, ...one }));
}

function reportOf({ run, number }: MadeRun): Sentence[] {
  const raw = rawRunOf(run);
  const subject = subjectOf(raw);
  const page = pageRunOf(run);
  const differences = differencesIn(page);
  const charts = chartsIn(page);
  const captions = new Set([
    ...charts.map(({ caption }) => caption),
    ...(differences ? [differences.caption] : []),
  ]);
  return [
    // A whole page takes as long as all the rest.
    ...(number % 10 === 0
      ? readPage(pageOf(page), subject, captions).map(one => ({ place: 'page', ...one }))
      : []),
    ...readMarkdown(markdownOf(page), raw, subject).map(one => ({ place: 'report', ...one })),
    ...charts.flatMap(chart => [
      {
        place: 'chart',
        form: 'caption',
        text: `${chart.title}: ${chart.caption} | ${chart.summary}`,
        faults: captionFaults(chart, raw),
      },
      {
        place: 'chart',
        form: 'notes',
        text: `${chart.title}: ${chart.notes.join(' ')}`,
        faults: noteFaults(chart.notes.join(' '), groupOf(raw, chart.title)),
      },
    ]),
    ...(differences && subject.family
      ? [
          {
            ...{ place: 'chart', form: 'caption of differences', text: differences.caption },
            faults: differenceFaults(differences.caption, subject.family, differences.axis),
          },
        ]
      : []),
  ];
}

/** The part of a run that a chart of one group shows. */
function groupOf(run: RawRun, title: string): RawRun {
  const groups = new Set(run.trials.flatMap(trial => trial.groups));
  const group = [...groups].find(each => title.endsWith(` (${each})`));
  if (groups.size === 0) return run;
  return {
    ...run,
    trials: run.trials.filter(trial =>
      group === undefined ? trial.groups.length === 0 : trial.groups.includes(group),
    ),
  };
}

function comparisonOf(
  place: string,
  { sentences, heads, rows }: PrintedComparison,
  run: RawRun,
  family: Family,
): Sentence[] {
  const subject = { ...subjectOf(run), family };
  return [
    ...sentences.map(text => ({ place, text, ...read(text, subject) })),
    {
      place,
      form: 'table',
      text: [heads, ...rows].map(row => row.join(' | ')).join('\n'),
      faults: comparisonTableFaults(heads, rows, family),
    },
  ];
}

/** What `compare` answers to a question about one axis. */
function askedComparison({ run, number }: MadeRun): Sentence[] {
  const asked = askedOf(run, randomOf(number + 1e6));
  if (!asked) return [];
  const raw = rawRunOf(run);
  const family = familyBy(raw, asked.by, {
    baseline: asked.baseline as RawRun['baseline'],
    measure: asked.measure,
    margin: asked.equivalent,
  });
  return comparisonOf(`compare --by ${asked.by}`, comparedBy(run, asked), raw, family);
}

/** What `compare` says of two runs, which every third number has. */
function pairOf(number: number): Sentence[] {
  if (number % 3 !== 0) return [];
  const [first, second] = madePair(number);
  if (first.run.results.length === 0 || second.run.results.length === 0) return [];
  const random = randomOf(number + 2e6);
  const asked = askedOf(first.run, random) ?? { measure: undefined, equivalent: undefined };
  const [a, b] = [rawRunOf(first.run), rawRunOf(second.run)];
  const family = familyOfRuns(a, b, { measure: asked.measure, margin: asked.equivalent });
  const stream = a.stream === 'notebook' ? a.stream : b.stream;
  return comparisonOf(
    'compare two runs',
    comparedRuns(first.run, second.run, asked),
    { ...b, stream },
    family,
  );
}

/** Words whose exchange makes a sentence false. */
const OPPOSITES: Readonly<Record<string, string>> = {
  better: 'worse',
  worse: 'better',
  rises: 'falls',
  falls: 'rises',
  higher: 'lower',
  lower: 'higher',
  learns: 'blows up',
};

/** The sentences of a made-up run's finding and comparison, each with one digit or word altered, judged. */
export function alteredOf(number: number): Sentence[] {
  const { run } = madeRun(number);
  const raw = rawRunOf(run);
  const subject = subjectOf(raw);
  const random = randomOf(number + 4e6);
  const sentences = readMarkdown(markdownOf(pageRunOf(run)), raw, subject).filter(
    ({ form, faults }) => faults.length === 0 && !UNREAD.includes(form),
  );
  return sentences.flatMap(({ text, form }) => {
    const places = [...text.matchAll(/\d|\b(?:better|worse|rises|falls|higher|lower|learns)\b/g)];
    if (places.length === 0) return [];
    const { 0: found, index } = random.pick(places);
    const other = OPPOSITES[found] ?? String((Number(found) + random.int(1, 9)) % 10);
    const changed = `${text.slice(0, index)}${other}${text.slice(index + found.length)}`;
    return [{ place: 'altered', form, text: changed, faults: read(changed, subject).faults }];
  });
}

/** Lines that the grammar of sentences does not read. */
const UNREAD = ['title', 'table', 'notes of a table', 'last line', 'kind of data', 'expectation'];
