/** One batch, whatever its format. */
import { CifarNormError } from '../errors.ts';

export interface Batch {
  readonly labels: ArrayLike<number>;
  /** Pixels of image i: (3072,) uint8, channels first. */
  image(i: number): Uint8Array;
}

export function badBatch(where: string, problem: string): CifarNormError {
  return new CifarNormError(
    'data',
    `${where}: ${problem}`,
    'the file is corrupt or not a batch of CIFAR-10: download the archive again and compare its checksum',
  );
}
