/** The forms of the sentences of a finding: outcomes, trends, figures, and how far to trust them. */
import { estimate, exploded, figureOf, type MeasureName, type RawCell } from './facts.ts';
import { type Nets, type RawNet, trendsOf, usualMeasure } from './families.ts';
import {
  axisOf,
  bestOfFaults,
  COUNT,
  cellsIn,
  count,
  ESTIMATE,
  eachPart,
  estimateFaults,
  expect,
  FIG,
  type Form,
  isShare,
  MEASURE,
  meanFaults,
  measureNamed,
  namesOf,
  netNamed,
  OUTCOME_WORDS,
  OUTCOMES,
  placesOf,
  type Subject,
  stretchOf,
} from './judging.ts';
import { isFigure, listOf, numberIn, regexOf, settingsText } from './words.ts';

const outcomeForm: Form = {
  name: 'outcomes of nets',
  pattern: ({ nets }) =>
    nets.axis === undefined ? `(${namesOf(nets)} ${OUTCOMES}(?: \\([^;]*\\))?(?:; .*)?)\\.` : undefined,
  judge: ([, text], { nets }) => [
    ...expect(
      text!.split('; ').length === nets.nets.flatMap(({ cells }) => cells).length,
      'not every net is named',
    ),
    ...eachPart(text!, [
      [
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
      ],
    ]),
  ],
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

/** Whether the data's part of a trial's loss is that of guessing. */
function isGuess(trial: RawCell['trials'][number]): boolean {
  if (trial.record.status === 'failed') return true;
  const loss =
    trial.settings.reg === 0 ? figureOf(trial, 'lastEpochTrainLoss') : trial.record.lastEpochDataLoss;
  return loss !== undefined && Math.abs(loss - Math.log(10)) < 0.05;
}

/** All the values of a net, or of a part of its axis. */
const EVERY = `(?:both values|all ${COUNT} values|either value|any of the ${COUNT} values)`;
const everyIn = (text: string): number =>
  /both|either/.test(text) ? 2 : numberIn(regexOf(COUNT).exec(text)![0]);

const REASON = `(?: \\((?:loss ln 10 = 2\\.303, a guess|first loss ${FIG}(?: to ${FIG})?)\\))?`;

/** Whether what is said in brackets holds for all of these cells: the loss of a guess, or the span of their first losses. */
function reasonFaults(reason: string, cells: readonly RawCell[], name: string): string[] {
  if (reason === '') return [];
  const [, low, high] = regexOf(`first loss (${FIG})(?: to (${FIG}))?`).exec(reason) ?? [];
  if (low === undefined)
    return expect(
      cells.every(cell => cell.trials.every(isGuess)),
      `${name}: some loss is not ln 10`,
    );
  const losses = cells.flatMap(cell => cell.trials.flatMap(trial => figureOf(trial, 'initialLoss') ?? []));
  const [least, most] = [Math.min(...losses), Math.max(...losses)];
  return expect(
    isFigure(low, least) && isFigure(high ?? low, most),
    `${name}: first losses ${least} to ${most}`,
  );
}

const rangeForm: Form = {
  name: 'range of learning',
  pattern: ({ nets }) =>
    nets.axis === undefined ? undefined : `(${namesOf(nets)} ${OUTCOMES} (?:only |up to |from |at ).*)\\.`,
  judge: ([, text], { nets }) => {
    const [at, axis, names] = [placesOf(nets), axisOf(nets), namesOf(nets)];
    const key = `(?:${axis} )?`;
    const span = `(?: of ${axis})?(?: from (${at}) to (${at}))?`;
    const spanFaults = (
      cells: RawNet['cells'],
      from: string | undefined,
      to: string | undefined,
      name: string,
    ) =>
      expect(
        from === undefined ? cells.length === 1 : from === cells[0]!.at && to === cells.at(-1)!.at,
        `${name}: its values are ${cells[0]!.at} to ${cells.at(-1)!.at}`,
      );
    return [
      ...expect(text!.split('; ').length === nets.nets.length, 'not every net is named'),
      ...eachPart(text!, [
        [
          `(${names}) (${OUTCOMES}) at (${EVERY})${span}(${REASON})`,
          ([, name, word, every, from, to, reason]) => {
            const { cells } = netNamed(name!, nets)!;
            return [
              ...expect(count(cells, OUTCOME_WORDS[word!]!) === cells.length, `${name}: not all ${word}`),
              ...expect(everyIn(every!) === cells.length, `${name} has ${cells.length} values`),
              ...spanFaults(cells, from, to, name!),
              ...reasonFaults(reason!, cells, name!),
            ];
          },
        ],
        [
          `(${names}) (.*) of the (${COUNT}) values${span}`,
          ([, name, list, number, from, to]) => {
            const { cells } = netNamed(name!, nets)!;
            const items = listOf(list!, `${OUTCOMES} at ${COUNT}${REASON}`);
            if (!items) return [`cannot be read: ${list}`];
            const said = items.map(item => regexOf(`^(${OUTCOMES}) at (${COUNT})(${REASON})$`).exec(item)!);
            return [
              ...expect(numberIn(number!) === cells.length, `${name} has ${cells.length} values`),
              ...spanFaults(cells, from, to, name!),
              ...expect(
                said.reduce((sum, [, , n]) => sum + numberIn(n!), 0) === cells.length,
                'the counts do not add up',
              ),
              ...said.flatMap(([, word, n, reason]) => {
                const these = cells.filter(({ outcome }) => outcome === OUTCOME_WORDS[word!]);
                return [
                  ...expect(these.length === numberIn(n!), `${name}: ${word} at ${these.length}`),
                  ...reasonFaults(reason!, these, name!),
                ];
              }),
            ];
          },
        ],
        [
          `(${names}) learns (?:(only )?at ${key}(${at})|up to ${key}(${at})|from ${key}(${at}) up|(only )?from ${key}(${at}) to (${at}))(?: \\(and at (?:(${at})|(${COUNT}) others)\\))?(?:, undecided at (${COUNT}) values?)?`,
          ([, name, onlyAt, lone, upTo, fromUp, onlyFrom, from, to, also, others, doubt]) => {
            const { cells } = netNamed(name!, nets)!;
            const place = (wanted: string | undefined, usual: number) =>
              wanted === undefined ? usual : cells.findIndex(cell => cell.at === wanted);
            const [start, end] = [
              place(lone ?? fromUp ?? from, 0),
              place(lone ?? upTo ?? to, cells.length - 1),
            ];
            const longest = stretchOf(cells);
            const undecided = count(cells, 'undecided');
            const outside = cells.filter(({ outcome }, i) => outcome === 'learns' && (i < start || i > end));
            return [
              ...expect(
                start >= 0 &&
                  end >= start &&
                  cells.slice(start, end + 1).every(({ outcome }) => outcome === 'learns'),
                `${name} does not learn from ${cells[start]?.at} to ${cells[end]?.at}`,
              ),
              ...expect(
                longest !== undefined && longest[1] - longest[0] === end - start,
                `${name}: a longer stretch learns`,
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
              ...expect(undecided === numberIn(doubt ?? '0'), `${name} is undecided at ${undecided}`),
            ];
          },
        ],
        [
          `(${names}) (${OUTCOMES}) at ${key}(${at})(${REASON})`,
          ([, name, word, place, reason]) => {
            const { cells } = netNamed(name!, nets)!;
            return [
              ...expect(
                cells.length === 1 && cells[0]!.at === place,
                `${name} has the values ${cells.map(cell => cell.at).join(', ')}`,
              ),
              ...expect(cells[0]!.outcome === OUTCOME_WORDS[word!], `${name}: ${cells[0]!.outcome}`),
              ...reasonFaults(reason!, cells, name!),
            ];
          },
        ],
      ]),
    ];
  },
  claims: ([text]) => (/\blearns\b/.test(text) ? ['learner'] : []),
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
    if (!range) return [`${name} learns nowhere, and has no outside`];
    const [below, above] = [cells.slice(0, range[0]), cells.slice(range[1] + 1)];
    const at = placesOf(nets);
    const where = `(?:${EVERY}|${COUNT} of the ${COUNT} values|${at})`;
    const clause = `(?:does not learn|blows up|failed to run) at ${where}(?: below| above)?${REASON}`;
    const clauses = listOf(text!, clause);
    if (!clauses) return [`cannot be read: ${text}`];
    const told = clauses.flatMap(each => {
      const [, word, all, some, of, place, side, reason] = regexOf(
        `^(.*?) at (?:(${EVERY})|(${COUNT}) of the (${COUNT}) values|(${at}))( below| above)?(${REASON})$`,
      ).exec(each)!;
      const sides = side === ' below' ? [below] : side === ' above' ? [above] : [below, above];
      return bestOfFaults(sides, part => {
        const these = part.filter(({ outcome }) => outcome === OUTCOME_WORDS[word!]);
        const isTrue =
          place !== undefined
            ? part.length === 1 && these[0]?.at === place
            : all !== undefined
              ? these.length === part.length && part.length === everyIn(all)
              : these.length === numberIn(some!) && part.length === numberIn(of!);
        return [
          ...expect(isTrue, `${name}: ${word} at ${these.map(cell => cell.at).join(', ')} of ${part.length}`),
          ...reasonFaults(reason!, these, name!),
        ];
      });
    });
    const outcomes = new Set([...below, ...above].map(({ outcome }) => outcome));
    const named = new Set(clauses.map(each => OUTCOME_WORDS[regexOf(OUTCOMES).exec(each)![0]]));
    const missing = (['at chance', 'blows up', 'failed'] as const).filter(
      outcome => outcomes.has(outcome) && !named.has(outcome),
    );
    return [...told, ...expect(missing.length === 0, `${name}: not told: ${missing.join(', ')}`)];
  },
};

/** How many trials of a cell blew up, of how many that were measured. */
const blownOf = ({ trials }: RawCell) => ({
  blown: trials.filter(trial => exploded(trial) === true).length,
  measured: trials.filter(trial => exploded(trial) !== undefined).length,
});
const isMixed = (cell: RawCell): boolean => {
  const { blown, measured } = blownOf(cell);
  return blown > 0 && blown < measured;
};
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
    const found = regexOf(
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
        const [, n, word] = regexOf(`^(${COUNT}) (.*)$`).exec(item)!;
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
      const cell = top.cells.find(({ axes }) => settingsText(axes, nets.write) === settings);
      if (!cell)
        return [`best is at ${top.cells.map(({ axes }) => settingsText(axes, nets.write)).join('; ')}`];
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
  judge: ([, measureText, ownEnds, text, corrected], { run, nets, measure: usual }) => {
    const measure = measureNamed(measureText!)!;
    const { trends, size } = trendsOf(nets, measure);
    const at = placesOf(nets);
    const clauses = text!.split('; ');
    const clause = `(?:(rises|falls) from (${ESTIMATE}) at (${at}) to (${ESTIMATE}) at (${at})|is (higher|lower) at (${at}) \\((${ESTIMATE})\\) than at both ends)`;
    return [
      ...expect(
        measure === (usual ?? usualMeasure(run.trials.filter(({ record }) => record))),
        `${measure} is not what is compared`,
      ),
      ...expect(numberIn(corrected ?? '1') === size, `corrected for ${size}`),
      ...expect(clauses.length === trends.length, `${trends.length} nets along the axis`),
      ...expect(
        (ownEnds !== undefined) === Boolean(nets.axis?.keys.includes('epochs')),
        'each after its own epochs',
      ),
      ...clauses.flatMap(each => {
        const found = regexOf(`^(${namesOf(nets)}):? (.*)$`).exec(each);
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
        const said = parts.map(part => regexOf(`^${clause}$`).exec(part)!);
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
          const found = regexOf(
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
        const found = regexOf(`^(${namesOf(nets)}) (${FIG})$`).exec(item);
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
  {
    name: 'unofficial',
    pattern: () =>
      'The images are in the layout of CIFAR-10, but are not the official ones: figures are not those of CIFAR-10\\.',
    judge: (_, { run }) => expect(/unofficial/.test(run.data), `the data are ${run.data}`),
  },
];

export const findingForms: readonly Form[] = [
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
];
