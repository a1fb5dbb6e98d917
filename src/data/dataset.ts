/** Images as they lie on disk: one byte a channel, so that the full set costs 154 MB and not 1.2 GB. */

export const IMAGE_SHAPE = [3, 32, 32] as const;
export const IMAGE_SIZE = 3 * 32 * 32;
export const NUM_CLASSES = 10;
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

/** Labelled images. */
export interface Images {
  readonly count: number;
  /** (count, 3, 32, 32) uint8, channels first; its buffer is a SharedArrayBuffer, so that workers share it. */
  readonly pixels: Uint8Array;
  /** (count,) uint8, 0..9. */
  readonly labels: Uint8Array;
}

/** A whole set: 50,000 training and 10,000 test images (fewer in samples of it), in the official order. */
export interface Dataset {
  /** Where it came from, as a user would name it: a path, or `synthetic`. */
  readonly source: string;
  readonly kind: 'cifar-10' | 'synthetic';
  readonly train: Images;
  readonly test: Images;
  /** sha256 (hex) of the training images: label byte and pixel bytes of each, as the binary version lays them out. */
  readonly fingerprint: string;
}
