/** What the methods say of all that decides a run's results beside the settings: a row each. */
import { axesOf } from '../../analysis/axes.ts';
import { cellsOf } from '../../analysis/cells.ts';
import { type DataLabel, type Result, seedsIn, tally } from '../../analysis/results.ts';
import { counted } from '../../analysis/words.ts';
import { MAX_TRAIN_SAMPLES } from '../../config/schedule.ts';
import type { Preprocessing } from '../../config/schema.ts';
import type { Split } from '../../plan/trial.ts';
import type { Cite } from './methods-citations.ts';
import { joined, type Text, text, valuesUsed } from './methods-facts.ts';
import type { SentenceName } from './methods-settings.ts';
import type { PageRun } from './page-run.ts';

interface OtherRow {
  readonly sentence: SentenceName;
  /** The clause, with its own comma or conjunction; undefined if there is nothing to say. */
  text(run: PageRun, cite: Cite): Text | undefined;
}

/** In the order of the clauses within each sentence, after those of the settings. */
export const otherRows = {
  course: {
    sentence: 'net',
    text: (_, cite) =>
      text(
        `, following the notebook of the CS231n course${cite('course')}`,
        `，沿用 CS231n 课程的笔记本${cite('course')}`,
      ),
  },
  numTraining: {
    sentence: 'data',
    text: run =>
      text(` of a training split of ${splitOf(run).numTraining}`, `，取自由 ${splitOf(run).numTraining} 张`),
  },
  data: {
    sentence: 'data',
    text: ({ view }, cite) => joined(dataNames[view.data](cite), text('', '组成的训练部分')),
  },
  preprocessing: {
    sentence: 'data',
    text: run => joined(text(', ', '，'), preprocessings[splitOf(run).preprocessing ?? 'meanImage']),
  },
  trainingSample: {
    sentence: 'evaluation',
    text: ({ view }) => {
      const counts = valuesUsed(view.results, 'trainImages');
      const sampled = counts.filter(count => count > MAX_TRAIN_SAMPLES);
      if (sampled.length === 0) return text(' on all training images', '：在全部训练图像上');
      return sampled.length === counts.length
        ? text(
            ` on ${MAX_TRAIN_SAMPLES} of the training images, drawn anew each time,`,
            `：在每次重新抽取的 ${MAX_TRAIN_SAMPLES} 张训练图像上`,
          )
        : text(
            ` on all training images (on ${MAX_TRAIN_SAMPLES} of them, drawn anew each time, where there are more)`,
            `：在全部训练图像上（多于 ${MAX_TRAIN_SAMPLES} 张时，在每次重新抽取的 ${MAX_TRAIN_SAMPLES} 张上）`,
          );
    },
  },
  numValidation: {
    sentence: 'evaluation',
    text: run =>
      text(
        ` and on ${splitOf(run).numValidation} validation images`,
        `，以及 ${splitOf(run).numValidation} 张验证图像上`,
      ),
  },
  stream: {
    sentence: 'random',
    text: ({ view }) =>
      view.stream === 'paired'
        ? text(
            'All trials of a seed started from the same random numbers (stream: paired)',
            '同一种子的各次训练从相同的随机数开始（stream: paired）',
          )
        : text(
            'One stream of random numbers ran through all trials of a seed and group in turn (stream: notebook)',
            '同一种子、同一组的各次训练依次取自同一个随机数流（stream: notebook）',
          ),
  },
  builtTogether: {
    sentence: 'random',
    text: ({ identity: { experiment } }) =>
      typeof experiment.builtTogether === 'string'
        ? text(
            `; networks that differ only in ${experiment.builtTogether} were all built before the first of them was trained`,
            `；仅 ${experiment.builtTogether} 不同的网络全部建好之后才开始训练`,
          )
        : undefined,
  },
  configurations: {
    sentence: 'scope',
    text: ({ view: { results } }) => {
      const count = cellsOf(results).length;
      if (count === 1) return text('There was one configuration', '共一种配置');
      const axes = axesOf(results);
      const isFull = axes.reduce((product, { size }) => product * size, 1) === count;
      return joined(
        text(`There were ${count} configurations`, `共 ${count} 种配置`),
        axes.length < 2
          ? ''
          : isFull
            ? text(', every combination of what was varied', '，即各变量的所有组合')
            : text(', not every combination of what was varied', '，并非各变量的所有组合'),
      );
    },
  },
  unfinished: {
    sentence: 'scope',
    text: ({ view: { results, planned } }) => {
      const { failed, diverged } = tally(results);
      const { length } = results;
      return joined(
        length < planned
          ? text(`; ${length} of ${planned} trials had run`, `；${planned} 次训练中已有 ${length} 次`)
          : '',
        failed > 0 ? text(`; ${counted(failed, 'trial')} failed`, `；${failed} 次训练失败`) : '',
        diverged > 0
          ? text(
              `; ${counted(diverged, 'trial')} ended when the loss was no longer finite`,
              `；${diverged} 次训练因损失不再有限而终止`,
            )
          : '',
      );
    },
  },
  seeds: {
    sentence: 'seeds',
    text: ({ view: { results } }, cite) => {
      const seeds = seedText(results);
      const counts = cellsOf(results).map(cell => cell.results.length);
      const [least, most] = [Math.min(...counts), Math.max(...counts)];
      if (most === 1)
        return text(
          `Each was run with one seed (${seeds.en}), so differences between seeds are not estimated`,
          `每种配置只用一个随机种子（${seeds.zh}），因此没有估计种子之间的差异`,
        );
      const number = least === most ? joined(most) : text(`${least} to ${most}`, `${least} 到 ${most}`);
      return text(
        `Each was run with ${number.en} seeds (${seeds.en}); intervals are 95 % t intervals${cite('student')} over seeds, on the same images`,
        `每种配置用 ${number.zh} 个随机种子（${seeds.zh}）重复；区间为同一批图像上各种子之间的 95 % t 区间${cite('student')}`,
      );
    },
  },
  numerics: {
    sentence: 'arithmetic',
    text: ({ identity: { numerics }, invocation }) => {
      const program = ['cifar-norm', invocation?.version].filter(Boolean).join(' ');
      return text(` with the ${numerics} arithmetic of ${program}`, `，采用 ${program} 的 ${numerics} 算术`);
    },
  },
} as const satisfies Readonly<Record<string, OtherRow>>;

const splitOf = ({ view }: PageRun): Split => view.results[0]!.trial.split;

const dataNames: Readonly<Record<DataLabel, (cite: Cite) => Text>> = {
  'CIFAR-10': cite => text(` images of CIFAR-10${cite('cifar')}`, ` CIFAR-10${cite('cifar')} 图像`),
  'synthetic data': () => text(' synthetic images (not CIFAR-10)', '合成图像（并非 CIFAR-10）'),
  "unofficial images in CIFAR-10's layout": () =>
    text(
      ' images in the layout of CIFAR-10 (not the official ones)',
      '与 CIFAR-10 布局相同的图像（并非官方图像）',
    ),
};

/** What was done to each image. */
const preprocessings: Readonly<Record<Preprocessing, Text>> = {
  meanImage: text(
    'each minus the mean image of that split (meanImage)',
    '每张图像减去该部分的平均图像（meanImage）',
  ),
  none: text('with pixel values from 0 to 255 as they are (none)', '像素值保持 0 到 255 不变（none）'),
  standardize: text(
    'each minus the mean image of that split and divided by the standard deviation of each pixel there (standardize)',
    '每张图像减去该部分的平均图像，再除以其中每个像素的标准差（standardize）',
  ),
  perImage: text('each divided by the sum of its numbers (perImage)', '每张图像除以自身各数之和（perImage）'),
  perPixelRow: text(
    'each of their rows of pixels divided by the sum of its numbers (perPixelRow)',
    '每行像素除以该行各数之和（perPixelRow）',
  ),
  threshold: text(
    'with numbers above 127 set to 1 and others to 0 (threshold)',
    '大于 127 的数取 1，其余取 0（threshold）',
  ),
};

/** `231 to 236`, `3, 5, 8`. */
function seedText(results: readonly Result[]): Text {
  const seeds = seedsIn(results);
  const [first, last] = [seeds[0]!, seeds.at(-1)!];
  return seeds.length > 2 && seeds.every((seed, i) => seed === first + i)
    ? text(`${first} to ${last}`, `${first} 到 ${last}`)
    : text(seeds.join(', '), seeds.join('、'));
}
