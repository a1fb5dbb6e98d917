/** Judges the answers to the notebook's questions by the raw figures of their experiments. */

import { reasonFaults, verdictWord } from './comparison-forms.ts';
import {
  cellsOf,
  estimate,
  exploded,
  type MeasureName,
  type RawCell,
  type RawRun,
  type Value,
} from './facts.ts';
import { type Compared, type Family, familyBy } from './families.ts';
import { readWith, subjectOf } from './grammar.ts';
import { expect } from './judging.ts';
import { isFigure, normalizationName, regexOf, written } from './words.ts';

export type RawRuns = Readonly<Record<string, RawRun>>;

export interface Answered {
  readonly text: string;
  readonly form: string;
  readonly faults: readonly string[];
}

/** Judges the sentences of the answer to a question, in whatever order they stand. */
export function answerFaults(question: 1 | 2 | 4, sentences: readonly string[], runs: RawRuns): Answered[] {
  return sentences.map(text => {
    const found = forms[question].find(({ pattern }) => pattern.test(text));
    if (found) return { text, form: found.name, faults: found.judge(pattern(found.pattern, text), runs) };
    const subject = subjectOf(
      runs[
        question === 1
          ? 'question-1'
          : text.startsWith('Along batchSize with')
            ? 'question-2-updates'
            : 'question-2'
      ] ?? { trials: [], stream: 'paired', data: 'CIFAR-10', baseline: undefined, expect: [] },
    );
    const measure: MeasureName | undefined = question === 2 ? 'lastTrainAccuracy' : undefined;
    const { form, faults } = readWith(text, subject, measure);
    return { text, form, faults };
  });
}

const pattern = (regex: RegExp, text: string): RegExpExecArray => regex.exec(text)!;

interface AnswerForm {
  readonly name: string;
  readonly pattern: RegExp;
  judge(match: RegExpExecArray, runs: RawRuns): string[];
}

const withNets = (run: RawRun, nets: readonly string[]): RawRun => ({
  ...run,
  trials: run.trials.filter(({ settings }) => nets.includes(String(settings.normalization))),
});

/** The nets of a run against the plain one. */
const againstPlain = (run: RawRun, measure: MeasureName, nets: readonly string[]): Family =>
  familyBy(withNets(run, ['none', ...nets]), 'normalization', {
    baseline: { normalization: 'none' },
    measure,
  });

/** `better at 8 and 16, not compared (layer norm is at chance) at 1`: each verdict with the places that have it. */
function verdictsFaults(
  text: string,
  compared: readonly Compared[],
  placeOf: (one: Compared) => string,
  run: RawRun,
  family: Family,
): string[] {
  const subject = { ...subjectOf(run), family };
  const seen = new Set<Compared>();
  let rest = text;
  const faults: string[] = [];
  while (rest !== '') {
    const found =
      /^(?:, )?(?:not compared \((.*?)\)|(better|worse|not told apart|one seed|two equal differences)) at ((?:[^, ]+(?:, | and ))*[^, ]+)(?=$|, (?:not|better|worse|one|two))/.exec(
        rest,
      );
    if (!found) return [...faults, `cannot be read: ${rest}`];
    const [whole, reason, verdict, places] = found;
    rest = rest.slice(whole.length);
    for (const place of places!.split(/, | and /)) {
      const one = compared.find(each => placeOf(each) === place && !seen.has(each));
      if (!one) {
        faults.push(`no comparison at ${place}`);
        continue;
      }
      seen.add(one);
      if (reason === undefined)
        faults.push(
          ...expect(
            verdictWord(one.verdict, family) === verdict,
            `at ${place}: ${one.verdict} (corrected p ${one.adjusted})`,
          ),
        );
      else
        faults.push(
          ...expect(one.verdict === 'not compared', `at ${place}: ${one.verdict}`),
          ...reasonFaults(reason, one, subject),
        );
    }
  }
  return [...faults, ...expect(seen.size === compared.length, `${compared.length} comparisons`)];
}

const cellWith = (run: RawRun, settings: Readonly<Record<string, Value>>): RawCell | undefined =>
  cellsOf(run).find(cell =>
    Object.entries(settings).every(
      ([key, value]) => JSON.stringify(cell.settings[key]) === JSON.stringify(value),
    ),
  );

const AXES: Readonly<
  Record<string, { readonly run: string; readonly key: string; readonly text: (value: Value) => string }>
> = {
  width: { run: 'question-4-width', key: 'hiddenDims', text: value => String([value].flat()[0]) },
  depth: { run: 'question-4-depth', key: 'hiddenDims', text: value => String([value].flat().length) },
  reg: { run: 'question-4-reg', key: 'reg', text: String },
};

const enumeration = (items: readonly string[]): string =>
  items.length < 2 ? items.join() : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;

/** The mean over a cell's trials of a layer's figure at the first iteration. */
function layerMean(cell: RawCell | undefined, layer: number, name: string): number | undefined {
  const figures = (cell?.trials ?? []).flatMap(
    ({ record }) => record.diagnostics?.[0]?.layers[layer - 1]?.[name] ?? [],
  );
  return figures.length === 0 ? undefined : figures.reduce((sum, figure) => sum + figure, 0) / figures.length;
}

function growthOf(cell: RawCell | undefined): number | undefined {
  const depth = [cell?.settings.hiddenDims ?? []].flat().length;
  const [bottom, top] = [
    layerMean(cell, 2, 'preactivationGradientNorm'),
    layerMean(cell, depth, 'preactivationGradientNorm'),
  ];
  return depth < 3 || bottom === undefined || !top ? undefined : (bottom / top) ** (1 / (depth - 2));
}

/** Three digits, or two as a power of ten; `-` if there is none. */
const isSize = (text: string, value: number | undefined): boolean =>
  value === undefined
    ? text === '-'
    : Math.abs(Number(text) - value) <= (/e/.test(text) ? 0.06 : 0.0051) * Math.abs(value) + 1e-12;

const forms: Readonly<Record<1 | 2 | 4, readonly AnswerForm[]>> = {
  1: [
    {
      name: 'where the plain net trains best',
      pattern:
        /^The best training accuracy of the plain net is highest at (.*), where each layer's gain is (.*); theory's critical scale, with gain 1, is sqrt\(2\/(\d+)\) = (\S+)\.$/,
      judge: ([, at, gain, width, scale], runs) => {
        const plain = cellsOf(runs['question-1']!).filter(
          ({ settings }) => settings.normalization === 'none',
        );
        const able = plain
          .filter(({ trials }) =>
            trials.every(trial => trial.record.status === 'completed' && exploded(trial) === false),
          )
          .map(cell => ({ cell, mean: estimate(cell, 'bestTrainAccuracy').mean }));
        const best = Math.max(...able.map(({ mean }) => mean));
        const ties = able.filter(({ mean }) => Math.abs(mean - best) <= 1e-12).map(({ cell }) => cell);
        const widths = [ties[0]?.settings.hiddenDims ?? []].flat() as number[];
        const scales = ties.map(({ settings }) => Number(settings.weightScale));
        const gains = gain!.split(/, | and /);
        return [
          ...expect(
            at!.split(/, | and /).join() === scales.map(s => written(s)).join(),
            `highest at ${scales.join(', ')}`,
          ),
          ...expect(
            gains.length === scales.length &&
              scales.every((s, k) => isSize(gains[k]!, s * Math.sqrt(widths[0]! / 2))),
            `gains of ${scales.join(', ')}`,
          ),
          ...expect(
            Number(width) === widths.at(-1) && written(Math.sqrt(2 / widths.at(-1)!)) === scale,
            `sqrt(2/${widths.at(-1)})`,
          ),
        ];
      },
    },
    {
      name: 'share of epsilon',
      pattern:
        /^At (\S+) epsilon is (\S+) % of var \+ eps in layer (\d+): (?:batch norm is practically off when training starts, and the first steps correct that \(the update is (\S+) times the weights\)|(it hardly matters))\.$/,
      judge: ([, at, share, layer, update, hardly], runs) => {
        const run = runs['question-1']!;
        const least = Math.min(...cellsOf(run).map(({ settings }) => Number(settings.weightScale)));
        const cell = cellWith(run, { normalization: 'batchnorm', weightScale: least });
        const mean = layerMean(cell, Number(layer), 'epsilonShare');
        return [
          ...expect(written(least) === at, `the least is ${least}`),
          ...expect(mean !== undefined && Math.abs(Number(share) - 100 * mean) <= 0.0501, `it is ${mean}`),
          ...expect((hardly !== undefined) === mean! <= 0.5, 'off or not'),
          ...(update === undefined
            ? []
            : expect(isSize(update, layerMean(cell, Number(layer), 'updateRatio')), 'update')),
        ];
      },
    },
    {
      name: 'another epsilon',
      pattern: /^Against an epsilon of 1e-5 with the weights at (\S+), the best training accuracy is (.*)\.$/,
      judge: ([, at, text], runs) => {
        const run = runs['question-1-epsilon']!;
        const least = Math.min(...cellsOf(run).map(({ settings }) => Number(settings.weightScale)));
        const part = { ...run, trials: run.trials.filter(({ settings }) => settings.weightScale === least) };
        const family = familyBy(part, 'normEps', {
          baseline: { normEps: 1e-5 },
          measure: 'bestTrainAccuracy',
        });
        return [
          ...expect(written(least) === at, `the least is ${least}`),
          ...verdictsFaults(
            text!,
            family.compared,
            ({ candidate }) => written(candidate.settings.normEps!),
            part,
            family,
          ),
        ];
      },
    },
    {
      name: 'same bits',
      pattern: /^Exact test: every loss is the same to the last bit for (.*)\.$/,
      judge: ([, text], runs) => exactFaults(text!, 'same', runs),
    },
    {
      name: 'other bits',
      pattern: /^The first losses differ by (.*)\.$/,
      judge: ([, text], runs) => exactFaults(text!, 'other', runs),
    },
  ],
  2: [
    {
      name: 'against the plain net',
      pattern:
        /^With equal (epochs|updates), against the plain net in training accuracy at the end, by batch size: (.*)\.$/,
      judge: ([, what, text], runs) => {
        const run = runs[what === 'epochs' ? 'question-2' : 'question-2-updates']!;
        const family = againstPlain(run, 'lastTrainAccuracy', ['batchnorm', 'layernorm']);
        const nets = [...new Set(family.compared.map(({ candidate }) => candidate.settings.normalization!))];
        const parts = text!.split('; ');
        return [
          ...expect(parts.length === nets.length, `${nets.length} nets`),
          ...parts.flatMap(part => {
            const net = nets.find(each => part.startsWith(`${normalizationName(each)} is `));
            if (net === undefined) return [`no net: ${part}`];
            const own = family.compared.filter(({ candidate }) => candidate.settings.normalization === net);
            return verdictsFaults(
              part.slice(normalizationName(net).length + 4),
              own,
              ({ candidate }) => String(candidate.axes.batchSize),
              withNets(run, ['none', 'batchnorm', 'layernorm']),
              family,
            );
          }),
        ];
      },
    },
    {
      name: 'noise',
      pattern: /^Batch norm divides and shifts by estimates: .* Layer norm has no such noise\.$/,
      judge: () => [],
    },
  ],
  4: [
    {
      name: 'in short',
      pattern: /^Layer norm (.*); tried: (.*)\.$/,
      judge: ([, text, tried], runs) => {
        const right = Object.entries(AXES).flatMap(([what, { run, key, text: write }]) => {
          const { compared } = againstPlain(runs[run]!, 'bestTrainAccuracy', ['layernorm']);
          const at = (is: (one: Compared) => boolean) =>
            compared.filter(is).map(({ candidate }) => write(candidate.axes[key]!));
          return [
            ['does not learn', at(({ candidate }) => candidate.outcome === 'at chance')] as const,
            ['blows up', at(({ candidate }) => candidate.outcome === 'blows up')] as const,
            ['is worse than the plain net', at(({ verdict }) => verdict === 'worse')] as const,
          ].flatMap(([verb, places]) =>
            places.length === 0 ? [] : [`${verb} at ${what} ${enumeration(places)}`],
          );
        });
        return [
          ...expect(
            text === (enumeration(right) || 'is nowhere found to be worse than the plain net'),
            right.join('; '),
          ),
          ...expect(tried === 'width, depth and reg', 'what was tried'),
        ];
      },
    },
    {
      name: 'along an axis',
      pattern:
        /^By (width|depth|reg), layer norm against the plain net in best training accuracy is (.*)\. Its mean is below 60 % of its highest \((\S+)\) at (.*)\.$/,
      judge: ([, what, text, top, places], runs) => {
        const { run: name, key, text: write } = AXES[what!]!;
        const run = runs[name]!;
        const family = againstPlain(run, 'bestTrainAccuracy', ['layernorm']);
        const means = cellsOf(run)
          .filter(({ settings }) => settings.normalization === 'layernorm')
          .map(cell => ({ place: write(cell.axes[key]!), mean: estimate(cell, 'bestTrainAccuracy').mean }))
          .filter(({ mean }) => !Number.isNaN(mean));
        const highest = Math.max(...means.map(({ mean }) => mean));
        const failing = means.filter(({ mean }) => mean < 0.6 * highest - 1e-12).map(({ place }) => place);
        const said = places === 'no value' ? [] : places!.split(/, | and /);
        return [
          ...verdictsFaults(
            text!,
            family.compared,
            ({ candidate }) => write(candidate.axes[key]!),
            withNets(run, ['none', 'layernorm']),
            family,
          ),
          ...expect(isFigure(top!, highest), `highest ${highest}`),
          ...expect(said.join() === failing.join(), `below 60 % at ${failing.join(', ')}`),
        ];
      },
    },
    {
      name: 'growth of the gradient',
      pattern:
        /^With (\d+) hidden layers the gradient grows by (\S+) a layer with layer norm, (\S+) with batch norm and (\S+) without: (depth alone does not make layer norm's gradient explode|depth changes the size of layer norm's gradient)\.$/,
      judge: ([, depth, layer, batch, plain, told], runs) => {
        const run = runs['question-4-depth']!;
        const at = (normalization: string) => {
          const cells = cellsOf(run).filter(({ settings }) => settings.normalization === normalization);
          return growthOf(
            cells.find(({ settings }) => [settings.hiddenDims!].flat().length === Number(depth)),
          );
        };
        const own = at('layernorm');
        return [
          ...expect(
            isSize(layer!, own) && isSize(batch!, at('batchnorm')) && isSize(plain!, at('none')),
            `${own}, ${at('batchnorm')}, ${at('none')}`,
          ),
          ...expect(
            told!.startsWith('depth alone') === (own !== undefined && Math.abs(own - 1) < 0.1),
            'explodes or not',
          ),
        ];
      },
    },
  ],
};

/** `batch norm, weights times 4, eps 0; ...`, or with the largest difference of the first losses before it. */
function exactFaults(text: string, which: 'same' | 'other', runs: RawRuns): string[] {
  const run = runs['question-1-exact']!;
  const trials = run.trials.flatMap(trial => (trial.record ? [{ ...trial, record: trial.record }] : []));
  const groups = [...new Set(trials.flatMap(trial => trial.groups))];
  const all = groups.flatMap(group =>
    ['batchnorm', 'layernorm'].flatMap(normalization => {
      const own = trials.filter(
        trial => trial.groups.includes(group) && trial.settings.normalization === normalization,
      );
      const factors = [...new Set(own.map(({ settings }) => Number(settings.hiddenWeightFactor)))].filter(
        factor => factor !== 1,
      );
      return factors.map(factor => {
        const pairs = own
          .filter(({ settings }) => settings.hiddenWeightFactor === factor)
          .flatMap(one => {
            const base = own.find(
              other => other.seed === one.seed && other.settings.hiddenWeightFactor === 1,
            );
            return base ? [[one.record.losses, base.record.losses] as const] : [];
          });
        const isSame = pairs.every(([a, b]) => a.length === b.length && a.every((loss, i) => loss === b[i]));
        const firsts = pairs.map(([a, b]) =>
          a.length > 0 && b.length > 0
            ? Math.abs(a[0]! - b[0]!) / b[0]!
            : a.length === b.length
              ? 0
              : Number.POSITIVE_INFINITY,
        );
        return {
          name: `${normalizationName(normalization)}, weights times ${factor}, eps ${written(own[0]!.settings.normEps!)}`,
          isSame,
          pairs: pairs.length,
          first: Math.max(0, ...firsts),
        };
      });
    }),
  );
  const wanted = all.filter(({ isSame, pairs }) => (which === 'same' ? isSame && pairs > 0 : !isSame));
  const parts = text === 'no net' ? [] : text.split('; ');
  return [
    ...expect(parts.length === wanted.length, `${wanted.map(({ name }) => name).join('; ') || 'none'}`),
    ...parts.flatMap(part => {
      if (which === 'same')
        return expect(
          wanted.some(({ name }) => name === part),
          `not the same: ${part}`,
        );
      const [, size, name] = regexOf('^(\\S+) \\((.*)\\)$').exec(part) ?? [];
      const one = wanted.find(each => each.name === name);
      const [, diverged] = regexOf('^one diverged \\((.*)\\)$').exec(part) ?? [];
      if (diverged !== undefined)
        return expect(
          wanted.some(each => each.name === diverged && each.first === Number.POSITIVE_INFINITY),
          part,
        );
      return expect(one !== undefined && isSize(size!, one.first), `${name}: ${one?.first}`);
    }),
  ];
}
