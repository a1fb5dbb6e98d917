/** Images as they lie on disk: one byte a channel, so that the full set costs 154 MB and not 1.2 GB. */
import { createHash } from 'node:crypto';

export const IMAGE_SHAPE = [3, 32, 32] as const;
export const IMAGE_SIZE = 3 * 32 * 32;
export const CLASS_NAMES = [
  'airplane',
  'automobile',
  'bird',
  'cat',
  'deer',
  'dog',
  'frog',
  'horse',
  'ship',
  'truck',
] as const;
export const NUM_CLASSES = CLASS_NAMES.length;

/** Labelled images. */
export interface Images {
  readonly count: number;
  /** (count, 3, 32, 32) uint8, channels first; its buffer is a SharedArrayBuffer, so that workers share it. */
  readonly pixels: Uint8Array;
  /** (count,) uint8, 0..9; shared too. */
  readonly labels: Uint8Array;
}

/** A whole set, in the official order: 50,000 training and 10,000 test images, or fewer in a sample of it. */
export interface Dataset {
  /** Where it came from, as a user would name it: a path, or `synthetic`. */
  readonly source: string;
  readonly kind: 'cifar-10' | 'synthetic';
  readonly train: Images;
  /** Present if it was asked for. */
  readonly test: Images | undefined;
  /** See `fingerprintOf`. */
  readonly fingerprint: string;
}

/** Room for `count` images, to be filled. */
export function allocateImages(count: number): Images {
  return {
    count,
    pixels: new Uint8Array(new SharedArrayBuffer(count * IMAGE_SIZE)),
    labels: new Uint8Array(new SharedArrayBuffer(count)),
  };
}

/** sha256 (hex) of the training images' labels, then their pixels: the same whatever format they were read from. */
export function fingerprintOf({ labels, pixels }: Images): string {
  return createHash('sha256').update(labels).update(pixels).digest('hex');
}
