/** Judges what is said of the page's charts: captions, descriptions for screen readers, and captions of differences. */
import { sampleOf } from './arithmetic.ts';
import {
  cellsOf,
  exploded,
  figuresOf,
  type MeasureName,
  measures,
  perEpochOf,
  type RawCell,
  type RawRun,
} from './facts.ts';
import type { Family } from './families.ts';
import { COUNT, expect } from './judging.ts';
import {
  capitalized,
  escaped,
  isPrinted,
  nameOf,
  normalizationName,
  numberIn,
  oneOf,
  regexOf,
  writerOf,
  written,
} from './words.ts';

/** A chart as the page shows it. */
export interface ShownChart {
  readonly title: string;
  readonly xLabel: string;
  readonly caption: string;
  readonly summary: string;
  /** Values above are drawn at the edge. */
  readonly clampedAt: number | undefined;
}

interface Curve {
  readonly name: string;
  /** By rising x. */
  readonly points: readonly { readonly x: number; readonly y: number; readonly isRanked: boolean }[];
  readonly diverged: number;
}

const SERIES: Readonly<Record<string, 'loss' | 'trainAccuracy' | 'valAccuracy'>> = {
  'Training loss by iteration': 'loss',
  'Training accuracy by epoch': 'trainAccuracy',
  'Validation accuracy by epoch': 'valAccuracy',
};
const MOST_CURVES = 8;

interface Drawn {
  readonly curves: readonly Curve[];
  readonly isLoss: boolean;
  readonly byTime: boolean;
  /** Writes places on the horizontal axis. */
  readonly write: (x: number) => string;
}

/** The curves that a title promises, from the raw figures; undefined if it promises nothing known. */
function drawnOf({ title, xLabel }: ShownChart, run: RawRun): Drawn | undefined {
  const all = cellsOf(run);
  const groups = [...new Set(all.flatMap(({ trials }) => trials.flatMap(trial => trial.groups)))];
  const group = groups.find(each => title.endsWith(` (${each})`));
  const bare = group === undefined ? title : title.slice(0, -(group.length + 3));
  const cells = all.filter(({ trials }) =>
    group === undefined ? trials[0]!.groups.length === 0 : trials[0]!.groups.includes(group),
  );
  const series = SERIES[bare];
  if (series !== undefined) {
    const names = namerOf(cells, varyingIn(cells), bare.replace(/ by \w+$/, ''));
    const shown = selected(
      cells.filter(({ trials }) => trials.some(({ record }) => record.status !== 'failed')),
    );
    const curves = shown.map(cell => ({
      name: names(cell),
      points: courseOf(cell, series),
      diverged: divergedIn(cell),
    }));
    return { curves, isLoss: series === 'loss', byTime: true, write: x => written(x) };
  }
  const measure = (Object.keys(measures) as MeasureName[]).find(name =>
    bare.startsWith(`${capitalized(measures[name].text)} by `),
  );
  if (measure === undefined) return undefined;
  const label = bare.slice(measures[measure].text.length + 4);
  if (xLabel.replace(/ \(logarithmic.*\)$/, '') !== label) return undefined;
  // An axis of several settings names first the one whose values stand below the chart.
  const keys = label.split(' with ');
  const [x] = keys;
  const placeOf = ({ settings }: RawCell) => Number(settings[x!]);
  const names = namerOf(
    cells,
    varyingIn(cells).filter(key => !keys.includes(key)),
    capitalized(measures[measure].text),
  );
  const byName = new Map<string, RawCell[]>();
  for (const cell of cells) byName.set(names(cell), [...(byName.get(names(cell)) ?? []), cell]);
  const curves = selected([...byName]).map(([name, members]) => ({
    name,
    points: pointsOf(members, placeOf, measure),
    diverged: members.reduce((sum, cell) => sum + divergedIn(cell), 0),
  }));
  const write = writerOf(cells.map(placeOf).filter(place => !Number.isNaN(place)));
  return { curves, isLoss: /Loss/.test(measure), byTime: false, write };
}

const varyingIn = (cells: readonly RawCell[]): string[] =>
  [...new Set(cells.flatMap(({ axes }) => Object.keys(axes)))].filter(
    key => new Set(cells.map(({ axes }) => JSON.stringify(axes[key]))).size > 1,
  );

const divergedIn = ({ trials }: RawCell): number =>
  trials.filter(({ record }) => record.status === 'diverged').length;

/** An even selection, in order. */
const selected = <Item>(items: readonly Item[]): Item[] => {
  const count = Math.min(items.length, MOST_CURVES);
  return Array.from({ length: count }, (_, i) => items[Math.floor((i * items.length) / count)]!);
};

/** Words first and alone, then numbers, lists and booleans with their key. */
function namerOf(
  cells: readonly RawCell[],
  keys: readonly string[],
  fallback: string,
): (cell: RawCell) => string {
  const isWord = (key: string) => cells.every(({ axes }) => typeof axes[key] === 'string');
  const ordered = [...keys.filter(isWord), ...keys.filter(key => !isWord(key))];
  const writers = new Map(keys.map(key => [key, writerOf(cells.map(({ axes }) => axes[key]!))]));
  return ({ axes }) =>
    ordered
      .map(key =>
        isWord(key)
          ? key === 'normalization'
            ? normalizationName(axes[key]!)
            : String(axes[key])
          : `${key} ${writers.get(key)!(axes[key]!)}`,
      )
      .join(', ') || fallback;
}

function pointsOf(
  cells: readonly RawCell[],
  placeOf: (cell: RawCell) => number,
  measure: MeasureName,
): Curve['points'] {
  const places = new Map<number, RawCell['trials'][number][]>();
  for (const cell of cells) {
    const x = placeOf(cell);
    if (!Number.isNaN(x)) places.set(x, [...(places.get(x) ?? []), ...cell.trials]);
  }
  return [...places]
    .map(([x, trials]) => ({
      x,
      y: sampleOf(figuresOf({ trials }, measure)).mean,
      isRanked: trials.every(trial => trial.record.status === 'completed' && exploded(trial) === false),
    }))
    .filter(({ y }) => Number.isFinite(y))
    .sort((a, b) => a.x - b.x);
}

/** The mean over the replicates at each iteration or epoch; losses averaged by epoch, at its middle. */
function courseOf({ trials }: RawCell, series: 'loss' | 'trainAccuracy' | 'valAccuracy'): Curve['points'] {
  const columns = new Map<number, number[]>();
  for (const { record } of trials) {
    const rows =
      series === 'loss'
        ? record.losses.map((y, i) => [i + 1, y] as const)
        : record.accuracies.map(row => [row.epoch, row[series]] as const);
    if (record.status !== 'failed') for (const [x, y] of rows) columns.set(x, [...(columns.get(x) ?? []), y]);
  }
  const points = [...columns]
    .map(([x, ys]) => ({ x, y: sampleOf(ys).mean, isRanked: true }))
    .sort((a, b) => a.x - b.x);
  const perEpoch = perEpochOf(trials[0]!);
  if (series !== 'loss' || perEpoch === 1) return points.filter(({ y }) => Number.isFinite(y));
  return Array.from({ length: Math.ceil(points.length / perEpoch) }, (_, epoch) => {
    const part = points.slice(epoch * perEpoch, (epoch + 1) * perEpoch);
    return {
      x: (part[0]!.x + part.at(-1)!.x) / 2,
      y: sampleOf(part.map(({ y }) => y)).mean,
      isRanked: true,
    };
  }).filter(({ y }) => Number.isFinite(y));
}

const ties = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-12 * Math.max(Math.abs(a), Math.abs(b));

/** The best of the points that can be, and those that tie with it. */
function bestOf({ points }: Curve, isLoss: boolean) {
  const able = points.filter(({ isRanked }) => isRanked);
  if (able.length === 0) return undefined;
  const y = able.reduce(
    (best, point) => (isLoss ? Math.min(best, point.y) : Math.max(best, point.y)),
    able[0]!.y,
  );
  return { y, at: able.filter(point => ties(point.y, y)) };
}

/** What is wrong with the texts of a chart. */
export function captionFaults(chart: ShownChart, run: RawRun): string[] {
  const drawn = drawnOf(chart, run);
  if (!drawn) return [`unknown chart: ${chart.title}, ${chart.xLabel}`];
  const { curves, isLoss, byTime } = drawn;
  const able = curves.filter(({ points }) => points.length > 0);
  if (able.length === 0)
    return expect(
      chart.caption === 'No trial has these values.' && chart.summary === 'Nothing to draw.',
      'nothing is drawn',
    );
  const start = isLoss ? 'Lower is better.' : 'Higher is better.';
  if (!chart.caption.startsWith(start)) return [`it should say: ${start}`];
  const parts = chart.caption
    .slice(start.length)
    .trim()
    .split(/(?<=\.) (?=(?:Best:|On the dotted|Near the dotted|Outside|At the end|The first leads))/);
  return [
    ...parts
      .filter(part => part !== '')
      .flatMap(part => (byTime ? courseFaults(part, able, isLoss) : alongFaults(part, able, drawn, chart))),
    ...summaryFaults(chart, drawn),
  ];
}

const nameIn = (curves: readonly Curve[]) => oneOf(curves.map(({ name }) => name));

function courseFaults(part: string, curves: readonly Curve[], isLoss: boolean): string[] {
  const ends = curves
    .map(({ name, points }) => ({ name, y: points.at(-1)!.y }))
    .sort((a, b) => (isLoss ? a.y - b.y : b.y - a.y));
  const [, order, text] = /^At the end(, best first)?: (.*)\.$/.exec(part) ?? [];
  if (text !== undefined) {
    const said = text.split('; ').map(each => regexOf(`^(${nameIn(curves)}) (\\S+)$`).exec(each));
    return [
      ...expect(
        (order !== undefined) === curves.length > 1 && said.length === curves.length,
        `${curves.length} curves`,
      ),
      ...said.flatMap((found, i) => {
        if (!found) return [`cannot be read: ${text}`];
        const right = ends.some(({ name, y }) => name === found[1] && isPrinted(found[2]!, y));
        return expect(
          right && isPrinted(found[2]!, ends[i]!.y),
          `ends: ${ends.map(({ name, y }) => `${name} ${y}`).join('; ')}`,
        );
      }),
    ];
  }
  const [, lead, of] = regexOf(`^The first leads at (${COUNT}) of (${COUNT}) points\\.$`).exec(part) ?? [];
  if (lead === undefined) return [`cannot be read: ${part}`];
  const shared = curves[0]!.points.flatMap(({ x, y }) => {
    const other = curves[1]?.points.find(point => point.x === x);
    return other ? [[y, other.y] as const] : [];
  });
  const ahead = (first: 0 | 1) =>
    shared.filter(pair => {
      const [own, other] = [pair[first], pair[1 - first]!];
      return !ties(own, other) && (isLoss ? own < other : own > other);
    }).length;
  // Curves that end alike may stand in either order.
  const firsts = ([0, 1] as const).filter(i => ties(curves[i]!.points.at(-1)!.y, ends[0]!.y));
  return expect(
    numberIn(of!) === shared.length && firsts.some(i => ahead(i) === numberIn(lead)),
    `leads at ${firsts.map(ahead).join(' or ')} of ${shared.length}`,
  );
}

function alongFaults(
  part: string,
  curves: readonly Curve[],
  { isLoss, write }: Drawn,
  { clampedAt }: ShownChart,
): string[] {
  const [, bests] = /^Best: (.*)\.$/.exec(part) ?? [];
  if (bests !== undefined) {
    const right = curves
      .flatMap(curve => {
        const best = bestOf(curve, isLoss);
        return best ? [{ name: curve.name, ...best }] : [];
      })
      .sort((a, b) => (isLoss ? a.y - b.y : b.y - a.y));
    const said = bests.split('; ');
    return [
      ...expect(said.length === Math.min(3, right.length), `${right.length} curves have a best`),
      ...said.flatMap((each, i) => {
        const [, name, figure, place] = regexOf(`^(${nameIn(curves)}) (\\S+) at (.*)$`).exec(each) ?? [];
        const own = right.find(one => one.name === name);
        if (!own) return [`cannot be read: ${each}`];
        const where = own.at.length > 1 ? `${own.at.length} values alike` : write(own.at[0]!.x);
        return [
          ...expect(isPrinted(figure!, own.y) && place === where, `${name}: best ${own.y} at ${where}`),
          ...expect(i >= right.length || ties(own.y, right[i]!.y), `${name} is not number ${i + 1}`),
        ];
      }),
    ];
  }
  const [, what, text] =
    /^(On the dotted line, a loss of ln 10|Near the dotted line, chance|Outside the chart \(▲\)): (.*)\.$/.exec(
      part,
    ) ?? [];
  if (text === undefined) return [`cannot be read: ${part}`];
  const is = (y: number, slack: number) =>
    what!.startsWith('On')
      ? Math.abs(y - Math.log(10)) < 0.02 * Math.log(10) + slack
      : what!.startsWith('Near')
        ? Math.abs(y - 0.1) < 0.03 + slack
        : y > clampedAt!;
  const stretchesOf = ({ points }: Curve, slack: number): string[] => {
    const all: string[] = [];
    for (let start = 0; start < points.length; start++) {
      let end = start;
      while (end < points.length && is(points[end]!.y, slack)) end++;
      if (end - start > 1) all.push(`from ${write(points[start]!.x)} to ${write(points[end - 1]!.x)}`);
      start = Math.max(start, end);
    }
    return all;
  };
  const placesWith = (slack: number): string => {
    const named = curves
      .map(curve => ({ name: curve.name, stretches: stretchesOf(curve, slack) }))
      .filter(({ stretches }) => stretches.length > 0);
    if (named.length > MOST_NAMED) return `${named.length} of ${curves.length} curves, in places`;
    return named.map(({ name, stretches }) => `${name} ${enumeration(stretches)}`).join('; ');
  };
  // A value on the very edge of what counts as near is either.
  const right = [placesWith(1e-9), placesWith(-1e-9)];
  return expect(right.includes(text), `${what}: ${right[0]}`);
}

/** More curves are counted instead of named. */
const MOST_NAMED = 3;

const enumeration = (items: readonly string[]): string =>
  items.length < 2 ? items.join() : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;

/** `3 curves by epoch. batch norm: .1 at 0 to .5 at 9, best .5 at 9. 1 diverged.` */
function summaryFaults({ summary, xLabel }: ShownChart, { curves, isLoss, write }: Drawn): string[] {
  const start = `${curves.length === 1 ? 'One curve' : `${curves.length} curves`} by ${xLabel}. `;
  if (!summary.startsWith(start)) return [`it should begin: ${start}`];
  let rest = summary.slice(start.length);
  return [
    ...curves.flatMap(curve => {
      const { name, points, diverged } = curve;
      const tail = diverged > 0 ? ` ${diverged} diverged\\.` : '';
      const place = '[-\\w.]+';
      const found = regexOf(
        `^${escaped(name)}: (?:no values\\.|(\\S+) at (${place}) to (\\S+) at (${place}?)(?:, best (\\S+) at (${place}?))?\\.${tail})(?: |$)`,
      ).exec(rest);
      if (!found) return [`cannot be read: ${rest}`];
      rest = rest.slice(found[0].length);
      const [, first, firstAt, last, lastAt, figure, at] = found;
      const best = bestOf(curve, isLoss);
      if (first === undefined) return points.length === 0 ? [] : [`${name} has values`];
      return [
        ...expect(
          isPrinted(first, points[0]?.y ?? Number.NaN) && firstAt === write(points[0]!.x),
          `${name} begins with ${points[0]?.y} at ${points[0]?.x}`,
        ),
        ...expect(
          isPrinted(last!, points.at(-1)?.y ?? Number.NaN) && lastAt === write(points.at(-1)!.x),
          `${name} ends with ${points.at(-1)?.y} at ${points.at(-1)?.x}`,
        ),
        ...(figure === undefined
          ? expect(best === undefined, `${name} has a best`)
          : expect(
              best !== undefined && isPrinted(figure, best.y) && best.at.some(({ x }) => write(x) === at),
              `${name}: best ${best?.y} at ${best?.at.map(({ x }) => x).join()}`,
            )),
      ];
    }),
    ...expect(rest === '', `cannot be read: ${rest}`),
  ];
}

/** `The dotted line is the plain net. The mean of batch norm lies above it at 3 and below it at 1 of 4 values.` */
export function differenceFaults(caption: string, family: Family, key: string): string[] {
  const curves = new Map<string, number[]>();
  const candidates = family.compared.map(({ candidate }) => candidate);
  // What each place along the axis decides belongs to the axis.
  const isOfAxis = (name: string) =>
    name === key ||
    (typeof candidates[0]!.settings[name] === 'number' &&
      candidates.every(one =>
        candidates.every(
          other => one.axes[key] !== other.axes[key] || one.settings[name] === other.settings[name],
        ),
      ));
  for (const { candidate, difference } of family.compared) {
    if (difference.n === 0 || typeof candidate.axes[key] !== 'number') continue;
    const own = [...new Set([...Object.keys(candidate.axes), ...family.differs])].filter(
      name => !isOfAxis(name),
    );
    const name = nameOf(Object.fromEntries(own.map(one => [one, candidate.settings[one]!])), family.write);
    curves.set(name, [...(curves.get(name) ?? []), difference.mean]);
  }
  const [, baseline, text] = /^The dotted line is (.*?)\. (The mean of .*)\.$/.exec(caption) ?? [];
  if (text === undefined) return [`cannot be read: ${caption}`];
  const parts = text.split(/; |, (?=the mean of )| and (?=the mean of )/);
  return [
    ...expect(
      family.compared.every(({ names }) => baseline!.includes(names.baseline.net)),
      `the baselines are ${family.compared.map(({ names }) => names.baseline.net).join(', ')}`,
    ),
    ...expect(parts.length === curves.size, `${curves.size} curves: ${[...curves.keys()].join('; ')}`),
    ...parts.flatMap(part => {
      const [, name, places, of] =
        regexOf(`^[Tt]he mean of (.+?) lies (.*) of (${COUNT}) values$`).exec(part) ?? [];
      const means = curves.get(name ?? '');
      if (!means) return [`no curve: ${part}`];
      const said = (word: string) => numberIn(regexOf(`${word} it at (${COUNT})`).exec(places!)?.[1] ?? '0');
      const seen = (sign: number) => means.filter(mean => Math.sign(mean) === sign).length;
      return expect(
        numberIn(of!) === means.length &&
          said('above') === seen(1) &&
          said('below') === seen(-1) &&
          said('on') === seen(0),
        `${name}: ${seen(1)} above, ${seen(-1)} below of ${means.length}`,
      );
    }),
  ];
}
