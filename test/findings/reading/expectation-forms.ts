/** Judges what is said of an experiment's expectations: the terms, the outcome and its figures. */
import { holm, sampleOf } from './arithmetic.ts';
import {
  cellsOf,
  estimate,
  exploded,
  type MeasureName,
  measures,
  type RawCell,
  type RawRun,
  stepOf,
  type Value,
} from './facts.ts';
import { axesOf, near, type Pairing, paired, pairedP } from './families.ts';
import { bestOfFaults, COUNT, expect, FIG, isShare, P, textOf } from './judging.ts';
import {
  isFigure,
  isProbability,
  numberIn,
  regexOf,
  settingsText,
  settingsWriterOf,
  written,
} from './words.ts';

type Where = Readonly<Record<string, Value | Bounds>>;
interface Bounds {
  readonly atLeast?: number;
  readonly atMost?: number;
  readonly above?: number;
  readonly below?: number;
}
interface Expectation extends Bounds {
  readonly say?: string;
  readonly measure?: MeasureName;
  readonly where?: Where;
  readonly better?: { readonly than: Where; readonly by?: number };
  readonly learns?: boolean;
  readonly blowsUp?: boolean;
}

type Status = 'pass' | 'fail' | 'undecided';

interface Check {
  readonly cell: RawCell;
  readonly status: Status;
  /** What is wrong with the figures that are printed for it. */
  faults(text: string): string[];
}

const BOUND_WORDS = { atLeast: 'at least', atMost: 'at most', above: 'above', below: 'below' } as const;
type BoundName = keyof typeof BOUND_WORDS;
const boundNames = Object.keys(BOUND_WORDS) as BoundName[];

const holds: Readonly<Record<BoundName, (value: number, bound: number) => boolean>> = {
  atLeast: (value, bound) => value >= bound,
  atMost: (value, bound) => value <= bound,
  above: (value, bound) => value > bound,
  below: (value, bound) => value < bound,
};
const isBounds = (wanted: Value | Bounds): wanted is Bounds =>
  typeof wanted === 'object' && !Array.isArray(wanted);
const boundsOf = (bounds: Bounds) =>
  boundNames.flatMap(name => (bounds[name] === undefined ? [] : [{ name, bound: bounds[name] }]));
const boundsText = (bounds: Bounds): string =>
  boundsOf(bounds)
    .map(({ name, bound }) => `${BOUND_WORDS[name]} ${written(bound)}`)
    .join(' and ');

const selects = (where: Where, { settings }: RawCell): boolean =>
  Object.entries(where).every(([key, wanted]) => {
    const value = settings[key];
    if (!isBounds(wanted)) return near(value, wanted);
    return (
      typeof value === 'number' && boundsOf(wanted).every(({ name, bound }) => holds[name](value, bound))
    );
  });

const whereText = (where: Where): string =>
  Object.entries(where)
    .map(([key, wanted]) => `${key} ${isBounds(wanted) ? boundsText(wanted) : written(wanted)}`)
    .join(', ');

function termsOf({ measure, where = {}, better, learns, blowsUp, ...bounds }: Expectation): string {
  const subject = whereText(where) || 'every net';
  if (learns !== undefined) return `${subject}: ${learns ? 'learns' : 'does not learn'}`;
  if (blowsUp !== undefined) return `${subject}: ${blowsUp ? 'blows up' : 'does not blow up'}`;
  const by = better?.by ? ` by more than ${better.by}` : '';
  return `${subject}: ${textOf(measure!)} ${better ? `better than ${whereText(better.than)}${by}` : boundsText(bounds)}`;
}

/** What is wrong with the lines that are printed for a run's expectations. */
export function expectationFaults(
  lines: readonly string[],
  run: RawRun,
): { readonly line: string; readonly faults: readonly string[] }[] {
  const expectations = run.expect as readonly Expectation[];
  const cells = cellsOf(run);
  return expectations.map((expectation, i) => {
    const line = lines[i] ?? '';
    const terms = termsOf(expectation);
    const name = expectation.say === undefined ? terms : `${expectation.say} (${terms})`;
    const [, word, seeds, rest] = /^(pass|fail|undecided at ([\d,]+) seeds?) - (.*)$/.exec(line) ?? [];
    if (rest === undefined || !rest.startsWith(`${name}: `))
      return { line, faults: [`its terms are ${name}`] };
    const said = (word!.startsWith('undecided') ? 'undecided' : word) as Status;
    return { line, faults: outcomeFaults(said, seeds, rest.slice(name.length + 2), expectation, cells) };
  });
}

function outcomeFaults(
  said: Status,
  seeds: string | undefined,
  text: string,
  expectation: Expectation,
  cells: readonly RawCell[],
): string[] {
  const checks = checksOf(expectation, cells);
  if (checks.length === 0)
    return expect(
      said === 'fail' &&
        text === `No cell of the run has ${whereText(expectation.where ?? {}) || 'results'}.`,
      'it selects no cell',
    );
  const status =
    (['fail', 'undecided'] as const).find(one => checks.some(check => check.status === one)) ?? 'pass';
  const deciding = checks.filter(check => check.status === status);
  const prefix = regexOf(
    `^(${COUNT}) of (${COUNT}) cells? (passes|pass|fails|fail|is undecided|are undecided): `,
  ).exec(text);
  const body = text.slice(prefix?.[0].length ?? 0, -1);
  const [, shown, more] = /^(.*?)(?:; and (\d+) more)?$/.exec(body)!;
  const parts = shown!.split('; ');
  const write = settingsWriterOf(deciding.map(({ cell }) => cell.axes));
  return [
    ...expect(said === status, `it is: ${status} (${checks.map(check => check.status).join(', ')})`),
    ...expect(
      seeds === undefined || deciding.some(({ cell }) => cell.trials.length >= numberIn(seeds)),
      `${seeds} seeds`,
    ),
    ...expect((prefix !== null) === checks.length > 1, `${checks.length} cells`),
    ...(prefix
      ? expect(
          numberIn(prefix[1]!) === deciding.length &&
            numberIn(prefix[2]!) === checks.length &&
            prefix[3]!.replace(/^(is|are) /, '').startsWith(status.slice(0, 4)),
          `${deciding.length} of ${checks.length} ${status}`,
        )
      : []),
    ...expect(parts.length + numberIn(more ?? '0') === deciding.length, `${deciding.length} decide`),
    ...parts.flatMap(part =>
      bestOfFaults(deciding, ({ cell, faults }) => {
        const where = settingsText(cell.axes, write);
        const isNamed = checks.length > 1 && where !== '';
        return isNamed && !part.startsWith(`${where}: `)
          ? ['another cell', '-', '-', '-', '-', '-']
          : faults(isNamed ? part.slice(where.length + 2) : part);
      }),
    ),
  ];
}

function checksOf(expectation: Expectation, cells: readonly RawCell[]): Check[] {
  const { where = {}, measure, better, learns, blowsUp } = expectation;
  const selected = cells.filter(cell => selects(where, cell));
  const severalSeeds = new Set(cells.flatMap(({ trials }) => trials.map(({ seed }) => seed))).size > 1;
  if (better) return betterChecks(selected, cells, measure!, better, severalSeeds);
  return selected.map(cell => {
    if (learns !== undefined) return learnsCheck(cell, learns);
    return blowsUp !== undefined
      ? explodesCheck(cell, blowsUp)
      : boundCheck(cell, measure!, expectation, severalSeeds);
  });
}

/** `.312 (one seed)`, `.312 (95 % interval .301 to .323, 6 seeds, 1 without a figure)`. */
function spreadFaults(text: string, cell: RawCell, measure: MeasureName): string[] {
  const { n, mean, low, high } = estimate(cell, measure);
  const found = regexOf(
    `^(${FIG}) \\((?:(one seed)|95 % interval (${FIG}) to (${FIG}), (${COUNT}) seeds)(?:, (${COUNT}) without a figure)?\\)$`,
  ).exec(text);
  if (!found) return [`cannot be read: ${text}`];
  const [, figure, one, from, to, seeds, missing] = found;
  const cut = (value: number) => (isShare(measure) ? Math.max(0, Math.min(1, value)) : value);
  return [
    ...expect(isFigure(figure!, mean), `mean ${mean}`),
    ...expect(numberIn(missing ?? '0') === cell.trials.length - n, `${cell.trials.length - n} lack it`),
    ...(one !== undefined
      ? expect(n === 1, `${n} figures`)
      : expect(
          n === numberIn(seeds!) && isFigure(from!, cut(low)) && isFigure(to!, cut(high)),
          `${low} to ${high}, ${n} seeds`,
        )),
  ];
}

function learnsCheck(cell: RawCell, expected: boolean): Check {
  const { outcome } = cell;
  const status =
    outcome === 'failed'
      ? 'fail'
      : outcome === 'undecided'
        ? 'undecided'
        : (outcome === 'learns') === expected
          ? 'pass'
          : 'fail';
  return {
    cell,
    status,
    faults: text => {
      if (outcome === 'failed') return expect(text === 'failed to run', 'it failed to run');
      const start = `${outcome}, best validation accuracy `;
      if (text === outcome) return expect(estimate(cell, 'bestValAccuracy').n === 0, 'it has a figure');
      return text.startsWith(start)
        ? spreadFaults(text.slice(start.length), cell, 'bestValAccuracy')
        : [`it is ${outcome}`];
    },
  };
}

function explodesCheck(cell: RawCell, expected: boolean): Check {
  const fates = cell.trials.flatMap(trial => exploded(trial) ?? []);
  const blown = fates.filter(Boolean).length;
  const status =
    fates.length === 0
      ? 'fail'
      : blown > 0 && blown < fates.length
        ? 'undecided'
        : blown > 0 === expected
          ? 'pass'
          : 'fail';
  return {
    cell,
    status,
    faults: text => {
      if (fates.length === 0) return expect(text === 'failed to run', 'it failed to run');
      const [, loss, some, of] =
        regexOf(
          `^(?:loss of the last epoch (not finite|${FIG})|(${COUNT}) of (${COUNT}) seeds blow up)$`,
        ).exec(text) ?? [];
      if (loss === undefined)
        return expect(
          some !== undefined && numberIn(some) === blown && numberIn(of!) === fates.length,
          `${blown} of ${fates.length}`,
        );
      const { n, mean } = estimate(cell, 'lastEpochTrainLoss');
      return expect(
        fates.length === 1 && (n === 0 ? loss === 'not finite' : isFigure(loss, mean)),
        `loss ${mean}`,
      );
    },
  };
}

function boundCheck(cell: RawCell, measure: MeasureName, bounds: Bounds, severalSeeds: boolean): Check {
  const { n, mean, low, high } = estimate(cell, measure);
  const [from, to] = n < 2 ? [mean, mean] : [low, high];
  const all = boundsOf(bounds);
  // The end that is hardest to bring within a bound, and the one that is easiest.
  const isLower = (name: BoundName) => name === 'atLeast' || name === 'above';
  const within = all.every(({ name, bound }) => holds[name](isLower(name) ? from : to, bound));
  const outside = all.some(({ name, bound }) => !holds[name](isLower(name) ? to : from, bound));
  const status =
    n === 0
      ? 'fail'
      : n === 1 && severalSeeds
        ? 'undecided'
        : outside
          ? 'fail'
          : within
            ? 'pass'
            : 'undecided';
  return {
    cell,
    status,
    faults: text =>
      n === 0
        ? expect(text === `no finite ${textOf(measure)}`, 'it has none')
        : spreadFaults(text, cell, measure),
  };
}

/** Each selected cell against the one that `than` selects and that else agrees: one family of paired t tests against the margin. */
function betterChecks(
  selected: readonly RawCell[],
  cells: readonly RawCell[],
  measure: MeasureName,
  { than, by = 0 }: NonNullable<Expectation['better']>,
  severalSeeds: boolean,
): Check[] {
  const all = cells.filter(cell => selects(than, cell));
  const told = axesOf(cells).flatMap(({ keys }) => (keys.some(key => key in than) ? keys : []));
  const rest = Object.keys(cells[0]?.axes ?? {}).filter(key => !told.includes(key) && !(key in than));
  const sign = measures[measure].higher ? 1 : -1;
  const pairings = selected.map((cell): Pairing | undefined => {
    const others = all.filter(other => other !== cell);
    const other =
      others.find(one => rest.every(key => near(one.axes[key], cell.axes[key]))) ??
      (all.length === 1 ? others[0] : undefined);
    return other && paired(other, cell, measure);
  });
  const step = Math.max(0, ...selected.map(cell => stepOf(measure, cell.trials[0]!)));
  // Against the margin: the gains less the margin have the mean that is tested.
  const against = pairings.map(pairing => {
    if (!pairing) return undefined;
    const gains = pairing.a.map((a, i) => sign * (a - pairing.b[i]!) - by);
    return { ...pairing, a: gains, difference: sampleOf(gains) };
  });
  const corrected = holm(
    against.map(pairing => (pairing && pairing.seeds.length > 0 ? pairedP(pairing, step) : Number.NaN)),
  );
  return selected.map((cell, i) => {
    const [pairing, test] = [pairings[i], against[i]];
    const n = pairing?.seeds.length ?? 0;
    const p = corrected[i]!;
    const status: Status =
      n === 0
        ? 'fail'
        : n === 1
          ? severalSeeds
            ? 'undecided'
            : test!.difference.mean > 0
              ? 'pass'
              : 'fail'
          : Number.isNaN(p) || p > 0.05
            ? 'undecided'
            : test!.difference.mean > 0
              ? 'pass'
              : 'fail';
    return {
      cell,
      status,
      faults: text => betterFaults(text, pairing, p, { sign, all, cell, than, measure }),
    };
  });
}

function betterFaults(
  text: string,
  pairing: Pairing | undefined,
  p: number,
  {
    sign,
    all,
    cell,
    than,
    measure,
  }: { sign: number; all: readonly RawCell[]; cell: RawCell; than: Where; measure: MeasureName },
): string[] {
  const n = pairing?.seeds.length ?? 0;
  if (n === 0) {
    const right = !pairing
      ? `${all.some(other => other !== cell) ? 'several cells have' : 'no cell has'} ${whereText(than)}`
      : pairing.unequal > 0
        ? 'the best of unequally many evaluations'
        : `no seed has a finite ${textOf(measure)} of both`;
    return expect(text === `nothing to compare with: ${right}`, right);
  }
  const found = regexOf(
    `^(${FIG}) against (${FIG}) \\((?:(one seed)|better by (${FIG}) to (${FIG}), corrected p (${P}|-), (${COUNT}) seeds)(?:, (${COUNT}) pairs? left out)?\\)$`,
  ).exec(text);
  if (!found) return [`cannot be read: ${text}`];
  const [, mean, other, one, low, high, corrected, seeds, left] = found;
  const gains = sampleOf(pairing!.a.map((a, i) => sign * (a - pairing!.b[i]!)));
  return [
    ...expect(
      isFigure(mean!, sampleOf(pairing!.a).mean) && isFigure(other!, sampleOf(pairing!.b).mean),
      'means',
    ),
    ...expect(
      numberIn(left ?? '0') === pairing!.leftOut + pairing!.unequal,
      `${pairing!.leftOut + pairing!.unequal} left out`,
    ),
    ...(one !== undefined
      ? expect(n === 1, `${n} seeds`)
      : [
          ...expect(
            isFigure(low!, gains.low) && isFigure(high!, gains.high) && numberIn(seeds!) === n,
            `${gains.low} to ${gains.high}, ${n} seeds`,
          ),
          ...expect(corrected === '-' ? Number.isNaN(p) : isProbability(corrected!, p), `corrected p ${p}`),
        ]),
  ];
}
