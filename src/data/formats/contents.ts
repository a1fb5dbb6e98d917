/** What a folder or an archive holds in the place of batches, by some of its files. */
import { FETCH, type Kind, recognize } from './recognize.ts';

export interface Sample {
  readonly path: string;
  /** Bytes of the file. */
  readonly size: number;
  /** Its first bytes, at most SAMPLE_HEAD. */
  readonly head: Uint8Array;
}

/** In the Python version of CIFAR-100, two megabytes of file names come before the key that tells it from CIFAR-10. */
export const SAMPLE_HEAD = 4 << 20;
const MAX_SAMPLES = 8;

/** Files that accompany data. */
const BESIDE =
  /^[._]|^(readme|licen[cs]e|copying|batches\.meta)|\.(txt|md|html?|json|ya?ml|csv|py|ipynb|sh)$/i;

/** Whether a file could show what is there. */
export const isTelling = (name: string, size: number, samples: readonly Sample[]): boolean =>
  samples.length < MAX_SAMPLES && size > 0 && !BESIDE.test(name);

/** What is there, in words that follow `there are no batches of CIFAR-10 in it:`, and what to do; undefined if nothing shows. */
export function insteadOfBatches(samples: readonly Sample[]): Pick<Kind, 'words' | 'hint'> | undefined {
  if (samples.some(isCifar100)) return { words: 'it is CIFAR-100', hint: `CIFAR-10 is needed: ${FETCH}` };
  for (const { path, size, head } of samples) {
    const kind = recognize(head, size);
    if (!kind) continue;
    const { name, words, hint } = kind;
    if (name === 'PNG' || name === 'JPEG') return { words: `it holds ${name} images, such as ${path}`, hint };
    return { words: `it holds ${path}, which is ${words}`, hint };
  }
  return samples[0] && { words: `it holds other files, such as ${samples[0].path}`, hint: FETCH };
}

const isCifar100 = ({ path, size, head }: Sample): boolean =>
  /cifar[-_ ]?100/i.test(path) ||
  recognize(head, size)?.name === 'CIFAR-100' ||
  (/^(train|test)/i.test(path.split('/').at(-1)!) &&
    Buffer.from(head.buffer, head.byteOffset, head.length).includes('fine_labels'));
