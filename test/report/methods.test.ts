/** "Methods, to copy" says all that decides a run's results, in both languages. */
import { writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { DataLabel, Result } from '../../src/analysis/results.ts';
import {
  type ExperimentInput,
  experimentSchema,
  type SettingKey,
  settingKeys,
} from '../../src/config/schema.ts';
import { planTrials } from '../../src/plan/plan.ts';
import { methodsSection } from '../../src/report/page/methods.ts';
import { resultOf } from '../analysis/trials.ts';
import { cifarNorm, emptyFolder } from '../e2e/cli.ts';

type Texts = Record<'en' | 'zh' | 'works', string>;

/** The two paragraphs and the list of works in a page. */
function textsIn(page: string): Texts {
  const section = page.slice(page.indexOf('Methods, to copy'));
  const [, en, zh, works] = /<p lang="en">(.*?)<\/p>\s*<p lang="zh">(.*?)<\/p>\s*<ol>(.*?)<\/ol>/s.exec(
    section,
  )!;
  const plain = (text: string) => text.replaceAll('&#39;', "'").replaceAll('&amp;', '&');
  return { en: plain(en!), zh: plain(zh!), works: plain(works!) };
}

interface Circumstances {
  readonly data?: DataLabel;
  /** Chooses and changes the results of the planned trials. */
  readonly results?: (all: readonly Result[]) => readonly Result[];
}

/** The methods of an experiment whose trials have all run. */
function methodsOf(
  input: ExperimentInput,
  { data = 'CIFAR-10', results: change = all => all }: Circumstances = {},
): Texts {
  const experiment = experimentSchema.parse(input);
  const trials = planTrials(experiment, { fingerprint: 'f', numerics: 'portable-1' });
  const all = trials.map((trial, i): Result => ({ ...resultOf({}, i), trial }));
  const { markup } = methodsSection({
    ...{ label: 'run', startedAt: '', command: '', invocation: undefined },
    identity: {
      name: 'run',
      experiment,
      data: { kind: 'cifar-10', fingerprint: 'f' },
      numerics: 'portable-1',
    },
    view: {
      ...{ name: 'run', title: undefined, description: undefined, command: 'sweep', charts: undefined },
      ...{ data, planned: trials.length, results: change(all), stream: experiment.stream, expectations: [] },
    },
  });
  return textsIn(markup);
}

/** For each setting: a change, what it is then called, and another value for an axis. */
const changes: Readonly<
  Record<
    SettingKey,
    {
      readonly to: unknown;
      readonly en: string;
      readonly zh: string;
      readonly other: unknown;
      readonly beside?: ExperimentInput;
    }
  >
> = {
  hiddenDims: { to: [8, 60], en: 'hidden layers of widths 8x60', zh: '隐藏层宽度为 8x60', other: [9] },
  normalization: {
    to: 'layernorm',
    en: 'layer normalization (layernorm) [1]',
    zh: '层归一化（layernorm） [1]',
    other: 'none',
  },
  weightScale: { to: 0.037, en: 'standard deviation 3.7e-2', zh: '标准差为 3.7e-2', other: 'he' },
  reg: { to: 0.25, en: 'L2 regularization had strength 0.25', zh: 'L2 正则化强度为 0.25', other: 0 },
  dtype: { to: 'float64', en: 'Computations used float64', zh: '计算使用 float64', other: 'float32' },
  updateRule: { to: 'rmsprop', en: 'RMSProp (rmsprop) [4]', zh: 'RMSProp（rmsprop） [4]', other: 'sgd' },
  learningRate: { to: 0.0123, en: 'learning rate 1.23e-2', zh: '学习率为 1.23e-2', other: 0.1 },
  lrDecay: { to: 0.87, en: 'multiplied by 0.87 after each epoch', zh: '每个周期后乘以 0.87', other: 1 },
  batchSize: { to: 37, en: 'drawn with replacement, was 37', zh: '大小为 37', other: 38 },
  epochs: { to: 7, en: 'The number of epochs was 7', zh: '训练 7 个周期', other: 8 },
  trainImages: { to: 731, en: 'the first 731 images', zh: '前 731 张图像', other: 2000 },
  normEps: { to: 0.004, en: 'ε = 4e-3', zh: 'ε = 4e-3', other: 0 },
  normMomentum: { to: 0.9995, en: 'kept a share of 0.9995', zh: '每步保留 0.9995', other: 0.5 },
  normGroups: {
    to: 20,
    en: 'groups of group normalization was 20',
    zh: '组归一化的组数为 20',
    other: 10,
    beside: { normalization: 'groupnorm' },
  },
  adamBeta1: { to: 0.77, en: 'β1 = 0.77', zh: 'β1 = 0.77', other: 0.5 },
  adamBeta2: { to: 0.9999999, en: 'β2 = 0.9999999', zh: 'β2 = 0.9999999', other: 0.5 },
  adamEps: { to: 3e-7, en: 'ε = 3e-7', zh: 'ε = 3e-7', other: 1 },
  sgdMomentum: {
    to: 0.66,
    en: 'share of 0.66 of the velocity',
    zh: '速度的 0.66',
    other: 0.5,
    beside: { updateRule: 'sgdMomentum' },
  },
  rmspropDecay: {
    to: 0.88,
    en: 'a decay of 0.88',
    zh: '衰减系数为 0.88',
    other: 0.5,
    beside: { updateRule: 'rmsprop' },
  },
  hiddenWeightFactor: {
    to: 3,
    en: 'those of hidden layers multiplied by 3',
    zh: '隐藏层的初始权重再乘以 3',
    other: 1,
  },
  hiddenRateFactor: { to: 5, en: 'in hidden layers multiplied by 5', zh: '隐藏层的学习率再乘以 5', other: 1 },
  diagnostics: { to: true, en: 'with diagnostics of the layers', zh: '测量逐层诊断量', other: false },
};

it('has an entry here for every setting', () => {
  expect(Object.keys(changes).sort()).toEqual([...settingKeys].sort());
});

describe.each(settingKeys)('%s', key => {
  const { to, en, zh, other, beside = {} } = changes[key];

  it('is said, and only where it is so', () => {
    const usual = methodsOf(beside);
    const changed = methodsOf({ ...beside, [key]: to });
    expect(usual.en).not.toContain(en);
    expect(usual.zh).not.toContain(zh);
    expect(changed.en).toContain(en);
    expect(changed.zh).toContain(zh);
    expect(changed.en).not.toContain('varied');
    expect(changed.zh).not.toContain('变量');
  });

  it('is said to vary along its axis', () => {
    const varied = methodsOf({ ...beside, sweep: { [key]: [to, other] } });
    expect(varied.en.match(/\(varied\)/g)).toHaveLength(1);
    expect(varied.zh.match(/（变量）/g)).toHaveLength(1);
    expect(varied.en).not.toBe(methodsOf({ ...beside, sweep: { [key]: [other, to] } }).en);
  });
});

describe('what decides results beside the settings', () => {
  const experiment = (
    input: ExperimentInput,
    en: string | RegExp,
    zh: string | RegExp,
    circumstances?: Circumstances,
  ) => {
    const texts = methodsOf(input, circumstances);
    expect(texts.en).toMatch(en);
    expect(texts.zh).toMatch(zh);
  };

  it.each([
    ['meanImage', 'minus the mean image of that split (meanImage)', '减去该部分的平均图像（meanImage）'],
    ['none', 'as they are (none)', '不变（none）'],
    [
      'standardize',
      'divided by the standard deviation of each pixel there (standardize)',
      '标准差（standardize）',
    ],
    ['perImage', '(perImage)', '（perImage）'],
    ['perPixelRow', '(perPixelRow)', '（perPixelRow）'],
    ['threshold', 'above 127 set to 1', '大于 127 的数取 1'],
  ] as const)('preprocessing %s', (preprocessing, en, zh) => {
    const texts = methodsOf({ preprocessing });
    expect(texts.en).toContain(en);
    expect(texts.zh).toContain(zh);
  });

  it('the split, and the sample for the training accuracy', () => {
    experiment({ numTraining: 4321, numValidation: 123 }, /split of 4321 images/, /由 4321 张/);
    experiment({ numTraining: 4321, numValidation: 123 }, /on 123 validation images/, /123 张验证图像/);
    experiment({ trainImages: 1000 }, /on all training images and on/, /在全部训练图像上，/);
    experiment(
      { trainImages: 1001 },
      /on 1000 of the training images, drawn anew each time, and on/,
      /重新抽取的 1000 张/,
    );
    experiment(
      { sweep: { trainImages: [500, 5000] } },
      /on 1000 of them, drawn anew each time, where there are more/,
      /多于 1000 张时/,
    );
  });

  it('the data', () => {
    experiment({}, /images of CIFAR-10 \[\d\]/, /CIFAR-10 \[\d\] 图像/);
    expect(methodsOf({}).works).toContain('Krizhevsky');
    experiment({}, /synthetic images \(not CIFAR-10\)/, /合成图像（并非 CIFAR-10）/, {
      data: 'synthetic data',
    });
    const unofficial = { data: "unofficial images in CIFAR-10's layout" } as const;
    experiment({}, /images in the layout of CIFAR-10 \(not the official ones\)/, /并非官方图像/, unofficial);
    expect(methodsOf({}, unofficial).works).not.toContain('Krizhevsky');
    expect(methodsOf({}, { data: 'synthetic data' }).works).not.toContain('Krizhevsky');
  });

  it('the random numbers', () => {
    experiment({}, /started from the same random numbers \(stream: paired\)/, /stream: paired/);
    const sweep = { normalization: ['none' as const, 'batchnorm' as const] };
    experiment(
      { stream: 'notebook', sweep },
      /One stream of random numbers .* \(stream: notebook\)\./,
      /stream: notebook/,
    );
    experiment(
      { stream: 'notebook', builtTogether: 'normalization', sweep },
      /networks that differ only in normalization were all built before/,
      /仅 normalization 不同的网络全部建好/,
    );
    experiment(
      { seed: 7 },
      /one seed \(7\), so differences between seeds are not estimated/,
      /一个随机种子（7）/,
    );
    experiment(
      { replicates: 6 },
      /with 6 seeds \(231 to 236\); intervals are 95 % t intervals \[\d\]/,
      /6 个随机种子（231 到 236）/,
    );
    experiment({ seeds: [5, 9] }, /with 2 seeds \(5, 9\)/, /2 个随机种子（5、9）/);
    experiment({ replicates: 3, sweep }, /Each was run with 2 to 3 seeds/, /用 2 到 3 个/, {
      results: all => all.slice(1),
    });
  });

  it('what has run', () => {
    const sweep = { reg: [0, 1], batchSize: [5, 10] };
    experiment({}, /There was one configuration\./, /共一种配置。/);
    experiment(
      { sweep },
      /There were 4 configurations, every combination/,
      /共 4 种配置，即各变量的所有组合/,
    );
    experiment(
      { sweep: { ...sweep, exclude: [{ reg: 1, batchSize: 5 }] } },
      /3 configurations, not every combination/,
      /并非各变量的所有组合/,
    );
    experiment({ sweep }, /; 3 of 4 trials had run\./, /4 次训练中已有 3 次/, {
      results: all => all.slice(1),
    });
    experiment(
      { sweep },
      /; 1 trial failed; 2 trials ended when the loss was no longer finite\./,
      /1 次训练失败；2 次/,
      {
        results: all =>
          all.map((result, i) => ({
            ...result,
            status: (['failed', 'diverged', 'diverged', 'completed'] as const)[i]!,
          })),
      },
    );
  });

  it('settings that vary together', () => {
    experiment(
      { sweep: { zip: { batchSize: [5, 50], epochs: [1, 10] } } },
      /number of epochs was 1 or 10 \(varied with batchSize\); .* was 5 or 50 \(varied with epochs\)/,
      /1、10（与 batchSize 一起变化）/,
    );
  });

  it('constants of what is not used are not', () => {
    const { en, zh } = methodsOf({ updateRule: 'sgd', normalization: 'none' });
    for (const text of [en, zh]) expect(text).not.toMatch(/β1|ε|share|保留/);
    expect(methodsOf({ hiddenDims: [] }).en).toMatch(/ReLU networks without hidden layers, following/);
  });

  it('many values are summed up', () => {
    experiment(
      { sweep: { weightScale: { logspace: [-4, 0, 20] } } },
      /standard deviation 1e-4 to 1 in 20 values \(varied\)/,
      /1e-4 到 1 之间的 20 个值（变量）/,
    );
  });
});

describe('the page of a run', () => {
  /** Every setting differs from its default. */
  const CHANGED = `
data: synthetic
numTraining: 1200
numValidation: 45
preprocessing: perPixelRow
stream: notebook
seeds: [3, 8]
trainImages: 1100
batchSize: 550
epochs: 2
weightScale: xavier
reg: 0.25
dtype: float64
learningRate: 0.0123
lrDecay: 0.87
normEps: 0.004
normMomentum: 0.75
normGroups: 2
adamBeta1: 0.77
adamBeta2: 0.9876
adamEps: 3e-7
sgdMomentum: 0.66
rmspropDecay: 0.88
hiddenWeightFactor: 3
hiddenRateFactor: 5
diagnostics: true
sweep:
  - { normalization: groupnorm, hiddenDims: [8, 4], updateRule: [adam, rmsprop] }
  - { normalization: batchnorm, hiddenDims: [6], updateRule: sgdMomentum }
`;
  const said: Readonly<Record<SettingKey, readonly [en: string, zh: string]>> = {
    hiddenDims: ['widths 8x4 or 6 (varied with normalization)', '8x4、6（与 normalization 一起变化）'],
    normalization: [
      '(groupnorm) [1] or batch normalization (batchnorm) [2] (varied with hiddenDims)',
      '批归一化（batchnorm） [2]（与 hiddenDims 一起变化）',
    ],
    weightScale: ['√(1/n) for n inputs (xavier [4])', '√(1/n)（xavier [4]，n 为输入数）'],
    reg: ['strength 0.25', '强度为 0.25'],
    dtype: ['float64', 'float64'],
    updateRule: [
      'Adam (adam) [5], RMSProp (rmsprop) [6] or SGD with momentum (sgdMomentum) (varied)',
      '带动量的 SGD（sgdMomentum）（变量）',
    ],
    learningRate: ['learning rate 1.23e-2', '学习率为 1.23e-2'],
    lrDecay: ['multiplied by 0.87', '乘以 0.87'],
    batchSize: ['was 550', '大小为 550'],
    epochs: ['epochs was 2;', '训练 2 个周期'],
    trainImages: ['the first 1100 images', '前 1100 张图像'],
    normEps: ['ε = 4e-3', 'ε = 4e-3'],
    normMomentum: ['a share of 0.75', '保留 0.75'],
    normGroups: ['group normalization was 2.', '组数为 2。'],
    adamBeta1: ['β1 = 0.77', 'β1 = 0.77'],
    adamBeta2: ['β2 = 0.9876', 'β2 = 0.9876'],
    adamEps: ['ε = 3e-7', 'ε = 3e-7'],
    sgdMomentum: ['a share of 0.66', '速度的 0.66'],
    rmspropDecay: ['a decay of 0.88', '系数为 0.88'],
    hiddenWeightFactor: ['hidden layers multiplied by 3', '初始权重再乘以 3'],
    hiddenRateFactor: ['hidden layers multiplied by 5', '学习率再乘以 5'],
    diagnostics: ['diagnostics of the layers', '诊断量'],
  };
  let texts: Texts;
  beforeAll(async () => {
    const cwd = emptyFolder();
    writeFileSync(join(cwd, 'x.yaml'), CHANGED);
    const swept = await cifarNorm(['sweep', 'x.yaml', '--out', 'run', '--quiet', '--numerics', 'fused'], {
      cwd,
    });
    expect([swept.code, swept.stderr]).toEqual([0, '']);
    await cifarNorm(['report', 'run'], { cwd });
    texts = textsIn(await readFile(join(cwd, 'run', 'report.html'), 'utf8'));
  }, 120_000);

  it.each(settingKeys)('says %s', key => {
    const [en, zh] = said[key];
    expect(texts.en).toContain(en);
    expect(texts.zh).toContain(zh);
  });

  it('says the rest', () => {
    expect(texts.en).toContain(
      'split of 1200 synthetic images (not CIFAR-10), each of their rows of pixels divided by the sum of its numbers (perPixelRow).',
    );
    expect(texts.en).toContain(
      'on 1000 of the training images, drawn anew each time, and on 45 validation images',
    );
    expect(texts.en).toMatch(/float64 with the fused-1 arithmetic of cifar-norm \d/);
    expect(texts.en).toContain('2 seeds (3, 8)');
    expect(texts.en).toContain('(stream: notebook)');
    expect(texts.zh).toMatch(/fused-1 算术。$/);
    for (const text of [texts.en, texts.zh]) expect(text).not.toMatch(/undefined|NaN|\{\}|\[object| {2}/);
  });
});
