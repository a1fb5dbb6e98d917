/** Reads what a page says beside its report and its charts: outcomes at a glance, small panels, single trials. */
import { sampleOf } from './arithmetic.ts';
import { figureOf, type RawRun } from './facts.ts';
import { read } from './grammar.ts';
import { cellsIn, expect, type Subject } from './judging.ts';
import { escaped, isFigure, numberIn } from './words.ts';

const unescaped = (text: string): string =>
  text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');

const all = (html: string, pattern: RegExp): string[] =>
  [...html.matchAll(pattern)].map(([, text]) => unescaped(text!));

export interface Said {
  readonly form: string;
  readonly text: string;
  readonly faults: readonly string[];
}

/** Judges a page of one run; `known` are the texts that are judged elsewhere. */
export function readPage(html: string, subject: Subject, known: ReadonlySet<string>): Said[] {
  const { run } = subject;
  const sentences = [
    ...all(html, /<p class="lead">(.*?)<\/p>/g),
    ...all(html.split('<div class="rest">')[1]?.split('</section>')[0] ?? '', /<li>(.*?)<\/li>/g),
    ...all(
      html.split('<div class="beside">')[1]?.split('<details')[0] ?? '',
      /<div><p>(.*?)<\/p><\/div><\/div>/gs,
    ).flatMap(text => text.split('</p><p>')),
  ];
  const captions = all(html, /<figcaption><p>(.*?)<\/p>/g).filter(
    text => !text.startsWith('A cell for each '),
  );
  const ran = run.trials.filter(({ record }) => record).length;
  const [unfinished] = all(html, /<p class="fail">(Not finished: .*?)<\/p>/g);
  return [
    ...sentences.map(text => ({ text, form: 'sentence of a page', faults: read(text, subject).faults })),
    ...captions.map(text => ({
      text,
      form: 'caption of a page',
      faults: expect(known.has(text), 'it is another caption'),
    })),
    ...all(html, /<div role="img" aria-label="(.*?)">/g).map(text => ({
      text,
      form: 'outcomes at a glance',
      faults: stripFaults(text, subject),
    })),
    ...all(html, /<svg class="mini"[^>]* aria-label="(.*?)"/g).map(text => ({
      text,
      form: 'panel',
      faults: text.startsWith('Trial ') ? trialFaults(text, run) : panelFaults(text, subject),
    })),
    {
      text: unfinished ?? 'finished',
      form: 'finished or not',
      faults: expect(
        unfinished ===
          (ran === run.trials.length
            ? undefined
            : `Not finished: ${ran} of ${run.trials.length} trial${run.trials.length === 1 ? '' : 's'}.`),
        `${ran} of ${run.trials.length}`,
      ),
    },
  ];
}

/** `batch norm by weightScale: learns from 1e-3 to 0.1, blows up at 1.` for each net. */
function stripFaults(text: string, { nets }: Subject): string[] {
  const said = nets.nets.flatMap(({ name, cells }) => {
    const stretches: string[] = [];
    for (let start = 0; start < cells.length; ) {
      let end = start;
      while (cells[end + 1]?.outcome === cells[start]!.outcome) end++;
      const { outcome, at } = cells[start]!;
      stretches.push(start === end ? `${outcome} at ${at}` : `${outcome} from ${at} to ${cells[end]!.at}`);
      start = end + 1;
    }
    return [`${name} by ${nets.axis!.label}: ${stretches.join(', ')}.`];
  });
  const told = said.filter(one => text.includes(one));
  // At most twelve nets are shown, evenly chosen.
  return expect(
    told.join(' ') === text && told.length === Math.min(12, said.length),
    `it is: ${said.join(' ')}`,
  );
}

/** `Training accuracy by epoch at weightScale 1e-3: batch norm ends at .5, the plain net ends at .4.` */
function panelFaults(text: string, { nets }: Subject): string[] {
  const [, at, told] =
    new RegExp(`^Training accuracy by epoch at ${escaped(nets.axis?.label ?? '')} (.*?): (.*)\\.$`).exec(
      text,
    ) ?? [];
  if (told === undefined) return ['cannot be read'];
  const ends = nets.nets.flatMap(({ name, cells }) =>
    cells
      .filter(cell => cell.at === at)
      .flatMap(cell => {
        const courses = cell.trials.flatMap(({ record }) =>
          record.status === 'failed' ? [] : [record.accuracies],
        );
        const last = Math.max(...courses.flatMap(course => course.map(({ epoch }) => epoch)));
        const figures = courses.flatMap(course =>
          course.filter(({ epoch }) => epoch === last).map(({ trainAccuracy }) => trainAccuracy),
        );
        return figures.length === 0 ? [] : [{ name, mean: sampleOf(figures).mean }];
      }),
  );
  const said = told === 'no values' ? [] : told.split(/(?<= ends at \S+), /);
  return [
    ...expect(
      cellsIn(nets).some(cell => cell.at === at),
      `no place ${at}`,
    ),
    ...expect(said.length === ends.length, `${ends.length} curves`),
    ...said.flatMap((one, i) => {
      const [, name, figure] = /^(.*) ends at (\S+)$/.exec(one) ?? [];
      return expect(
        name === ends[i]?.name && isFigure(figure ?? '', ends[i]?.mean ?? Number.NaN),
        `${ends[i]?.name} ends at ${ends[i]?.mean}`,
      );
    }),
  ];
}

/** `Trial 3, batch norm, seed 232: best validation accuracy .312`. */
function trialFaults(text: string, run: RawRun): string[] {
  const [, index, best, iteration] =
    /^Trial (\d+), .*: (?:best validation accuracy (\S+)|✕ diverged at iteration ([\d,]+))$/.exec(text) ?? [];
  const trial = run.trials[Number(index)];
  if (!trial?.record) return ['no such trial has run'];
  const { status, losses } = trial.record;
  if (iteration !== undefined)
    return expect(
      status === 'diverged' && numberIn(iteration) === losses.length + 1,
      `${status} after ${losses.length}`,
    );
  return expect(
    status === 'completed' && isFigure(best!, figureOf(trial, 'bestValAccuracy') ?? Number.NaN),
    `${status}, ${figureOf(trial, 'bestValAccuracy')}`,
  );
}
