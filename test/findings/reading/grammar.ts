/**
 * The forms of the sentences that a run's finding and comparison may have. Each form says when a sentence of it is true, by
 * the raw figures. A sentence of no form is a fault, and so is one of several forms that all find it false.
 */
import { criticalT, type Sample, sampleOf, signFlipShare } from './arithmetic.ts';
import {
  estimate,
  exploded,
  figureOf,
  type MeasureName,
  measures,
  type Outcome,
  type RawCell,
  type RawRun,
} from './facts.ts';
import {
  axesOf,
  type Compared,
  type Family,
  familyBy,
  hasAll,
  type Nets,
  netOf,
  netsOf,
  type RawNet,
  trendsOf,
  usualMeasure,
  type Verdict,
} from './families.ts';
import {
  capitalized,
  escaped,
  isFigure,
  isProbability,
  listOf,
  numberIn,
  oneOf,
  settingsText,
} from './words.ts';

/** What a sentence claims beside figures: for counting false claims in simulations. */
export type Claim = 'difference' | 'trend' | 'speed' | 'learner';

export interface Reading {
  readonly form: string;
  readonly faults: readonly string[];
  readonly claims: readonly Claim[];
}

export interface Subject {
  readonly run: RawRun;
  readonly nets: Nets;
  /** The comparison that the sentences speak of. */
  readonly family: Family | undefined;
  /** Whether the comparison is of two runs. */
  readonly runs: boolean;
}

const FIG = '-?\\d*\\.\\d+(?:e-?\\d+)?';
const P = '(?:[<>]?\\d?\\.\\d{3})';
const ESTIMATE = `(?:${FIG} ± ${FIG}|${FIG} \\(${FIG} to ${FIG}\\)|${FIG})`;
const COUNT = '\\d{1,3}(?:,\\d{3})*';

/** A form: the pattern of its sentences, and what is wrong with one that has it; nothing if it is true. */
interface Form {
  readonly name: string;
  pattern(subject: Subject): string | undefined;
  judge(match: RegExpExecArray, subject: Subject): string[];
  claims?(match: RegExpExecArray): Claim[];
}

/** What a run says of its nets against one another, by the rule of its usual comparison. */
export function subjectOf(run: RawRun): Subject {
  const nets = netsOf(run);
  const cells = nets.nets.flatMap(net => net.cells);
  const varying = axesOf(cells).flatMap(({ keys }) => keys);
  const declared = Object.keys(run.baseline ?? {}).find(key => varying.includes(key));
  const by = declared ?? (nets.parts.length === 1 ? nets.parts[0]!.keys[0] : undefined);
  const isMissing =
    run.baseline !== undefined && !cells.some(({ settings }) => hasAll(settings, run.baseline!));
  const family = by === undefined || isMissing ? undefined : familyBy(run, by, { baseline: run.baseline });
  return { run, nets, family, runs: false };
}

const compiled = new WeakMap<Subject, { readonly form: Form; readonly pattern: RegExp }[]>();

/** The forms that the sentences of a run may have. */
function formsOf(subject: Subject): { readonly form: Form; readonly pattern: RegExp }[] {
  const known =
    compiled.get(subject) ??
    forms.flatMap(form => {
      const pattern = form.pattern(subject);
      return pattern === undefined ? [] : [{ form, pattern: new RegExp(`^${pattern}$`) }];
    });
  compiled.set(subject, known);
  return known;
}

/** Reads one sentence. */
export function read(text: string, subject: Subject): Reading {
  const readings = formsOf(subject).flatMap(({ form, pattern }): Reading[] => {
    const match = pattern.exec(text);
    if (!match) return [];
    return [{ form: form.name, faults: form.judge(match, subject), claims: form.claims?.(match) ?? [] }];
  });
  const best = readings.find(({ faults }) => faults.length === 0) ?? readings[0];
  return best ?? { form: 'unknown', faults: ['no known form'], claims: [] };
}

// Shared judgements

/** A mean with its spread: half the interval, or its ends where it would leave 0 to 1. */
function estimateFaults(text: string, sample: Sample, isShare: boolean, what: string): string[] {
  const found = /^(\S+)(?: ± (\S+)| \((\S+) to (\S+)\))?$/.exec(text);
  if (!found || sample.n === 0) return [`${what}: ${text} is no estimate of ${sample.n} figures`];
  const [, mean, half, low, high] = found;
  const faults = isFigure(mean!, sample.mean) ? [] : [`${what}: ${mean} is ${sample.mean}`];
  if (sample.n < 2)
    return half === undefined && low === undefined ? faults : [...faults, `${what}: a spread of one figure`];
  const leaves = isShare && (sample.low < 0 || sample.high > 1);
  if (leaves !== (low !== undefined))
    return [...faults, `${what}: ${text} for ${sample.low} to ${sample.high}`];
  if (leaves) {
    const [from, to] = [Math.max(0, sample.low), Math.min(1, sample.high)];
    return isFigure(low!, from) && isFigure(high!, to)
      ? faults
      : [...faults, `${what}: ${text} for ${from} to ${to}`];
  }
  const width = (sample.high - sample.low) / 2;
  return half !== undefined && isFigure(half, width) ? faults : [...faults, `${what}: ± ${half} is ${width}`];
}

const isShare = (measure: MeasureName): boolean => /Accuracy/.test(measure);

const meanFaults = (text: string, cell: RawCell, measure: MeasureName, what: string): string[] => {
  const { mean } = estimate(cell, measure);
  return isFigure(text, mean) ? [] : [`${what}: ${text} is ${mean}`];
};

const textOf = (measure: MeasureName): string => measures[measure].text;
const measureNamed = (text: string): MeasureName | undefined =>
  (Object.keys(measures) as MeasureName[]).find(name => measures[name].text === text.toLowerCase());
const MEASURE = oneOf(Object.values(measures).flatMap(({ text }) => [text, capitalized(text)]));

/** The net whose name this is, with or without a capital. */
const netNamed = (name: string, { nets }: Nets): RawNet | undefined =>
  nets.find(net => net.name === name || capitalized(net.name) === name);
const namesOf = remembered(({ nets }: Nets): string =>
  oneOf(nets.flatMap(({ name }) => [name, capitalized(name)])),
);
const placesOf = remembered(({ nets }: Nets): string =>
  oneOf(nets.flatMap(({ cells }) => cells.map(({ at }) => at)).filter(at => at !== '')),
);

function remembered<Key extends object, Value>(make: (key: Key) => Value): (key: Key) => Value {
  const known = new WeakMap<Key, { readonly value: Value }>();
  return key => {
    const found = known.get(key) ?? { value: make(key) };
    known.set(key, found);
    return found.value;
  };
}
const axisOf = ({ axis }: Nets): string => escaped(axis?.label ?? 'no axis');

const count = (cells: readonly RawCell[], outcome: Outcome): number =>
  cells.filter(cell => cell.outcome === outcome).length;

/** The first of the longest stretches of neighbouring cells that learn. */
export function stretchOf(cells: readonly RawCell[]): readonly [number, number] | undefined {
  let best: readonly [number, number] | undefined;
  for (let start = 0; start < cells.length; start++) {
    let end = start;
    while (end < cells.length && cells[end]!.outcome === 'learns') end++;
    if (end > start && (!best || end - 1 - start > best[1] - best[0])) best = [start, end - 1];
  }
  return best;
}

const expect = (isTrue: boolean, fault: string): string[] => (isTrue ? [] : [fault]);

// Forms of a finding

const OUTCOME_WORDS: Readonly<Record<string, Outcome>> = {
  learns: 'learns',
  learn: 'learns',
  'does not learn': 'at chance',
  'do not learn': 'at chance',
  'blows up': 'blows up',
  'blow up': 'blows up',
  'is undecided': 'undecided',
  'are undecided': 'undecided',
  'failed to run': 'failed',
};
const OUTCOMES = oneOf(Object.keys(OUTCOME_WORDS));

/** Splits at "; " and judges each part by a pattern. */
const eachPart = (text: string, pattern: string, judge: (match: RegExpExecArray) => string[]): string[] =>
  text.split('; ').flatMap(part => {
    const match = new RegExp(`^${pattern}$`).exec(part);
    return match ? judge(match) : [`cannot be read: ${part}`];
  });

const outcomeForm: Form = {
  name: 'outcomes of nets',
  pattern: ({ nets }) =>
    nets.axis === undefined ? `(${namesOf(nets)} ${OUTCOMES}(?: \\([^;]*\\))?(?:; .*)?)\\.` : undefined,
  judge: ([, text], { nets }) => [
    ...expect(
      text!.split('; ').length === nets.nets.flatMap(({ cells }) => cells).length,
      'not every net is named',
    ),
    ...eachPart(
      text!,
      `(${namesOf(nets)}) (${OUTCOMES})(?: \\((?:best validation accuracy (${ESTIMATE})|loss of the last epoch (${FIG})|its loss is no longer (finite))\\))?`,
      ([, name, word, accuracy, loss, endless]) => {
        const cells = netNamed(name!, nets)!.cells;
        return bestOfFaults(cells, cell => [
          ...expect(cell.outcome === OUTCOME_WORDS[word!], `${name} ${word}: it is ${cell.outcome}`),
          ...(accuracy === undefined
            ? []
            : estimateFaults(accuracy, estimate(cell, 'bestValAccuracy'), true, name!)),
          ...(loss === undefined ? [] : meanFaults(loss, cell, 'lastEpochTrainLoss', name!)),
          ...(endless === undefined
            ? []
            : expect(estimate(cell, 'lastEpochTrainLoss').n === 0, `${name}: its loss is finite`)),
        ]);
      },
    ),
  ],
  claims: ([text]) => (/\blearns\b/.test(text) ? ['learner'] : []),
};

/** The faults by the cell that has the fewest: a name may stand for several cells, one of which is meant. */
function bestOfFaults<Item>(items: readonly Item[], judge: (item: Item) => string[]): string[] {
  const all = items.map(judge).sort((a, b) => a.length - b.length);
  return all[0] ?? ['nothing has this name'];
}

const rangeForm: Form = {
  name: 'range of learning',
  pattern: ({ nets }) =>
    nets.axis === undefined
      ? undefined
      : `(${namesOf(nets)} (?:learns|is undecided|failed to run|is not seen to learn) (?:only |up to |from |at ).*)\\.`,
  judge: ([, text], { nets }) => {
    const [at, axis] = [placesOf(nets), axisOf(nets)];
    const key = `(?:${axis} )?`;
    const every = `(both values|all (${COUNT}) values)(?: of ${axis})?(?: from (${at}) to (${at}))?`;
    const doubt = `(?:, undecided at (${COUNT}) values?)?`;
    return [
      ...expect(text!.split('; ').length === nets.nets.length, 'not every net is named'),
      ...eachPart(
        text!,
        `(${namesOf(nets)}) (?:(learns|is undecided|failed to run) at ${every}|(learns|is undecided|failed to run) at ${key}(${at})|is not seen to learn (?:at ${key}(${at})|at any value(?: of ${axis})?(?: from (${at}) to (${at}))?)${doubt}|learns (?:(only )?at ${key}(${at})|up to ${key}(${at})|from ${key}(${at}) up|(only )?from ${key}(${at}) to (${at}))(?: \\(and at (?:(${at})|(${COUNT}) others)\\))?${doubt})`,
        match => {
          const [
            ,
            name,
            everyWord,
            both,
            all,
            from,
            to,
            oneWord,
            one,
            unseenAt,
            unseenFrom,
            unseenTo,
            unseenDoubt,
          ] = match;
          const [onlyAt, at1, upTo, fromUp, onlyFrom, from1, to1, also, others, doubted] = match.slice(13);
          const { cells } = netNamed(name!, nets)!;
          const [first, last] = [cells[0]!, cells.at(-1)!];
          const isSpan = (a?: string, b?: string) =>
            expect(
              a === undefined ? cells.length === 1 : a === first.at && b === last.at,
              `${name}: its values are ${first.at} to ${last.at}`,
            );
          const wanted = (word: string) => OUTCOME_WORDS[word]!;
          const undecided = count(cells, 'undecided');
          if (everyWord !== undefined)
            return [
              ...isSpan(from, to),
              ...expect(
                cells.every(({ outcome }) => outcome === wanted(everyWord)),
                `${name}: not all ${everyWord}`,
              ),
              ...expect(
                both === 'both values' ? cells.length === 2 : cells.length === numberIn(all!),
                `${name} has ${cells.length} values`,
              ),
            ];
          if (oneWord !== undefined && cells.length === 1)
            return expect(
              first.at === one && first.outcome === wanted(oneWord),
              `${name}: ${first.outcome} at ${first.at}`,
            );
          if (/is not seen to learn/.test(match[0]))
            return [
              ...(unseenAt === undefined
                ? isSpan(unseenFrom, unseenTo)
                : expect(cells.length === 1 && first.at === unseenAt, `${name} has several values`)),
              ...expect(count(cells, 'learns') === 0, `${name} learns at ${count(cells, 'learns')}`),
              ...expect(count(cells, 'failed') < cells.length, `${name} did not run`),
              ...expect(undecided === numberIn(unseenDoubt ?? '0'), `${name} is undecided at ${undecided}`),
            ];
          // `learns at X` of a net with several values reads like `only at X`, without the word.
          const start = oneWord !== undefined ? one : (at1 ?? fromUp ?? from1 ?? first.at);
          const end = oneWord !== undefined ? one : (at1 ?? upTo ?? to1 ?? last.at);
          const range = [
            cells.findIndex(cell => cell.at === start),
            cells.findIndex(cell => cell.at === end),
          ] as const;
          const longest = stretchOf(cells);
          const outside = cells.filter(
            ({ outcome }, i) => outcome === 'learns' && (i < range[0] || i > range[1]),
          );
          return [
            ...expect(
              longest !== undefined &&
                cells.slice(range[0], range[1] + 1).every(({ outcome }) => outcome === 'learns'),
              `${name} does not learn from ${start} to ${end}`,
            ),
            ...expect(
              longest !== undefined && longest[1] - longest[0] === range[1] - range[0],
              `${name}: a longer stretch learns`,
            ),
            ...expect(
              cells[range[0] - 1]?.outcome !== 'learns' && cells[range[1] + 1]?.outcome !== 'learns',
              `${name}: the stretch goes on`,
            ),
            ...expect(
              also !== undefined
                ? outside.length === 1 && outside[0]!.at === also
                : outside.length === numberIn(others ?? '0'),
              `${name} also learns at ${outside.map(cell => cell.at).join(', ')}`,
            ),
            ...expect(
              (onlyAt ?? onlyFrom) === undefined || undecided === 0,
              `${name}: only, though ${undecided} are undecided`,
            ),
            ...expect(undecided === numberIn(doubted ?? '0'), `${name} is undecided at ${undecided}`),
          ];
        },
      ),
    ];
  },
  claims: ([text]) => (/\blearns\b/.test(text) ? ['learner'] : []),
};

const everywhereForm: Form = {
  name: 'learns everywhere',
  pattern: ({ nets }) =>
    nets.axis === undefined
      ? undefined
      : `(Every net|${namesOf(nets)}) learns at every value of ${axisOf(nets)}\\.`,
  judge: ([, name], { nets }) => [
    ...expect(
      name === 'Every net'
        ? nets.nets.length > 1
        : nets.nets.length === 1 && netNamed(name!, nets) !== undefined,
      `${nets.nets.length} nets`,
    ),
    ...expect(
      cellsIn(nets).every(({ outcome }) => outcome === 'learns'),
      `learn: ${count(cellsIn(nets), 'learns')} of ${cellsIn(nets).length}`,
    ),
  ],
  claims: () => ['learner'],
};

const failureForm: Form = {
  name: 'what happens outside',
  pattern: ({ nets }) =>
    nets.axis === undefined
      ? undefined
      : `(${namesOf(nets)}) ((?:does not learn|blows up|failed to run) at .*)\\.`,
  judge: ([, name, text], { nets }) => {
    const { cells } = netNamed(name!, nets)!;
    const range = stretchOf(cells);
    const at = placesOf(nets);
    const clause = `(?:does not learn|blows up|failed to run) at (?:both values|all ${COUNT} values|${COUNT} of the ${COUNT} values|${at})(?: below| above)?(?: \\(loss ln 10 = 2\\.303, a guess\\)| \\(first loss ${FIG}(?: to ${FIG})?\\))?`;
    const clauses = listOf(text!, clause);
    if (!clauses) return [`cannot be read: ${text}`];
    const told = clauses.flatMap(each => {
      const [, word, where, number, of, place, side, guess, low, high] = new RegExp(
        `^(.*?) at (both values|all ${COUNT} values|(${COUNT}) of the (${COUNT}) values|(${at}))( below| above)?(?: \\((?:(loss ln 10 = 2\\.303, a guess)|first loss (${FIG})(?: to (${FIG}))?)\\))?$`,
      ).exec(each)!;
      const sides = range ? [cells.slice(0, range[0]), cells.slice(range[1] + 1)] : [cells];
      const here =
        side === ' below'
          ? [sides[0]!]
          : side === ' above'
            ? [sides[1]!]
            : sides.filter(part => !range || part.length === 1);
      return [
        bestOfFaults(here, part => {
          const these = part.filter(({ outcome }) => outcome === OUTCOME_WORDS[word!]);
          const losses = these.flatMap(cell =>
            cell.trials.flatMap(trial => figureOf(trial, 'initialLoss') ?? []),
          );
          return [
            ...(place !== undefined
              ? expect(
                  part.length === 1 && these[0]?.at === place,
                  `${name}: ${word} at ${these.map(cell => cell.at)}`,
                )
              : number !== undefined
                ? expect(
                    these.length === numberIn(number) && part.length === numberIn(of!),
                    `${name}: ${word} at ${these.length} of ${part.length}`,
                  )
                : expect(
                    these.length === part.length &&
                      part.length === (where === 'both values' ? 2 : numberIn(/\d[\d,]*/.exec(where!)![0])),
                    `${name}: ${word} at ${these.length} of ${part.length}`,
                  )),
            ...(guess === undefined
              ? []
              : expect(
                  these.every(cell => cell.trials.every(isGuess)),
                  `${name}: some loss is not ln 10`,
                )),
            ...(low === undefined
              ? []
              : expect(
                  isFigure(low, Math.min(...losses)) && isFigure(high ?? low, Math.max(...losses)),
                  `${name}: first losses ${Math.min(...losses)} to ${Math.max(...losses)}`,
                )),
          ];
        }),
      ];
    });
    const outside = cells.filter(
      ({ outcome }) => outcome === 'at chance' || outcome === 'blows up' || outcome === 'failed',
    );
    const words = new Set(outside.map(({ outcome }) => outcome));
    const named = new Set(clauses.map(each => OUTCOME_WORDS[new RegExp(OUTCOMES).exec(each)![0]]!));
    return [
      ...told.flat(),
      ...expect(
        [...words].every(word => named.has(word)),
        `${name}: an outcome is not told`,
      ),
    ];
  },
};

/** Whether the data's part of a trial's loss is that of guessing. */
function isGuess(trial: RawCell['trials'][number]): boolean {
  if (trial.record.status === 'failed') return true;
  const loss =
    trial.settings.reg === 0 ? figureOf(trial, 'lastEpochTrainLoss') : trial.record.lastEpochDataLoss;
  return loss !== undefined && Math.abs(loss - Math.log(10)) < 0.05;
}

/** How many trials of a cell blew up, of how many that were measured. */
const blownOf = ({ trials }: RawCell) => ({
  blown: trials.filter(trial => exploded(trial) === true).length,
  measured: trials.filter(trial => exploded(trial) !== undefined).length,
});
const isMixed = (cell: RawCell): boolean => {
  const { blown, measured } = blownOf(cell);
  return blown > 0 && blown < measured;
};
const cellsIn = ({ nets }: Nets) => nets.flatMap(({ cells }) => cells);

const someSeedsForms: Form[] = [
  {
    name: 'some seeds blow up',
    pattern: ({ nets }) =>
      `(${namesOf(nets)})(?: at (${placesOf(nets)}))? blows up with (${COUNT}) of (${COUNT}) seeds?\\.`,
    judge: ([, name, at, blown, measured], { nets }) => {
      const cells = netNamed(name!, nets)!.cells.filter(cell => cell.at === (at ?? ''));
      return bestOfFaults(cells, cell => [
        ...expect(
          isMixed(cell) &&
            blownOf(cell).blown === numberIn(blown!) &&
            blownOf(cell).measured === numberIn(measured!),
          `${blownOf(cell).blown} of ${blownOf(cell).measured}`,
        ),
        ...expect(cellsIn(nets).filter(isMixed).length === 1, 'there are others'),
      ]);
    },
  },
  {
    name: 'some seeds blow up in several cells',
    pattern: () => `At (${COUNT}) cells that blow up only some of the seeds do\\.`,
    judge: ([, number], { nets }) => {
      const mixed = cellsIn(nets).filter(isMixed).length;
      return expect(mixed === numberIn(number!), `${mixed} cells`);
    },
  },
];

const bestForms: Form[] = [
  {
    name: 'best of each net',
    pattern: ({ nets }) => (nets.axis === undefined ? undefined : `Best on (validation) images: (.*)\\.`),
    judge: ([, , text], { nets }) => bestsFaults(text!, 'bestValAccuracy', nets, undefined),
  },
  {
    name: 'best of one or two nets',
    pattern: ({ nets }) =>
      nets.axis === undefined
        ? undefined
        : `Best of ((?:${namesOf(nets)})(?: and ${namesOf(nets)})?): (.*) on validation images, (.*) on training images\\.`,
    judge: ([, names, val, train], { nets }) => {
      const all = listOf(names!, namesOf(nets)) ?? [];
      return [
        ...bestsFaults(val!, 'bestValAccuracy', nets, all),
        ...bestsFaults(train!, 'bestTrainAccuracy', nets, all),
      ];
    },
  },
];

/** `batch norm .312 at 1e-2 and the plain net .301 at 0.1`; without names where they are told apart. */
function bestsFaults(
  text: string,
  measure: MeasureName,
  nets: Nets,
  names: readonly string[] | undefined,
): string[] {
  const at = placesOf(nets);
  const place = `(?:${FIG} at (?:${COUNT} values alike|${at} and ${at} alike|${at}))`;
  const item = names === undefined ? `(?:${namesOf(nets)} ${place})` : place;
  const items = listOf(text, item);
  if (!items) return [`cannot be read: ${text}`];
  if (names && items.length !== names.length) return [`${items.length} figures for ${names.length} nets`];
  return items.flatMap((each, i) => {
    const found = new RegExp(
      `^(?:(${namesOf(nets)}) )?(${FIG}) at (?:(${COUNT}) values alike|(${at}) and (${at}) alike|(${at}))$`,
    ).exec(each)!;
    const [, named, figure, number, one, other, lone] = found;
    const name = named ?? names![i]!;
    const top = topOf(netNamed(name, nets)!.cells, measure);
    const places = lone !== undefined ? [lone] : one !== undefined ? [one, other!] : undefined;
    return [
      ...expect(top.mean !== undefined && isFigure(figure!, top.mean), `${name}: best is ${top.mean}`),
      ...(places
        ? expect(
            places.length === top.cells.length && top.cells.every(cell => places.includes(cell.at)),
            `${name}: best at ${top.cells.map(cell => cell.at).join(', ')}`,
          )
        : expect(top.cells.length === numberIn(number!), `${name}: ${top.cells.length} tie`)),
    ];
  });
}

/** The highest mean among cells all of whose trials completed without blowing up, and the cells that have it. */
function topOf<Cell extends RawCell>(
  cells: readonly Cell[],
  measure: MeasureName,
): { mean: number | undefined; cells: Cell[] } {
  const able = cells.filter(({ trials }) =>
    trials.every(trial => trial.record.status === 'completed' && exploded(trial) === false),
  );
  const means = able
    .map(cell => ({ cell, mean: estimate(cell, measure).mean }))
    .filter(({ mean }) => !Number.isNaN(mean));
  const mean = means.length === 0 ? undefined : Math.max(...means.map(each => each.mean));
  return { mean, cells: means.filter(each => Math.abs(each.mean - mean!) <= 1e-12).map(({ cell }) => cell) };
}

const overviewForms: Form[] = [
  {
    name: 'counts of outcomes',
    pattern: () => `Of (${COUNT}) cells? (.*)\\.`,
    judge: ([, number, text], { nets }) => {
      const cells = cellsIn(nets);
      const items = listOf(text!, `${COUNT} ${OUTCOMES}`) ?? [];
      const counts = items.map(item => {
        const [, n, word] = new RegExp(`^(${COUNT}) (.*)$`).exec(item)!;
        return { n: numberIn(n!), outcome: OUTCOME_WORDS[word!]! };
      });
      return [
        ...expect(items.length > 0, 'no counts'),
        ...expect(cells.length === numberIn(number!), `${cells.length} cells`),
        ...expect(counts.reduce((sum, { n }) => sum + n, 0) === cells.length, 'the counts do not add up'),
        ...counts.flatMap(({ n, outcome }) =>
          expect(count(cells, outcome) === n, `${count(cells, outcome)} ${outcome}`),
        ),
      ];
    },
    claims: ([, , text]) =>
      /\blearns?\b/.test(text!.replace(/(?:do|does) not learn/g, '')) ? ['learner'] : [],
  },
  {
    name: 'best of many nets',
    pattern: () =>
      `Best on (validation|training) images: (${ESTIMATE}) with (.*?)(?:, and (${COUNT}) other cells? the same)?\\.`,
    judge: ([, images, text, settings, ties], { nets }) => {
      const measure = images === 'validation' ? 'bestValAccuracy' : 'bestTrainAccuracy';
      const top = topOf(cellsIn(nets), measure);
      const cell = top.cells.find(({ axes }) => settingsText(axes) === settings);
      if (!cell) return [`best is at ${top.cells.map(({ axes }) => settingsText(axes)).join('; ')}`];
      return [
        ...estimateFaults(text!, estimate(cell, measure), true, settings!),
        ...expect(top.cells.length - 1 === numberIn(ties ?? '0'), `${top.cells.length} tie`),
      ];
    },
  },
];

const trendForm: Form = {
  name: 'trends',
  pattern: ({ nets }) =>
    nets.axis === undefined
      ? undefined
      : `Along ${axisOf(nets)}, (${MEASURE})(, each after its own epochs)?: (.*) \\(ends against each other, inner values against both(?:, corrected for (${COUNT}) comparisons)?\\)\\.`,
  judge: ([, measureText, ownEnds, text, corrected], { run, nets }) => {
    const measure = measureNamed(measureText!)!;
    const { trends, size } = trendsOf(nets, measure);
    const at = placesOf(nets);
    const clauses = text!.split('; ');
    const clause = `(?:(rises|falls) from (${ESTIMATE}) at (${at}) to (${ESTIMATE}) at (${at})|is (higher|lower) at (${at}) \\((${ESTIMATE})\\) than at both ends)`;
    return [
      ...expect(
        measure === usualMeasure(run.trials.filter(({ record }) => record)),
        `${measure} is not what is compared`,
      ),
      ...expect(numberIn(corrected ?? '1') === size, `corrected for ${size}`),
      ...expect(clauses.length === trends.length, `${trends.length} nets along the axis`),
      ...expect(
        (ownEnds !== undefined) === Boolean(nets.axis?.keys.includes('epochs')),
        'each after its own epochs',
      ),
      ...clauses.flatMap(each => {
        const found = new RegExp(`^(${namesOf(nets)}):? (.*)$`).exec(each);
        const trend = found && trends.find(({ net }) => net.name === found[1]);
        if (!trend) return [`no trend of a net: ${each}`];
        const { cells } = trend.net;
        const [first, last] = [cells[0]!, cells.at(-1)!];
        if (found[2] === 'no trend told apart')
          return expect(
            !trend.slope && trend.above.length + trend.below.length === 0,
            `${trend.net.name} shows one`,
          );
        const parts = listOf(found[2]!, clause.replace(/\((?!\?)/g, '(?:').replaceAll('\\(?:', '\\('));
        if (!parts) return [`cannot be read: ${found[2]}`];
        const said = parts.map(part => new RegExp(`^${clause}$`).exec(part)!);
        return [
          ...expect(
            said.some(part => part[1] !== undefined) === (trend.slope !== undefined),
            `${trend.net.name}: slope ${trend.slope}`,
          ),
          ...expect(
            said.some(part => part[6] === 'higher') === trend.above.length > 0,
            `${trend.net.name}: ${trend.above.length} above both ends`,
          ),
          ...expect(
            said.some(part => part[6] === 'lower') === trend.below.length > 0,
            `${trend.net.name}: ${trend.below.length} below both ends`,
          ),
          ...said.flatMap(([, slope, from, fromAt, to, toAt, side, place, figure]) => {
            if (slope !== undefined)
              return [
                ...expect(slope === trend.slope, `${trend.net.name} ${trend.slope}`),
                ...expect(fromAt === first.at && toAt === last.at, `ends ${first.at} and ${last.at}`),
                ...estimateFaults(from!, estimate(first, measure), isShare(measure), 'first'),
                ...estimateFaults(to!, estimate(last, measure), isShare(measure), 'last'),
              ];
            const among = side === 'higher' ? trend.above : trend.below;
            const cell = among.find(one => one.at === place);
            if (!cell) return [`${place} is not ${side} than both ends`];
            const mean = (one: RawCell) => estimate(one, measure).mean * (side === 'higher' ? 1 : -1);
            return [
              ...estimateFaults(figure!, estimate(cell, measure), isShare(measure), place!),
              ...expect(
                among.every(one => mean(one) <= mean(cell) + 1e-12),
                `${place} is not the most ${side}`,
              ),
            ];
          }),
        ];
      }),
    ];
  },
  claims: ([, , , text]) => (/rises|falls|is higher|is lower/.test(text!) ? ['trend'] : []),
};

const figureForms: Form[] = [
  {
    name: 'figures at the end',
    pattern: () => `(Training|Validation) accuracy at the end(?: by (.*?))?: (.*)\\.`,
    judge: ([, images, axis, text], { nets }) => {
      const measure = images === 'Training' ? 'lastTrainAccuracy' : 'lastValAccuracy';
      const item = `(?:${namesOf(nets)} ${ESTIMATE}(?: at ${placesOf(nets)}(?:, ${ESTIMATE} at ${placesOf(nets)})?)?)`;
      const items = axis === undefined ? listOf(text!, item) : text!.split('; ');
      return [
        ...expect(axis === nets.axis?.label, `the axis is ${nets.axis?.label}`),
        ...(items ?? [text!]).flatMap(each => {
          const at = placesOf(nets);
          const found = new RegExp(
            `^(${namesOf(nets)}) (${ESTIMATE})(?: at (${at})(?:, (${ESTIMATE}) at (${at}))?)?$`,
          ).exec(each);
          if (!found) return [`cannot be read: ${each}`];
          const [, name, first, firstAt, last, lastAt] = found;
          const { cells } = netNamed(name!, nets)!;
          return [
            ...estimateFaults(first!, estimate(cells[0]!, measure), true, `${name} ${firstAt}`),
            ...expect(firstAt === undefined || cells[0]!.at === firstAt, `${name} begins at ${cells[0]!.at}`),
            ...(last === undefined
              ? expect(cells.length === 1, `${name} has ${cells.length} cells`)
              : [
                  ...estimateFaults(last, estimate(cells.at(-1)!, measure), true, `${name} ${lastAt}`),
                  ...expect(cells.at(-1)!.at === lastAt, `${name} ends at ${cells.at(-1)!.at}`),
                ]),
          ];
        }),
      ];
    },
  },
  {
    name: 'losses',
    pattern: () => `Mean loss of the last epoch: (.*)\\.`,
    judge: ([, text], { nets }) =>
      (listOf(text!, `${namesOf(nets)} ${FIG}`) ?? ['?']).flatMap(item => {
        const found = new RegExp(`^(${namesOf(nets)}) (${FIG})$`).exec(item);
        if (!found) return [`cannot be read: ${text}`];
        return bestOfFaults(netNamed(found[1]!, nets)!.cells, cell =>
          meanFaults(found[2]!, cell, 'lastEpochTrainLoss', item),
        );
      }),
  },
];

const seedsOf = ({ run }: Subject): number =>
  new Set(run.trials.filter(({ record }) => record).map(({ seed }) => seed)).size;
const failedOf = ({ run }: Subject): number =>
  run.trials.filter(({ record }) => record?.status === 'failed').length;

const trustForms: Form[] = [
  {
    name: 'nothing',
    pattern: () => 'No trial has run\\.',
    judge: (_, { nets }) => expect(nets.nets.length === 0, 'some trial has run'),
  },
  {
    name: 'one seed',
    pattern: () =>
      'One seed: small differences cannot be told from chance\\. Six replicates would show the spread\\.',
    judge: (_, subject) => expect(seedsOf(subject) === 1, `${seedsOf(subject)} seeds`),
  },
  {
    name: 'seeds of an uncompared run',
    pattern: () => `(${COUNT}) seeds; ± is half the 95 % t interval over them\\.`,
    judge: ([, seeds], subject) => expect(seedsOf(subject) === numberIn(seeds!), `${seedsOf(subject)} seeds`),
  },
  {
    name: 'failed trials',
    pattern: () => `(${COUNT}) trials? failed and (?:is|are) left out\\.`,
    judge: ([, failed], subject) =>
      expect(failedOf(subject) === numberIn(failed!), `${failedOf(subject)} failed`),
  },
  {
    name: 'synthetic',
    pattern: () => 'The images are synthetic: this says nothing about CIFAR-10\\.',
    judge: (_, { run }) => expect(run.data === 'synthetic data', `the data are ${run.data}`),
  },
];

// Forms of a comparison

const verdictWord = (verdict: Verdict, { margin }: Family): string =>
  verdict === 'equivalent' ? `equivalent within ${margin}` : verdict;

const cellForm: Form = {
  name: 'one comparison',
  pattern: ({ family }) =>
    family &&
    `(${MEASURE}) of (.+) (${FIG}), of (.+) (${FIG})(, each after its own .*? epochs)?: difference (${FIG})(?: \\((one seed)\\)|( in both seeds, which is no verdict)| \\(95 % interval (${FIG}) to (${FIG})(?:, (${COUNT}) of (${COUNT}) pairs agree)?, (corrected )?p (${P}), (9,999 sampled )?sign flips (${P})(?:; by more than (\\S+) worse (${P}), better (${P}))?\\): (.+))\\.`,
  judge: (match, subject) => {
    const family = subject.family!;
    const [, measureText, name, mean, other, otherMean, ends, difference] = match;
    const named = family.compared.filter(one =>
      sides(one, subject).some(([a, b]) => a === name && b === other),
    );
    return [
      ...expect(measureNamed(measureText!) === family.measure, `compared is ${textOf(family.measure)}`),
      ...bestOfFaults(named, one => [
        ...expect(isFigure(mean!, sampleOf(one.a).mean), `${name}: ${sampleOf(one.a).mean}`),
        ...expect(isFigure(otherMean!, sampleOf(one.b).mean), `${other}: ${sampleOf(one.b).mean}`),
        ...expect(isFigure(difference!, one.difference.mean), `difference ${one.difference.mean}`),
        ...endsFaults(one, ends !== undefined),
        ...spreadFaults(match, one, family),
      ]),
    ];
  },
  claims: ([text]) => (/: (?:better|worse)\.$/.test(text) ? ['difference'] : []),
};

/** The names that a comparison's two sides may have. */
const sides = (one: Compared, { runs }: Subject): (readonly [string, string])[] =>
  runs && one.candidateName === one.baselineName
    ? [['the second run', 'the first']]
    : [[one.candidateName, one.baselineName]];

const endsFaults = (one: Compared, isSaid: boolean): string[] =>
  expect(
    isSaid === (one.candidate.settings.epochs !== one.baseline.settings.epochs),
    `epochs ${one.candidate.settings.epochs} and ${one.baseline.settings.epochs}`,
  );

function spreadFaults(match: RegExpExecArray, one: Compared, family: Family): string[] {
  const [oneSeed, both, low, high, agree, of, corrected, p, sampled, flips, margin, worse, better, verdict] =
    match.slice(8);
  const { difference, seeds, a, b } = one;
  if (oneSeed !== undefined) return expect(one.verdict === 'one seed', `${seeds.length} seeds`);
  if (both !== undefined) return expect(one.verdict === 'two equal differences', `verdict ${one.verdict}`);
  const signs = a.map((value, i) => Math.sign(value - b[i]!));
  const alike = signs.filter(sign => sign === Math.sign(difference.mean)).length;
  const exact = seeds.length <= 16;
  return [
    ...expect(
      isFigure(low!, difference.low) && isFigure(high!, difference.high),
      `interval ${difference.low} to ${difference.high}`,
    ),
    ...expect(
      agree === undefined
        ? difference.mean === 0
        : alike === numberIn(agree) && seeds.length === numberIn(of!),
      `${alike} of ${seeds.length} agree`,
    ),
    ...expect((corrected !== undefined) === family.size > 1, `corrected for ${family.size}`),
    ...expect(isProbability(p!, one.adjusted), `p ${one.adjusted}`),
    ...expect((sampled !== undefined) === !exact, 'sampled or not'),
    ...flipFaults(flips!, one),
    ...(margin === undefined
      ? []
      : [
          ...expect(Number(margin) === family.margin, `margin ${family.margin}`),
          ...expect(
            isProbability(worse!, one.probabilities!.worse) &&
              isProbability(better!, one.probabilities!.better),
            `P ${one.probabilities!.worse} and ${one.probabilities!.better}`,
          ),
        ]),
    ...expect(
      verdict === verdictWord(one.verdict, family),
      `verdict ${one.verdict} (p ${one.p}, corrected ${one.adjusted})`,
    ),
  ];
}

/** The exact share; from a sample of 9,999 within five of its standard errors. */
export function flipFaults(text: string, { a, b }: Compared): string[] {
  const differences = a.map((value, i) => value - b[i]!);
  if (differences.length > 22) return [];
  const share = signFlipShare(differences);
  const tolerance = differences.length > 16 ? 5 * Math.sqrt((share * (1 - share) + 1e-4) / 9999) : 0;
  return expect(isProbability(text, share, tolerance), `sign flips ${share}`);
}

/** Why two cells are not compared, as it is said. */
function reasonFaults(reason: string, one: Compared, subject: Subject): string[] {
  const family = subject.family!;
  const told = ({ outcome }: RawCell) =>
    outcome === 'at chance' || outcome === 'blows up' || outcome === 'failed';
  const [mine, theirs] = [netOf(one.candidate, family.differs), netOf(one.baseline, family.differs)];
  const names = mine === theirs ? ['the second run', 'the first'] : [mine, theirs];
  const words: Readonly<Partial<Record<Outcome, string>>> = {
    'at chance': 'is at chance',
    'blows up': 'blows up',
    failed: 'failed',
  };
  const outcomes = [one.candidate, one.baseline].flatMap((cell, i) =>
    told(cell) ? [`${names[i]} ${words[cell.outcome]}`] : [],
  );
  const right =
    outcomes.length > 0
      ? outcomes.join(' and ')
      : one.unequal > 0
        ? 'the best of unequally many evaluations; compare '
        : one.leftOut > 0
          ? `no seed has a finite ${textOf(family.measure)} of both`
          : 'they share no seed';
  return expect(
    reason === right || (right.endsWith('compare ') && reason.startsWith(right)),
    `the reason is: ${right}`,
  );
}

const uncomparedForm: Form = {
  name: 'not compared',
  pattern: ({ family }) => family && '.+ and .+ are not compared: .+\\.',
  // The names may hold " and " themselves, so that they are tried one by one.
  judge: ([whole], subject) => {
    const named = subject.family!.compared.flatMap(one =>
      sides(one, subject).flatMap(([a, b]) => {
        const start = `${capitalized(a)} and ${b} are not compared: `;
        return whole.startsWith(start) ? [{ one, reason: whole.slice(start.length, -1) }] : [];
      }),
    );
    return bestOfFaults(named, ({ one, reason }) => [
      ...expect(one.verdict === 'not compared', `verdict ${one.verdict}`),
      ...reasonFaults(reason, one, subject),
    ]);
  },
};

const cellsForm: Form = {
  name: 'several comparisons',
  pattern: ({ family }) =>
    family &&
    `(?:(The second run against the first)|(.+) against (.+)), (${MEASURE})(, each after its own epochs,)? at (${COUNT}) cells: (.*)\\.`,
  judge: ([whole, second, , , measureText, ends, number, text], subject) => {
    const family = subject.family!;
    const groups = new Map<string, Compared[]>();
    for (const one of family.compared) {
      const name = netOf(one.candidate, family.differs);
      groups.set(name, [...(groups.get(name) ?? []), one]);
    }
    const members = [...groups.values()].filter(([first]) => {
      const [mine, theirs] = [
        netOf(first!.candidate, family.differs),
        netOf(first!.baseline, family.differs),
      ];
      return second !== undefined
        ? mine === theirs
        : whole.startsWith(`${capitalized(mine)} against ${theirs}, `);
    });
    return bestOfFaults(members, group => [
      ...expect(measureNamed(measureText!) === family.measure, `compared is ${textOf(family.measure)}`),
      ...expect(group.length === numberIn(number!), `${group.length} cells`),
      ...expect(
        (ends !== undefined) ===
          group.some(one => one.candidate.settings.epochs !== one.baseline.settings.epochs),
        'epochs',
      ),
      ...expect(
        new Set(group.map(one => netOf(one.baseline, family.differs))).size === 1,
        'several baselines',
      ),
      ...countFaults(text!, group, subject),
    ]);
  },
  claims: ([, , , , , , , text]) => (/\b(?:better|worse) at \d/.test(text!) ? ['difference'] : []),
};

function countFaults(text: string, group: readonly Compared[], subject: Subject): string[] {
  const family = subject.family!;
  const pattern = new RegExp(
    `(?:^|, | and )(?:(better|worse|equivalent within (\\S+)|not told apart|two equal differences) at (${COUNT})|(with one seed )(?:higher at (${COUNT}))?(?:(?:, | and )?lower at (${COUNT}))?(?:(?:, | and )?the same at (${COUNT}))?|not compared at (${COUNT}) \\((.*)\\)$)`,
    'g',
  );
  const faults: string[] = [];
  let [rest, all] = [text, 0];
  for (const found of text.matchAll(pattern)) {
    rest = rest.replace(found[0], '');
    const [, word, margin, number, one, higher, lower, same, not, reasons] = found;
    if (word !== undefined) {
      const wanted = margin === undefined ? word : 'equivalent';
      const seen = group.filter(({ verdict }) => verdict === wanted).length;
      faults.push(...expect(seen === numberIn(number!), `${wanted} at ${seen}`));
      if (margin !== undefined)
        faults.push(...expect(Number(margin) === family.margin, `margin ${family.margin}`));
      all += numberIn(number!);
    } else if (one !== undefined) {
      const alone = group.filter(({ verdict }) => verdict === 'one seed');
      for (const [sign, said] of [
        [1, higher],
        [-1, lower],
        [0, same],
      ] as const) {
        const seen = alone.filter(({ difference }) => Math.sign(difference.mean) === sign).length;
        faults.push(...expect(seen === numberIn(said ?? '0'), `sign ${sign} at ${seen}`));
        all += numberIn(said ?? '0');
      }
    } else {
      const left = group.filter(({ verdict }) => verdict === 'not compared');
      faults.push(
        ...expect(left.length === numberIn(not!), `not compared at ${left.length}`),
        ...reasonsFaults(reasons!, left, subject),
      );
      all += numberIn(not!);
    }
  }
  return [
    ...faults,
    ...expect(rest === '', `cannot be read: ${rest}`),
    ...expect(all === group.length, `${all} of ${group.length} are counted`),
  ];
}

/** `the plain net is at chance at 9; the plain net blows up at 4`. */
function reasonsFaults(text: string, group: readonly Compared[], subject: Subject): string[] {
  // "the best of unequally many evaluations; compare .." holds a semicolon itself.
  const parts = text.split(/; (?!compare )/).map(part => /^(.*) at ([\d,]+)$/.exec(part));
  if (parts.some(part => !part)) return [`cannot be read: ${text}`];
  return [
    ...parts.flatMap(part => {
      const seen = group.filter(one => reasonFaults(part![1]!, one, subject).length === 0).length;
      return expect(seen === numberIn(part![2]!), `${part![1]} at ${seen}`);
    }),
    ...expect(
      parts.reduce((sum, part) => sum + numberIn(part![2]!), 0) === group.length,
      'the reasons do not add up',
    ),
  ];
}

const pairCounts = ({ compared }: Family): number[] => compared.map(({ seeds }) => seeds.length);

const comparisonForms: Form[] = [
  {
    name: 'correction',
    pattern: ({ family }) =>
      family &&
      `The verdicts are corrected for (${COUNT}) comparisons \\(paired t tests, Holm; p at most \\.05\\)\\.`,
    judge: ([, number], { family }) =>
      expect(family!.size === numberIn(number!), `corrected for ${family!.size}`),
  },
  {
    name: 'no pairs',
    pattern: ({ family }) => family && 'No seed has the figure on both sides\\.',
    judge: (_, { family }) =>
      expect(
        pairCounts(family!).every(n => n === 0),
        'some seed has',
      ),
  },
  {
    name: 'one pair each',
    pattern: ({ family }) => family && 'One seed: how much other seeds would differ cannot be told\\.',
    judge: (_, { family }) =>
      expect(Math.max(...pairCounts(family!)) === 1, `${Math.max(...pairCounts(family!))} seeds`),
  },
  {
    name: 'what varied',
    pattern: ({ family }) =>
      family &&
      `Over (${COUNT})(?: to (${COUNT}))? seeds of weights and minibatches(?:, on the same (?:(${COUNT}) training)?(?: and )?(?:(${COUNT}) validation)? images)?\\.( Pairs share a seed but not draws\\.)?`,
    judge: ([, least, most, training, validation, draws], { run, family }) => {
      const counts = pairCounts(family!).filter(n => n > 0);
      const only = (values: readonly number[]) => (new Set(values).size === 1 ? values[0] : undefined);
      const images = only(family!.trials.map(({ settings }) => Number(settings.trainImages)));
      const checked = only(family!.trials.map(trial => trial.validationImages));
      return [
        ...expect(
          Math.min(...counts) === numberIn(least!) && Math.max(...counts) === numberIn(most ?? least!),
          `${Math.min(...counts)} to ${Math.max(...counts)} seeds`,
        ),
        ...expect(
          images === (training === undefined ? undefined : numberIn(training)),
          `${images} training images`,
        ),
        ...expect(
          checked === (validation === undefined ? undefined : numberIn(validation)),
          `${checked} validation images`,
        ),
        ...expect((draws !== undefined) === (run.stream === 'notebook'), `stream ${run.stream}`),
      ];
    },
  },
  {
    name: 'more seeds',
    pattern: ({ family }) =>
      family && 'Run it again with --replicates 6 for intervals and verdicts; what has run is kept\\.',
    judge: (_, { family }) =>
      expect(
        pairCounts(family!).every(n => n < 2),
        'some have several seeds',
      ),
  },
  {
    name: 'seeds needed',
    pattern: ({ family }) =>
      family &&
      `By the spread seen, about (${COUNT})(?: to (${COUNT}))? seeds(?:, depending on the cell,)? would tell a difference of (\\S+) in one cell apart\\.`,
    judge: ([, least, most, margin], { family }) => {
      const needed = family!.compared
        .filter(({ verdict, difference }) => verdict !== 'not compared' && difference.sd > 0)
        .map(({ difference }) => seedsNeeded(Number(margin), difference.sd));
      const [low, high] = [Math.min(...needed), Math.max(...needed)];
      return [
        ...expect(low === numberIn(least!) && high === numberIn(most ?? least!), `${low} to ${high} seeds`),
        ...expect(Number(margin) === (family!.margin ?? 0.01), `margin ${family!.margin}`),
      ];
    },
  },
  {
    name: 'pairs without a figure',
    pattern: ({ family }) =>
      family && `(${COUNT}) pairs? left out: one of the two has no finite (${MEASURE})\\.`,
    judge: ([, number, measure], { family }) => {
      const left = family!.compared.reduce((sum, one) => sum + one.leftOut, 0);
      return expect(
        left === numberIn(number!) && measureNamed(measure!) === family!.measure,
        `${left} pairs`,
      );
    },
  },
  {
    name: 'pairs of unequal length',
    pattern: ({ family }) =>
      family && `(${COUNT}) pairs? left out: the best of unequally many evaluations\\.`,
    judge: ([, number], { family }) => {
      const left = family!.compared.reduce((sum, one) => sum + one.unequal, 0);
      return expect(left === numberIn(number!), `${left} pairs`);
    },
  },
  {
    name: 'trials without a partner',
    pattern: ({ family }) => family && `(${COUNT}) trials? left out: the other side lacks the seed\\.`,
    judge: ([, number], { family }) => {
      const left = family!.compared.reduce((sum, one) => sum + one.unpaired, 0);
      return expect(left === numberIn(number!), `${left} trials`);
    },
  },
  {
    name: 'cells without a partner',
    pattern: ({ family }) => family && `(${COUNT}) cells? without a partner (?:is|are) not compared: (.*)\\.`,
    judge: ([, number, text], { family }) => {
      const names = family!.lonely.map(({ axes }) => settingsText(axes) || 'the whole run');
      const [, shown, more] = /^(.*?)(?: and (\d+) more)?$/.exec(text!)!;
      const said = shown!.split('; ');
      return [
        ...expect(names.length === numberIn(number!), `${names.length} cells`),
        ...expect(
          said.every(name => names.includes(name)) && said.length + numberIn(more ?? '0') === names.length,
          `they are ${names.join('; ')}`,
        ),
      ];
    },
  },
];

/** Zar's formula: the least n >= 2 with n >= ((t[.975] + t[.8]) sd / margin)^2, t with n - 1 degrees of freedom. */
export function seedsNeeded(margin: number, sd: number): number {
  const needed = (n: number) => (((criticalT(0.05, n - 1) + criticalT(0.4, n - 1)) * sd) / margin) ** 2;
  let [low, high] = [1, 2];
  while (needed(high) > high) [low, high] = [high, high * 2];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (needed(middle) > middle) low = middle;
    else high = middle;
  }
  return high;
}

const forms: readonly Form[] = [
  ...trustForms,
  outcomeForm,
  everywhereForm,
  rangeForm,
  failureForm,
  ...someSeedsForms,
  ...bestForms,
  ...overviewForms,
  trendForm,
  ...figureForms,
  cellForm,
  uncomparedForm,
  cellsForm,
  ...comparisonForms,
];
