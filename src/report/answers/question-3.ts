/** Question 3: which preprocessing each normalization is like. */

import { normalizationName, sentence } from '../../analysis/words.ts';
import { type Change, changeNames, type Invariance } from '../../checks/invariances.ts';
import { sizeText } from '../text.ts';
import { type Answer, tableOf } from './answer.ts';

/** A smaller relative change counts as none: round-off is far below this, and a real change far above. */
const SAME = 1e-6;

const HEADS: Readonly<Record<Change, string>> = {
  otherImages: 'others',
  imageRescaled: 'image x 2',
  rowRescaled: 'row x 2',
  dataRecentred: 'data + 80',
};

/** In a sentence: its results do not change with .. */
const CHANGES: Readonly<Record<Change, string>> = {
  otherImages: 'other images',
  imageRescaled: 'the scale of the image',
  rowRescaled: 'the scale of a row of its pixels',
  dataRecentred: 'a shift of all data',
};

/** The notebook's list. */
const STEPS: Readonly<Record<string, string>> = {
  perPixelRow: '1, scaling each row of pixels to sum 1',
  perImage: '2, scaling each image to sum 1',
  meanImage: '3, subtracting the mean image',
  threshold: '4, setting values to 0 or 1 by a threshold',
};

export type Measured = Readonly<Record<string, Invariance>>;

/** @param nets by normalization, @param steps by preprocessing */
export function answer3(nets: Measured, steps: Measured): Answer {
  const rows = [...Object.entries(nets), ...Object.entries(steps)].map(([name, figures]) => [
    STEPS[name]?.split(',')[0] ?? normalizationName(name).replace('the ', ''),
    ...changeNames.map(change => (figures[change] < SAME ? 'same' : sizeText(figures[change]))),
  ]);
  return {
    question: 'Which preprocessing is batch normalization like, and which layer normalization?',
    tables: [
      tableOf(
        "Why: what changes an image's result",
        ['', ...changeNames.map(change => HEADS[change])],
        rows,
        [
          "The largest relative change of one image's result over all seeds, when the other images are replaced (others), the image is rescaled, one row of its pixels is rescaled, or all data are recentred. 1 to 4: the notebook's ways of preprocessing.",
        ],
      ),
    ],
    why: [
      'Batch norm subtracts a mean over the images of the minibatch, as subtracting the mean image does over all images: a result depends on other images, and a shift of all data cancels. Layer norm scales each image by itself, as making its numbers sum to 1 does: other images do not matter, and neither does the scale of the image.',
    ],
    finding: ['batchnorm', 'layernorm'].flatMap(name => likeSentence(name, nets[name], steps)),
  };
}

const signature = (figures: Invariance) => changeNames.map(change => figures[change] < SAME);

function likeSentence(name: string, own: Invariance | undefined, steps: Measured): string[] {
  if (!own) return [];
  const agreements = Object.entries(steps).map(([step, figures]) => ({
    step,
    count: signature(figures).filter((same, i) => same === signature(own)[i]).length,
  }));
  const most = Math.max(...agreements.map(({ count }) => count));
  const like = agreements.filter(({ count }) => count === most).map(({ step }) => STEPS[step] ?? step);
  const keeps = changeNames.filter(change => own[change] < SAME).map(change => CHANGES[change]);
  const kept =
    keeps.length > 0
      ? `its results do not change with ${keeps.join(' and ')}`
      : 'every change changes its results';
  return [
    `${sentence(normalizationName(name))} is like ${like.join(' or ')}: ${kept}. The two agree for ${most} of ${changeNames.length} changes.`,
  ];
}
