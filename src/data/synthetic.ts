/**
 * Synthetic images in the shape of CIFAR-10, for machines without it. An image is the sum of two crops: one from a
 * landscape of objects, jittered within the strip of its class, and one from anywhere in a landscape of scenery. So
 * classes overlap their neighbours, and most of the variance within a class does not depend on the class. Both landscapes
 * are fractal noise (midpoint refinement), with a spectrum like that of photographs.
 *
 * Only integer and exactly specified operations are used, so the bytes are the same on every machine.
 */
import {
  allocateImages,
  type Dataset,
  fingerprintOf,
  IMAGE_SIZE,
  type Images,
  NUM_CLASSES,
} from './dataset.ts';

const NUM_TRAIN = 50_000;
const NUM_TEST = 10_000;

/** Landscapes wrap around and have three channels of SIZE x SIZE bytes. */
const SIZE = 512;
const IMAGE = 32;
/** Spacing of the coarsest lattice in pixels: its features are as large as an image. */
const LATTICE = 32;
/** Amplitude of a lattice relative to the next coarser one: 0.5 is smooth, 1 is rough. */
const SCENERY_ROUGHNESS = 0.75;
const OBJECT_ROUGHNESS = 0.6;
/** Amplitude of colour relative to that of brightness. */
const CHROMA = 0.35;
/** Grey levels of each landscape. They sum to less than 256, so four bytes can be added as one word. */
const SCENERY_RANGE = 195;
const OBJECT_RANGE = 60;
const SCENERY_CONTRAST = 1;
const OBJECT_CONTRAST = 1.4;
/** Rows from one class's strip to the next; jitter within a strip in rows, and in steps of four columns. */
const STRIP = 48;
const ROW_JITTER = 16;
const COLUMN_JITTER = 4;

const WORDS = SIZE / 4;
const IMAGE_WORDS = IMAGE / 4;

type Random = () => number;

/** The full set, the same every time. */
export async function generateSynthetic({ test }: { readonly test: boolean }): Promise<Dataset> {
  const random = randomFrom(1);
  const scenery = landscape(random, SCENERY_ROUGHNESS, SCENERY_CONTRAST, SCENERY_RANGE);
  const objects = landscape(random, OBJECT_ROUGHNESS, OBJECT_CONTRAST, OBJECT_RANGE);
  const train = compose(randomFrom(2), NUM_TRAIN, objects, scenery);
  return {
    source: 'synthetic',
    kind: 'synthetic',
    train,
    test: test ? compose(randomFrom(3), NUM_TEST, objects, scenery) : undefined,
    fingerprint: fingerprintOf(train),
  };
}

/** Uniform integers in 0..2^32 - 1 (splitmix32: a counter and a mixing function). */
function randomFrom(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let x = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
    return (x ^ (x >>> 15)) >>> 0;
  };
}

const below = (random: Random, n: number): number => Math.floor((random() * n) / 2 ** 32);
const centred = (random: Random): number => random() / 2 ** 32 - 0.5;

/** Three channels of bytes in 0..range with a mean near range / 2, four bytes per word. */
function landscape(random: Random, roughness: number, contrast: number, range: number): Int32Array {
  const light = fractalNoise(random, roughness);
  const warmth = fractalNoise(random, roughness);
  const gain = contrast / Math.sqrt(light.reduce((sum, v) => sum + v * v, 0) / light.length);
  const bytes = new Uint8Array(3 * light.length);
  for (let channel = 0; channel < 3; channel++) {
    const tint = (1 - channel) * CHROMA;
    for (let i = 0; i < light.length; i++) {
      const x = gain * (light[i]! + tint * warmth[i]!);
      bytes[channel * light.length + i] = Math.floor((range / 2) * (1 + x / Math.sqrt(1 + x * x)));
    }
  }
  return new Int32Array(bytes.buffer);
}

function fractalNoise(random: Random, roughness: number): Float64Array {
  let n = SIZE / LATTICE;
  let field = Float64Array.from({ length: n * n }, () => centred(random));
  for (let amplitude = roughness; n < SIZE; n *= 2, amplitude *= roughness)
    field = refine(field, n, amplitude, random);
  return field;
}

/** Doubles the resolution: each point is interpolated bilinearly from its four neighbours, plus noise. */
function refine(
  coarse: Float64Array,
  n: number,
  amplitude: number,
  random: Random,
): Float64Array<ArrayBuffer> {
  const size = 2 * n;
  const fine = new Float64Array(size * size);
  const other = (i: number) => ((i >> 1) + (i & 1 ? 1 : n - 1)) & (n - 1);
  for (let y = 0; y < size; y++) {
    const near = (y >> 1) * n;
    const far = other(y) * n;
    for (let x = 0; x < size; x++) {
      const [a, b] = [x >> 1, other(x)];
      const around = 9 * coarse[near + a]! + 3 * (coarse[near + b]! + coarse[far + a]!) + coarse[far + b]!;
      fine[y * size + x] = around / 16 + amplitude * centred(random);
    }
  }
  return fine;
}

function compose(random: Random, count: number, objects: Int32Array, scenery: Int32Array): Images {
  const images = allocateImages(count);
  images.labels.set(shuffledLabels(random, count));
  const words = new Int32Array(images.pixels.buffer);
  for (let i = 0; i < count; i++) {
    const row = images.labels[i]! * STRIP + below(random, ROW_JITTER);
    const object = row * WORDS + below(random, COLUMN_JITTER);
    const place = below(random, SIZE - IMAGE + 1) * WORDS + below(random, WORDS - IMAGE_WORDS + 1);
    addCrops(words, (i * IMAGE_SIZE) / 4, objects, object, scenery, place);
  }
  return images;
}

/** Adds four pixels at a time: no sum of two bytes carries into the next. */
function addCrops(out: Int32Array, at: number, a: Int32Array, p: number, b: Int32Array, q: number): void {
  for (let channel = 0; channel < 3; channel++, p += (SIZE - IMAGE) * WORDS, q += (SIZE - IMAGE) * WORDS) {
    for (let y = 0; y < IMAGE; y++, p += WORDS - IMAGE_WORDS, q += WORDS - IMAGE_WORDS) {
      for (let x = 0; x < IMAGE_WORDS; x++) out[at++] = a[p++]! + b[q++]!;
    }
  }
}

/** Equally many labels of each class, in random order (Fisher-Yates). */
function shuffledLabels(random: Random, count: number): Uint8Array {
  const labels = Uint8Array.from({ length: count }, (_, i) => i % NUM_CLASSES);
  for (let i = count - 1; i > 0; i--) {
    const j = below(random, i + 1);
    [labels[i], labels[j]] = [labels[j]!, labels[i]!];
  }
  return labels;
}
