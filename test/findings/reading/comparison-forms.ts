/** The forms of the sentences of a comparison: verdicts, what they were corrected for, and what was left out. */
import { criticalT, sampleOf, signFlipShare } from './arithmetic.ts';
import { measures, type Outcome, type RawCell } from './facts.ts';
import type { Compared, Family, Verdict } from './families.ts';
import {
  bestOfFaults,
  COUNT,
  expect,
  FIG,
  type Form,
  MEASURE,
  measureNamed,
  P,
  type Subject,
  textOf,
} from './judging.ts';
import { capitalized, isFigure, isProbability, numberIn, regexOf, settingsText } from './words.ts';

/** More seeds than a run can have. */
const BEYOND = 'more than 10,000';
const SEEDS = `${BEYOND}|${COUNT}`;

export const verdictWord = (verdict: Verdict, { margin }: Family): string =>
  verdict === 'equivalent' ? `equivalent within ${margin}` : verdict;

const cellForm: Form = {
  name: 'one comparison',
  pattern: ({ family }) =>
    family &&
    `(${MEASURE}) of (.+) (${FIG}), of (.+) (${FIG})(, each after its own .*? epochs)?: difference (${FIG})(?: \\((one seed)\\)|( in both seeds, which is no verdict)| \\(95 % interval (${FIG}) to (${FIG})(?:, (${COUNT}) of (${COUNT}) pairs agree)?, (corrected )?p (${P}), (9,999 sampled )?sign flips (${P})(?:; by more than (\\S+) worse (${P}), better (${P}))?\\): (.+))\\.`,
  judge: (match, subject) => {
    const family = subject.family!;
    const [, measureText, name, mean, other, otherMean, ends, difference] = match;
    const named = family.compared.filter(
      ({ names }) => names.candidate.side === name && names.baseline.side === other,
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
export function reasonFaults(reason: string, one: Compared, subject: Subject): string[] {
  const family = subject.family!;
  const told = ({ outcome }: RawCell) =>
    outcome === 'at chance' || outcome === 'blows up' || outcome === 'failed';
  const names = [one.names.candidate.net, one.names.baseline.net];
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
    const named = subject.family!.compared.flatMap(one => {
      const start = `${capitalized(one.names.candidate.side)} and ${one.names.baseline.side} are not compared: `;
      return whole.startsWith(start) ? [{ one, reason: whole.slice(start.length, -1) }] : [];
    });
    return bestOfFaults(named, ({ one, reason }) => [
      ...expect(one.verdict === 'not compared', `verdict ${one.verdict}`),
      ...reasonFaults(reason, one, subject),
    ]);
  },
};

const cellsForm: Form = {
  name: 'several comparisons',
  pattern: ({ family }) =>
    family && `(.+) against (.+), (${MEASURE})(, each after its own epochs,)? at (${COUNT}) cells: (.*)\\.`,
  judge: ([whole, , , measureText, ends, number, text], subject) => {
    const family = subject.family!;
    const groups = new Map<string, Compared[]>();
    for (const one of family.compared) {
      const name = one.names.candidate.net;
      groups.set(name, [...(groups.get(name) ?? []), one]);
    }
    const members = [...groups.values()].filter(([first]) => {
      const { candidate, baseline } = first!.names;
      return whole.startsWith(`${capitalized(candidate.net)} against ${baseline.net}, `);
    });
    return bestOfFaults(members, group => [
      ...expect(measureNamed(measureText!) === family.measure, `compared is ${textOf(family.measure)}`),
      ...expect(group.length === numberIn(number!), `${group.length} cells`),
      ...expect(
        (ends !== undefined) ===
          group.some(one => one.candidate.settings.epochs !== one.baseline.settings.epochs),
        'epochs',
      ),
      ...expect(new Set(group.map(one => one.names.baseline.net)).size === 1, 'several baselines'),
      ...countFaults(text!, group, subject),
    ]);
  },
  claims: ([, , , , , , text]) => (/\b(?:better|worse) at \d/.test(text!) ? ['difference'] : []),
};

function countFaults(text: string, group: readonly Compared[], subject: Subject): string[] {
  const family = subject.family!;
  const pattern = regexOf(
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
      `By the spread seen, (?:about )?(${SEEDS})(?: to (${SEEDS}))? seeds(?:, depending on the cell,)? would tell a difference of (\\S+) in one cell apart\\.`,
    judge: ([, least, most, margin], { family }) => {
      const needed = family!.compared
        .filter(({ verdict, difference }) => verdict !== 'not compared' && difference.sd > 0)
        .map(({ difference }) => seedsNeeded(Number(margin), difference.sd));
      const [low, high] = [Math.min(...needed), Math.max(...needed)];
      return [
        // "About": beyond a million degrees of freedom the t quantile may count as the normal one.
        ...expect(isAbout(low, least!) && isAbout(high, most ?? least!), `${low} to ${high} seeds`),
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
      const names = family!.lonely.map(({ axes }) => settingsText(axes, family!.write) || 'the whole run');
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

const isAbout = (value: number, text: string): boolean =>
  text === BEYOND ? value > 10_000 : value <= 10_000 && Math.abs(value - numberIn(text)) <= 1e-5 * value;

/** Zar's formula: the least n >= 2 with n >= ((t[.975] + t[.8]) sd / margin)^2, t with n - 1 degrees of freedom. */
export function seedsNeeded(margin: number, sd: number): number {
  const needed = (n: number) => (((criticalT(0.05, n - 1) + criticalT(0.4, n - 1)) * sd) / margin) ** 2;
  if (needed(10_000) > 10_000) return Number.POSITIVE_INFINITY;
  let [low, high] = [1, 2];
  while (needed(high) > high) [low, high] = [high, high * 2];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (needed(middle) > middle) low = middle;
    else high = middle;
  }
  return high;
}

export const comparisonSentenceForms: readonly Form[] = [
  cellForm,
  uncomparedForm,
  cellsForm,
  ...comparisonForms,
];

/** What is wrong with the rows of a comparison's table. */
export function comparisonTableFaults(
  heads: readonly string[],
  rows: readonly (readonly string[])[],
  family: Family,
): string[] {
  const { compared } = family;
  return [
    ...expect(rows.length === compared.length, `${compared.length} rows`),
    ...rows.flatMap((row, i) => {
      const one = compared[i];
      if (!one) return ['a row too many'];
      return heads.flatMap((head, column) =>
        cellFaults(head, row[column]!, one, family).map(
          fault => `row ${i + 1}, ${head} ${row[column]}: ${fault}`,
        ),
      );
    }),
  ];
}

function cellFaults(head: string, text: string, one: Compared, family: Family): string[] {
  const { a, b, difference, names, p, adjusted, probabilities, verdict } = one;
  const figure = (value: number) =>
    expect(Number.isNaN(value) ? text === '-' : isFigure(text, value), `it is ${value}`);
  const probability = (value: number | undefined) =>
    expect(
      value === undefined || Number.isNaN(value) ? text === '-' : isProbability(text, value),
      `it is ${value}`,
    );
  switch (head) {
    case 'baseline':
    case 'candidate':
      return expect(text === names[head].side, `it is ${names[head].side}`);
    case 'baseline mean':
      return figure(sampleOf(b).mean);
    case 'candidate mean':
      return figure(sampleOf(a).mean);
    case 'difference':
      return figure(difference.mean);
    case '95 % interval': {
      const [low, high] = text.split(' .. ');
      if (difference.n < 2) return expect(text === '-', 'no interval');
      return expect(
        isFigure(low!, difference.low) && isFigure(high ?? '', difference.high),
        `it is ${difference.low} to ${difference.high}`,
      );
    }
    case 'd_z': {
      const effect =
        difference.sd > 0 ? difference.mean / difference.sd : difference.mean === 0 ? 0 : Number.NaN;
      return expect(
        difference.n < 2 || Number.isNaN(effect)
          ? text === '-'
          : Math.abs(Number(text) - effect) <= 0.00501 + 1e-9 * Math.abs(effect),
        `it is ${effect}`,
      );
    }
    case 'better': {
      const sign = measures[family.measure].higher ? 1 : -1;
      const better = a.filter((value, i) => Math.sign(value - b[i]!) === sign).length;
      return expect(text === `${better} of ${a.length}`, `it is ${better}`);
    }
    case 'p':
      return probability(p);
    case 'adjusted p':
    case 'corrected p':
      return probability(adjusted);
    case 'sign flips': {
      if (Number.isNaN(p)) return expect(text === '-', 'it is not tested');
      const isSampled = a.length > 16;
      return [
        ...expect(text.startsWith('~') === isSampled, isSampled ? 'sampled' : 'exact'),
        ...flipFaults(text.replace('~', ''), one),
      ];
    }
    case 'P(worse)':
      return probability(probabilities?.worse);
    case 'P(equivalent)':
      return probability(probabilities?.equivalent);
    case 'P(better)':
      return probability(probabilities?.better);
    case 'verdict':
      return expect(text === verdictWord(verdict, family), `it is ${verdict} (corrected p ${adjusted})`);
    default:
      return ['an unknown column'];
  }
}
