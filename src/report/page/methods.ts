/** A paragraph for a paper's methods section, in English and Chinese, with its citations. */
import { seedsIn, shortText } from '../../analysis/results.ts';
import type { Settings, SettingValue } from '../../config/schema.ts';
import { valueText } from '../../plan/trial.ts';
import { html, type Markup } from './html.ts';
import type { PageRun } from './page-run.ts';

const CITATIONS = {
  cifar: 'A. Krizhevsky, Learning multiple layers of features from tiny images (2009)',
  batchnorm: 'S. Ioffe and C. Szegedy, Batch normalization (2015), arXiv 1502.03167',
  layernorm: 'J. L. Ba, J. R. Kiros and G. E. Hinton, Layer normalization (2016), arXiv 1607.06450',
  adam: 'D. P. Kingma and J. Ba, Adam (2015), arXiv 1412.6980',
  student: 'Student, The probable error of a mean, Biometrika 6 (1908), 1',
  course: 'Stanford CS231n, assignment 2, BatchNormalization.ipynb',
} as const;
type Citation = keyof typeof CITATIONS;

/** A number in full; a long list of widths in short. */
const textOf = (value: SettingValue): string =>
  typeof value === 'object' ? shortText(value) : valueText(value);

/** Neither paragraph says more than the run's settings do. */
function methodsOf(run: PageRun): {
  readonly english: string;
  readonly chinese: string;
  readonly citations: readonly string[];
} {
  const { results, data } = run.view;
  const first = results[0]!.trial;
  const each = <Key extends keyof Settings>(key: Key): string[] => [
    ...new Set(results.map(({ trial }) => textOf(trial.settings[key]))),
  ];
  const range = (key: keyof Settings) =>
    each(key).length > 6 ? `${each(key)[0]} to ${each(key).at(-1)}` : each(key).join(', ');
  const seeds = seedsIn(results).length;
  const synthetic = data === 'synthetic data';
  const cited: Citation[] = [
    ...(synthetic ? [] : (['cifar'] as const)),
    ...(['batchnorm', 'layernorm'] as const).filter(name => each('normalization').includes(name)),
    ...(each('updateRule').includes('adam') ? (['adam'] as const) : []),
    ...(seeds > 1 ? (['student'] as const) : []),
    'course',
  ];
  const cite = (name: Citation) => (cited.includes(name) ? ` [${cited.indexOf(name) + 1}]` : '');
  const norms = each('normalization').map(name =>
    name === 'batchnorm' || name === 'layernorm' ? `${name}${cite(name)}` : name,
  );
  const rules = each('updateRule').map(name => (name === 'adam' ? `Adam${cite('adam')}` : name));
  const images = `${range('trainImages')}`;
  const english = [
    `We trained fully connected ReLU networks with hidden layers of ${range('hiddenDims')} units and normalization (${norms.join(', ')}) between each affine layer and its ReLU, following the course's notebook${cite('course')}.`,
    `Initial weights were Gaussian with standard deviation ${range('weightScale')}.`,
    `Each network was trained on ${images} ${synthetic ? 'synthetic images (not CIFAR-10)' : `images of CIFAR-10${cite('cifar')}`}, minus the mean of ${first.split.numTraining} training images, for ${range('epochs')} epochs with minibatches of ${range('batchSize')}, by ${rules.join(', ')} with learning rate ${range('learningRate')}, and evaluated on ${first.split.numValidation} validation images.`,
    seeds > 1
      ? `Every configuration was repeated with ${seeds} seeds; intervals are 95 % t intervals${cite('student')} over seeds, on the same images.`
      : 'Each configuration was run with one seed, so differences between seeds are not estimated.',
    `Computations used ${each('dtype').join(', ')} with the ${run.identity.numerics} arithmetic of cifar-norm ${run.invocation?.version ?? ''}.`,
  ].join(' ');
  const chinese = [
    `我们按照课程笔记本${cite('course')}训练了全连接 ReLU 网络：隐藏层宽度为 ${range('hiddenDims')}，在每个仿射层与其 ReLU 之间的归一化方式为 ${norms.join('、')}。`,
    `初始权重服从标准差为 ${range('weightScale')} 的高斯分布。`,
    `每个网络在 ${images} 张${synthetic ? '合成图像（并非 CIFAR-10）' : ` CIFAR-10${cite('cifar')} 图像`}上训练，图像减去 ${first.split.numTraining} 张训练图像的均值；训练 ${range('epochs')} 个周期，小批量大小为 ${range('batchSize')}，优化方法为 ${rules.join('、')}，学习率为 ${range('learningRate')}，并在 ${first.split.numValidation} 张验证图像上评估。`,
    seeds > 1
      ? `每种配置用 ${seeds} 个随机种子重复；区间为同一批图像上各种子之间的 95 % t 区间${cite('student')}。`
      : '每种配置只用一个随机种子，因此没有估计种子之间的差异。',
    `计算使用 ${each('dtype').join('、')}，采用 cifar-norm ${run.invocation?.version ?? ''} 的 ${run.identity.numerics} 算术。`,
  ].join('');
  return { english, chinese, citations: cited.map(name => CITATIONS[name]) };
}

export function methodsSection(run: PageRun): Markup {
  if (run.view.results.length === 0) return html``;
  const { english, chinese, citations } = methodsOf(run);
  return html`<h2>Methods, to copy</h2>
<p lang="en">${english}</p>
<p lang="zh">${chinese}</p>
<ol>${citations.map(citation => html`<li>${citation}</li>`)}</ol>
`;
}
