/** Which cells are compared with which, and what may be said of each comparison: Holm over a whole family of paired t tests. */
import { belowT, holm, type Sample, sampleOf, tTestP, twoSidedT } from './arithmetic.ts';
import {
  cellsOf,
  evaluationsOf,
  figureOf,
  type MeasureName,
  measures,
  type RawCell,
  type RawRun,
  type RawTrial,
  stepOf,
  type Value,
} from './facts.ts';
import { nameOf, type Settings, settingsText, settingsWriterOf, type Writer } from './words.ts';

export type Verdict =
  | 'better'
  | 'worse'
  | 'equivalent'
  | 'not told apart'
  | 'not compared'
  | 'one seed'
  | 'two equal differences';

export interface Pairing {
  readonly candidate: RawCell;
  readonly baseline: RawCell;
  readonly seeds: readonly number[];
  /** Candidate's and baseline's figures by seed. */
  readonly a: readonly number[];
  readonly b: readonly number[];
  /** Candidate less baseline. */
  readonly difference: Sample;
  readonly leftOut: number;
  readonly unequal: number;
  readonly unpaired: number;
}

export interface Compared extends Pairing {
  readonly p: number;
  readonly adjusted: number;
  /** That the true difference, for the better, lies below -margin, within it and above it; undefined without a margin or a spread. */
  readonly probabilities:
    | { readonly worse: number; readonly equivalent: number; readonly better: number }
    | undefined;
  readonly verdict: Verdict;
  readonly names: { readonly candidate: Names; readonly baseline: Names };
}

/** What a side of a comparison is called, and that with its place on the other axes. */
export interface Names {
  readonly net: string;
  readonly side: string;
}

export interface Family {
  readonly measure: MeasureName;
  readonly compared: readonly Compared[];
  /** How many tests the p values are corrected for. */
  readonly size: number;
  readonly differs: readonly string[];
  /** Cells that have no partner. */
  readonly lonely: readonly RawCell[];
  /** Of all cells that take part. */
  readonly trials: readonly RawTrial[];
  readonly margin: number | undefined;
  readonly write: Writer;
}

/** Two cells, seed by seed, at the same point of training. */
export function paired(baseline: RawCell, candidate: RawCell, measure: MeasureName): Pairing {
  const rows = candidate.trials.flatMap(one => {
    const other = baseline.trials.find(({ seed }) => seed === one.seed);
    return other ? [{ seed: one.seed, ...likeFigures(one, other, measure) }] : [];
  });
  const pairs = rows.filter(({ a, b, unequal }) => !unequal && a !== undefined && b !== undefined);
  const [a, b] = [pairs.map(row => row.a!), pairs.map(row => row.b!)];
  const unequal = rows.filter(row => row.unequal).length;
  return {
    ...{ candidate, baseline, a, b, unequal },
    seeds: pairs.map(({ seed }) => seed),
    difference: sampleOf(a.map((value, i) => value - b[i]!)),
    leftOut: rows.length - pairs.length - unequal,
    unpaired: candidate.trials.length + baseline.trials.length - 2 * rows.length,
  };
}

interface Alike {
  readonly a: number | undefined;
  readonly b: number | undefined;
  readonly unequal: boolean;
}

function likeFigures(one: RawTrial, other: RawTrial, measure: MeasureName): Alike {
  const [a, b] = [figureOf(one, measure), figureOf(other, measure)];
  if (a === undefined || b === undefined || !/Accuracy/.test(measure)) return { a, b, unequal: false };
  const [mine, theirs] = [one.record!.accuracies, other.record!.accuracies];
  if (mine.length === theirs.length) return { a, b, unequal: false };
  if (/^best/.test(measure)) return { a, b, unequal: true };
  if (one.settings.epochs !== other.settings.epochs) return { a, b, unequal: false };
  const last = Math.min(mine.at(-1)!.epoch, theirs.at(-1)!.epoch);
  const key = measure === 'lastTrainAccuracy' ? 'trainAccuracy' : 'valAccuracy';
  const at = (course: typeof mine) => course.filter(({ epoch }) => epoch <= last).at(-1)?.[key];
  return { a: at(mine), b: at(theirs), unequal: false };
}

const isTold = ({ outcome }: RawCell): boolean =>
  outcome === 'at chance' || outcome === 'blows up' || outcome === 'failed';

/** The p of a paired t test. Equal differences hide their spread below the step between figures, whose rounding stands in for it. */
export function pairedP({ difference, a }: Pairing, step: number): number {
  const { n, mean, sd } = difference;
  if (n < 2) return Number.NaN;
  if (sd > 0) return tTestP(difference);
  if (a.length === 2) return Number.NaN;
  if (mean === 0) return 1;
  return step === 0 ? 0 : twoSidedT((mean / (step / Math.sqrt(6))) * Math.sqrt(n), n - 1);
}

/** Judges all pairings that are looked at together. */
export function judged(
  pairings: readonly Pairing[],
  measure: MeasureName,
  margin: number | undefined,
): readonly (Pairing & Pick<Compared, 'p' | 'adjusted' | 'verdict' | 'probabilities'>)[] {
  const step = Math.max(
    0,
    ...pairings
      .flatMap(({ candidate, baseline }) => [candidate, baseline])
      .map(cell => stepOf(measure, cell.trials[0]!)),
  );
  const ps = pairings.map(pairing => {
    const isCompared = !isTold(pairing.candidate) && !isTold(pairing.baseline) && pairing.seeds.length > 0;
    return { isCompared, p: isCompared ? pairedP(pairing, step) : Number.NaN };
  });
  const corrected = holm(ps.map(({ p }) => p));
  return pairings.map((pairing, i) => {
    const { isCompared, p } = ps[i]!;
    const probabilities = margin === undefined ? undefined : within(pairing, measure, margin);
    const { mean, n } = pairing.difference;
    const isHigher = mean > 0 === measures[measure].higher;
    const verdict: Verdict = !isCompared
      ? 'not compared'
      : n === 1
        ? 'one seed'
        : Number.isNaN(p)
          ? 'two equal differences'
          : (probabilities?.equivalent ?? 0) >= 0.95
            ? 'equivalent'
            : corrected[i]! > 0.05
              ? 'not told apart'
              : isHigher
                ? 'better'
                : 'worse';
    return { ...pairing, p, adjusted: corrected[i]!, verdict, probabilities };
  });
}

/** The posterior of the true difference under the prior 1/sigma: a t distribution around the mean. */
function within({ difference }: Pairing, measure: MeasureName, margin: number): Compared['probabilities'] {
  const { n, mean, sd } = difference;
  if (n < 2) return undefined;
  const below = (x: number) =>
    sd === 0 ? Number(mean < x) : belowT((x - mean) / (sd / Math.sqrt(n)), n - 1);
  const above = (x: number) =>
    sd === 0 ? Number(mean > x) : belowT((mean - x) / (sd / Math.sqrt(n)), n - 1);
  const [low, high] = [below(-margin), above(margin)];
  const equivalent = Math.max(0, 1 - low - high);
  return measures[measure].higher
    ? { worse: low, equivalent, better: high }
    : { worse: high, equivalent, better: low };
}

/** A setting that varies, or several that move together. */
export interface Axis {
  readonly keys: readonly string[];
  readonly label: string;
  readonly numeric: boolean;
  readonly size: number;
}

const sameText = (value: Value | undefined): string => JSON.stringify(value ?? null);

/** The axes of the trials that have run: settings whose values decide each other are one. */
export function axesOf(cells: readonly RawCell[]): Axis[] {
  const keys = [...new Set(cells.flatMap(({ axes }) => Object.keys(axes)))];
  const valuesOf = (key: string) => new Set(cells.map(({ axes }) => sameText(axes[key])));
  const varying = keys.filter(key => valuesOf(key).size > 1);
  const isNumeric = (key: string) =>
    cells.every(({ axes }) => axes[key] === undefined || typeof axes[key] === 'number');
  const decides = (one: string, other: string) =>
    new Set(cells.map(({ axes }) => `${sameText(axes[one])} ${sameText(axes[other])}`)).size ===
    valuesOf(one).size;
  const together = (one: string, other: string) =>
    isNumeric(one) && isNumeric(other)
      ? decides(one, other) || decides(other, one)
      : decides(one, other) && decides(other, one);
  const groups: string[][] = [];
  for (const key of varying) {
    const group = groups.find(([lead]) => together(lead!, key));
    if (!group) groups.push([key]);
    else if (valuesOf(key).size > valuesOf(group[0]!).size) group.unshift(key);
    else group.push(key);
  }
  return groups.map(group => ({
    keys: group,
    label: group.join(' with '),
    numeric: group.every(isNumeric),
    size: valuesOf(group[0]!).size,
  }));
}

export interface RawNet {
  readonly name: string;
  /** By rising place on the axis. */
  readonly cells: readonly (RawCell & { readonly at: string; readonly x: number | undefined })[];
}

export interface Nets {
  readonly write: Writer;
  readonly axis: Axis | undefined;
  readonly parts: readonly Axis[];
  readonly nets: readonly RawNet[];
}

/** A run's cells as nets along the numeric axis with the most values. */
export function netsOf(run: Pick<RawRun, 'trials'>): Nets {
  const cells = cellsOf(run);
  const axes = axesOf(cells);
  const most = Math.max(0, ...axes.filter(({ numeric }) => numeric).map(({ size }) => size));
  const axis = axes.find(({ numeric, size }) => numeric && size === most);
  const parts = axes.filter(each => each !== axis);
  const keys = parts.flatMap(part => part.keys);
  const hasTwins = new Set(cells.map(cell => JSON.stringify(cell.axes))).size < cells.length;
  const [lead, ...others] = axis?.keys ?? [];
  const write = settingsWriterOf(cells.map(cell => cell.axes));
  const byName = new Map<string, RawNet['cells'][number][]>();
  for (const cell of cells) {
    const own = Object.fromEntries(keys.map(key => [key, cell.axes[key]!]));
    const group = hasTwins ? cell.trials[0]!.groups.join(' and ') : '';
    const name = `${nameOf(own, write)}${group === '' ? '' : ` of group ${group}`}`;
    const rest = settingsText(Object.fromEntries(others.map(key => [key, cell.axes[key]!])), write);
    const at = lead === undefined ? '' : `${write(lead, cell.axes[lead]!)}${rest === '' ? '' : ` (${rest})`}`;
    const x = lead === undefined ? undefined : Number(cell.axes[lead]);
    byName.set(name, [...(byName.get(name) ?? []), { ...cell, at, x }]);
  }
  const nets = [...byName].map(([name, members]) => ({
    name,
    cells: members.sort((one, other) => (one.x ?? 0) - (other.x ?? 0)),
  }));
  return { axis, parts, nets, write };
}

/** The measure that a comparison takes by default. */
export function usualMeasure(trials: readonly RawTrial[]): MeasureName {
  return new Set(trials.map(evaluationsOf)).size > 1 ? 'lastValAccuracy' : 'bestValAccuracy';
}

export const near = (one: Value | undefined, other: Value | undefined): boolean =>
  typeof one === 'number' && typeof other === 'number'
    ? Math.abs(one - other) <= 1e-9 * Math.max(Math.abs(one), Math.abs(other))
    : sameText(one) === sameText(other);

export const hasAll = (
  settings: Readonly<Record<string, Value>>,
  wanted: Readonly<Record<string, Value>>,
): boolean => Object.entries(wanted).every(([key, value]) => near(settings[key], value));

/** A run's nets against one another: by one axis, against the cells that agree with the baseline. */
export function familyBy(
  run: RawRun,
  by: string,
  options: {
    readonly baseline?: RawRun['baseline'];
    readonly measure?: MeasureName | undefined;
    readonly margin?: number | undefined;
  },
): Family {
  const cells = cellsOf(run);
  const values = [...new Set(cells.map(({ axes }) => sameText(axes[by])))].map(
    text => JSON.parse(text) as Value,
  );
  const wanted =
    options.baseline?.[by] !== undefined
      ? options.baseline
      : { [by]: values.includes('none') ? 'none' : values[0]! };
  // What the baseline names tells candidates from it, together with what moves with it.
  const differs = axesOf(cells).flatMap(({ keys }) => (keys.some(key => key in wanted) ? keys : []));
  const [baselines, candidates] = [
    cells.filter(cell => hasAll(cell.settings, wanted)),
    cells.filter(cell => !hasAll(cell.settings, wanted)),
  ];
  const keys = Object.keys(cells[0]?.axes ?? {}).filter(key => !differs.includes(key));
  const partner = (cell: RawCell): RawCell | undefined => {
    const alike = baselines.filter(other => keys.every(key => near(other.axes[key], cell.axes[key])));
    return (
      alike.find(other => shareGroup(other, cell)) ??
      alike[0] ??
      (baselines.length === 1 ? baselines[0] : undefined)
    );
  };
  return familyOf(
    candidates.map(candidate => ({ candidate, baseline: partner(candidate) })),
    baselines,
    differs,
    options.measure ?? usualMeasure(cells.flatMap(({ trials }) => trials)),
    options.margin,
  );
}

/** One run against another: cells pair by all settings but those of which the two have no value in common. */
export function familyOfRuns(
  first: RawRun,
  second: RawRun,
  options: { readonly measure?: MeasureName | undefined; readonly margin?: number | undefined },
): Family {
  const [baselines, candidates] = [cellsOf(first), cellsOf(second)];
  const keys = Object.keys(baselines[0]?.settings ?? candidates[0]?.settings ?? {});
  const differs = keys.filter(
    key => !candidates.some(one => baselines.some(other => near(one.settings[key], other.settings[key]))),
  );
  const rest = keys.filter(key => !differs.includes(key));
  const pairs = candidates.map(candidate => {
    const alike = baselines.filter(other =>
      rest.every(key => near(other.settings[key], candidate.settings[key])),
    );
    return {
      candidate,
      baseline:
        alike.find(other => shareGroup(other, candidate)) ?? (alike.length === 1 ? alike[0] : undefined),
    };
  });
  const trials = [...baselines, ...candidates].flatMap(cell => cell.trials);
  return familyOf(pairs, baselines, differs, options.measure ?? usualMeasure(trials), options.margin);
}

function familyOf(
  pairs: readonly { readonly candidate: RawCell; readonly baseline: RawCell | undefined }[],
  baselines: readonly RawCell[],
  differs: readonly string[],
  measure: MeasureName,
  margin: number | undefined,
): Family {
  const pairings = pairs.flatMap(({ candidate, baseline }) =>
    baseline ? [paired(baseline, candidate, measure)] : [],
  );
  const all = [...pairs.map(({ candidate }) => candidate), ...baselines];
  const write = settingsWriterOf(all.flatMap(({ settings, axes }) => [settings, axes]));
  const compared = judged(pairings, measure, margin).map(one => ({
    ...one,
    names: {
      candidate: namesOf(one.candidate, 'the second run', differs, write),
      baseline: namesOf(one.baseline, 'the first run', differs, write),
    },
  }));
  return {
    ...{ measure, compared, differs, margin, write },
    size: compared.filter(({ p }) => !Number.isNaN(p)).length,
    lonely: [
      ...pairs.filter(({ baseline }) => !baseline).map(({ candidate }) => candidate),
      ...baselines.filter(cell => !pairs.some(({ baseline }) => baseline === cell)),
    ],
    trials: all.flatMap(({ trials }) => trials),
  };
}

/** Nothing tells two runs of one experiment apart but which of them it is. */
function namesOf(cell: RawCell, run: string, differs: readonly string[], write: Writer): Names {
  const some = (settings: Settings, isWanted: (key: string) => boolean): Settings =>
    Object.fromEntries(Object.entries(settings).filter(([key]) => isWanted(key)));
  const net =
    differs.length === 0
      ? run
      : nameOf(
          some(cell.settings, key => differs.includes(key)),
          write,
        );
  const rest = settingsText(
    some(cell.axes, key => !differs.includes(key)),
    write,
  );
  return { net, side: rest === '' ? net : `${net} at ${rest}` };
}

const shareGroup = (one: RawCell, other: RawCell): boolean =>
  one.trials[0]!.groups.some(group => other.trials[0]!.groups.includes(group));

/** What is told apart along the axis: contrasts fixed before looking, Holm over all nets and contrasts. */
export interface Trend {
  readonly net: RawNet;
  /** The last cell against the first, and each inner cell against both ends, for which the larger p counts. */
  readonly slope: 'rises' | 'falls' | undefined;
  /** Inner cells above both ends, and below both. */
  readonly above: readonly RawNet['cells'][number][];
  readonly below: readonly RawNet['cells'][number][];
}

export function trendsOf(
  { nets }: Nets,
  measure: MeasureName,
): { readonly trends: readonly Trend[]; readonly size: number } {
  const long = nets.filter(({ cells }) => cells.length > 1);
  const step = Math.max(
    0,
    ...long.flatMap(({ cells }) => cells.map(cell => stepOf(measure, cell.trials[0]!))),
  );
  const contrasts = long.flatMap(net => {
    const [first, last] = [net.cells[0]!, net.cells.at(-1)!];
    const against = (cell: RawCell, end: RawCell) => {
      const pairing = paired(end, cell, measure);
      const isTested = !isTold(cell) && !isTold(end) && pairing.seeds.length > 0;
      return { p: isTested ? pairedP(pairing, step) : Number.NaN, mean: pairing.difference.mean };
    };
    const inner = net.cells.slice(1, -1).map(cell => {
      const [a, b] = [against(cell, first), against(cell, last)];
      const isOneSided = Math.sign(a.mean) === Math.sign(b.mean);
      const untested = Number.isNaN(a.p) || Number.isNaN(b.p);
      return { net, cell, p: untested ? Number.NaN : isOneSided ? Math.max(a.p, b.p) : 1, mean: a.mean };
    });
    return [{ net, cell: last, ...against(last, first) }, ...inner];
  });
  const corrected = holm(contrasts.map(({ p }) => p));
  const told = contrasts.filter((_, i) => corrected[i]! <= 0.05);
  const tested = long.filter(net => contrasts.some(({ net: own, p }) => own === net && !Number.isNaN(p)));
  const trends = tested.map((net): Trend => {
    const own = told.filter(contrast => contrast.net === net);
    const end = own.find(({ cell }) => cell === net.cells.at(-1));
    const inner = own.filter(contrast => contrast !== end);
    const cellsWhere = (sign: number) =>
      inner.filter(({ mean }) => Math.sign(mean) === sign).map(({ cell }) => cell as RawNet['cells'][number]);
    return {
      net,
      slope: end && (end.mean > 0 ? 'rises' : 'falls'),
      ...{ above: cellsWhere(1), below: cellsWhere(-1) },
    };
  });
  return { trends, size: contrasts.filter(({ p }) => !Number.isNaN(p)).length };
}
