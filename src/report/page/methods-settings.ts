/** What the methods say of each setting: a row each. A setting without a row does not compile. */
import { shortText } from '../../analysis/results.ts';
import type { Normalization, SettingKey, Settings, UpdateRule } from '../../config/schema.ts';
import type { Cite } from './methods-citations.ts';
import { joined, type Text, text } from './methods-facts.ts';

/** The sentences, in their order, with what they begin with. A sentence without clauses is left out. */
export const sentences = {
  net: text('We trained fully connected ReLU networks', '我们训练了全连接 ReLU 网络'),
  constants: text('', ''),
  weights: text('Initial weights were Gaussian', '初始权重服从高斯分布'),
  data: text('Each network was trained on', '每个网络的训练数据为'),
  training: text('The number of epochs was', '训练'),
  momentum: text('', ''),
  rmsprop: text('', ''),
  adam: text('', ''),
  evaluation: text(
    'Accuracies were measured after the first iteration and after each epoch',
    '在首次迭代之后和每个周期之后测量准确率',
  ),
  diagnostics: text('', ''),
  random: text('', ''),
  scope: text('', ''),
  seeds: text('', ''),
  arithmetic: text('', ''),
} as const satisfies Readonly<Record<string, Text>>;
export type SentenceName = keyof typeof sentences;

export interface SettingRow<Key extends SettingKey> {
  readonly sentence: SentenceName;
  /** The clause, with its own comma or conjunction, and `{}` for the values. */
  readonly en: string;
  readonly zh: string;
  /** A value that is no number, if it is not written as tables write it. */
  readonly write?: (value: Exclude<Settings[Key], number>, cite: Cite) => Text;
  /** A value that does nothing, and what is said if all trials have it. */
  readonly idle?: { readonly value: Settings[Key]; readonly text?: Text };
}

/** In the order of the clauses within each sentence. */
export const settingRows: { readonly [Key in SettingKey]: SettingRow<Key> } = {
  hiddenDims: {
    sentence: 'net',
    en: ' with hidden layers of widths {}',
    zh: '，隐藏层宽度为 {}',
    write: widths => (widths.length === 0 ? text('none', '无') : joined(shortText(widths))),
    idle: { value: [], text: text(' without hidden layers', '，没有隐藏层') },
  },
  normalization: {
    sentence: 'net',
    en: ' and {} between each affine layer and its ReLU',
    zh: '，每个仿射层与其 ReLU 之间的归一化方式为{}',
    write: (name, cite) => joined(normalizationNames[name], name === 'none' ? '' : cite(name)),
  },
  normEps: {
    sentence: 'constants',
    en: 'Normalizations added ε = {} under the square root',
    zh: '归一化在根号内加上 ε = {}',
  },
  normMomentum: {
    sentence: 'constants',
    en: '; the running statistics of batch normalization kept a share of {} in each step',
    zh: '；批归一化的滑动统计量每步保留 {}',
  },
  normGroups: {
    sentence: 'constants',
    en: '; the number of groups of group normalization was {}',
    zh: '；组归一化的组数为 {}',
  },
  weightScale: {
    sentence: 'weights',
    en: ' with standard deviation {}',
    zh: '，标准差为 {}',
    write: (value, cite) => {
      const root = { he: '√(2/n)', xavier: '√(1/n)' }[value];
      const name = `${value}${cite(value)}`;
      return text(`${root} for n inputs (${name})`, `${root}（${name}，n 为输入数）`);
    },
  },
  hiddenWeightFactor: {
    sentence: 'weights',
    en: ', those of hidden layers multiplied by {}',
    zh: '，隐藏层的初始权重再乘以 {}',
    idle: { value: 1 },
  },
  trainImages: { sentence: 'data', en: ' the first {} images', zh: '前 {} 张图像' },
  epochs: { sentence: 'training', en: ' {}', zh: ' {} 个周期' },
  batchSize: {
    sentence: 'training',
    en: '; the size of the minibatches, drawn with replacement, was {}',
    zh: '，小批量有放回地抽取，大小为 {}',
  },
  updateRule: {
    sentence: 'training',
    en: '; the update rule was {}',
    zh: '，优化方法为 {}',
    write: (rule, cite) => joined(ruleNames[rule], rule === 'adam' || rule === 'rmsprop' ? cite(rule) : ''),
  },
  learningRate: { sentence: 'training', en: ', with learning rate {}', zh: '，学习率为 {}' },
  lrDecay: {
    sentence: 'training',
    en: ', multiplied by {} after each epoch',
    zh: '，每个周期后乘以 {}',
    idle: { value: 1, text: text(' throughout', '，始终不变') },
  },
  hiddenRateFactor: {
    sentence: 'training',
    en: ', in hidden layers multiplied by {}',
    zh: '，隐藏层的学习率再乘以 {}',
    idle: { value: 1 },
  },
  reg: {
    sentence: 'training',
    en: '; L2 regularization had strength {} (half of it times the sum of the squared weights)',
    zh: '，L2 正则化强度为 {}（其一半乘以权重平方和）',
    idle: { value: 0, text: text('; there was no regularization', '，不加正则化') },
  },
  sgdMomentum: {
    sentence: 'momentum',
    en: 'SGD with momentum kept a share of {} of the velocity in each step',
    zh: '带动量的 SGD 每步保留速度的 {}',
  },
  rmspropDecay: {
    sentence: 'rmsprop',
    en: 'RMSProp had a decay of {} and ε = 1e-8',
    zh: 'RMSProp 的衰减系数为 {}，ε = 1e-8',
  },
  adamBeta1: { sentence: 'adam', en: 'Adam had β1 = {}', zh: 'Adam 的 β1 = {}' },
  adamBeta2: { sentence: 'adam', en: ', β2 = {}', zh: '，β2 = {}' },
  adamEps: { sentence: 'adam', en: ' and ε = {}', zh: '，ε = {}' },
  diagnostics: {
    sentence: 'diagnostics',
    en: 'Trials ran {} diagnostics of the layers, measured in the same steps',
    zh: '在相同步骤{}逐层诊断量',
    write: on => (on ? text('with', '测量') : text('without', '不测量')),
    idle: { value: false },
  },
  dtype: { sentence: 'arithmetic', en: 'Computations used {}', zh: '计算使用 {}' },
};

const normalizationNames: Readonly<Record<Normalization, Text>> = {
  none: text('no normalization (none)', '无（none）'),
  batchnorm: text('batch normalization (batchnorm)', '批归一化（batchnorm）'),
  layernorm: text('layer normalization (layernorm)', '层归一化（layernorm）'),
  rmsnorm: text('RMS normalization (rmsnorm)', 'RMS 归一化（rmsnorm）'),
  groupnorm: text('group normalization (groupnorm)', '组归一化（groupnorm）'),
};

const ruleNames: Readonly<Record<UpdateRule, Text>> = {
  sgd: text('SGD (sgd)', 'SGD（sgd）'),
  sgdMomentum: text('SGD with momentum (sgdMomentum)', '带动量的 SGD（sgdMomentum）'),
  rmsprop: text('RMSProp (rmsprop)', 'RMSProp（rmsprop）'),
  adam: text('Adam (adam)', 'Adam（adam）'),
};
