import { IMAGE_SIZE, type Images } from '../../src/data/dataset.ts';

/** As in oracle/images.py. */
export const MADE_UP = { numTraining: 1600, numValidation: 100 };

/** The images of oracle/images.py, made in the same way: functions of their index alone. */
export function madeUpImages(): Images {
  const count = MADE_UP.numTraining + MADE_UP.numValidation;
  const pixels = Uint8Array.from({ length: count * IMAGE_SIZE }, (_, place) => {
    const shown = Math.floor(place / IMAGE_SIZE) % 10;
    return (hashed(place) >>> 1) + 12 * shown;
  });
  const labels = Uint8Array.from({ length: count }, (_, index) => {
    const wrong = hashed(index + 2 ** 31);
    return wrong < 64 ? wrong % 10 : index % 10;
  });
  return { count, pixels, labels };
}

/** Knuth's multiplication, then two rounds of shifts and multiplications: eight bits. */
function hashed(place: number): number {
  let x = Math.imul(place, 2_654_435_761);
  x = Math.imul(x ^ (x >>> 15), 2_246_822_519);
  x = Math.imul(x ^ (x >>> 13), 3_266_489_917);
  return (x ^ (x >>> 16)) >>> 24;
}
