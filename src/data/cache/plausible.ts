/** Whether statistics that the cache kept can be those of the images: of the images that are there, each is checked exactly. */
import { IMAGE_SIZE, type Images } from '../dataset.ts';
import type { Need } from '../need.ts';
import { type PixelStatistics, pixelStatistics } from '../preprocessing.ts';

/** How many images are summed again. */
const MOST = 1000;

/** Whether statistics have the form and the range of those of a run, and fit to the images that it trains on. */
export function areOf(train: Images, need: Need, { mean, deviation }: PixelStatistics): boolean {
  const { preprocessing, numTraining: count } = need;
  const known = Math.min(need.trainImages, count, MOST);
  const some = pixelStatistics(preprocessing, train, known);
  if (mean.length !== some.mean.length || deviation.length !== some.deviation.length) return false;
  if (!deviation.every(value => value > 0 && value <= 127.5)) return false;
  if (preprocessing !== 'meanImage' && preprocessing !== 'standardize')
    return mean.every(value => value === 0);
  for (let j = 0; j < IMAGE_SIZE; j++) {
    const sum = Math.round(mean[j]! * count);
    const least = Math.round(some.mean[j]! * known);
    // Pixels are whole numbers from 0 to 255, so their mean is an integer over their count.
    if (sum / count !== mean[j] || sum < least || sum > least + 255 * (count - known)) return false;
  }
  return true;
}
