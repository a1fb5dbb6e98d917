/** Images as bytes, one per channel: the full set takes 154 MB instead of 1.2 GB as floats. */
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
  /** (count, 3, 32, 32) uint8, channels first, in a SharedArrayBuffer that workers share. */
  readonly pixels: Uint8Array;
  /** (count,) uint8 in 0..9, shared too. */
  readonly labels: Uint8Array;
}

/** CIFAR-10 in its official order: 50,000 training and 10,000 test images, fewer in a sample. */
export interface Dataset {
  /** A path, or `synthetic`. */
  readonly source: string;
  readonly kind: 'cifar-10' | 'synthetic';
  /** Whether images in CIFAR-10's layout are those of CIFAR-10 (see `isOfficial`); absent if not looked at. */
  readonly official?: boolean | undefined;
  readonly train: Images;
  /** Present if requested. */
  readonly test: Images | undefined;
  /** See `fingerprintOf`. */
  readonly fingerprint: string;
}

/** Memory for `count` images. */
export function allocateImages(count: number): Images {
  return {
    count,
    pixels: new Uint8Array(new SharedArrayBuffer(count * IMAGE_SIZE)),
    labels: new Uint8Array(new SharedArrayBuffer(count)),
  };
}

/** The fingerprint of the synthetic images, which are the same everywhere. */
export const SYNTHETIC_FINGERPRINT = '86dc1b10e87ae282e22ceef5bdb23822f613ceebc8d3db916bc7ae90a7791d5c';

/** sha256 (hex) of the training labels, then the pixels: independent of the file format. */
export function fingerprintOf({ labels, pixels }: Images): string {
  return createHash('sha256').update(labels).update(pixels).digest('hex');
}
