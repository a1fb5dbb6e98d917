/**
 * NumPy's legacy random stream, `numpy.random.RandomState`: the same seed gives the same numbers. Uniform numbers and
 * integers have NumPy's bits; normal numbers may differ in the last bit where the C library's log differs.
 */
import { expectArgument, isWhole, kindOf } from '../arguments.ts';
import { base, basePage } from '../kernels/base.ts';

const KEY_WORDS = 624;
const WORD = 2 ** 32 - 1;
const HALF_WORD = 2 ** 31;
const PAGE_DOUBLES = basePage.bytes / 8;
const PAGE_WORDS = basePage.bytes / 4;

/** A saved state, fit for JSON: what NumPy's `RandomState.get_state()` returns. */
export interface RandomStateSnapshot {
  /** The 624 words of MT19937: little-endian uint32, in base64. */
  readonly key: string;
  readonly position: number;
  /** The second number of a pair of normal numbers, for the next call. */
  readonly gauss: number | null;
}

export class RandomState {
  /** Holds the state between draws; during a draw it is in the kernels' static memory. */
  readonly #key = new Uint32Array(KEY_WORDS);
  #position = KEY_WORDS;
  #hasGauss = false;
  #gauss = 0;

  /** @param from a seed in 0..2^32 - 1, or a saved state */
  constructor(from: number | RandomStateSnapshot) {
    if (typeof from === 'number') {
      this.#draw(() => base.randomSeed(from));
      return;
    }
    new Uint8Array(this.#key.buffer).set(Buffer.from(from.key, 'base64'));
    this.#position = from.position;
    this.#hasGauss = from.gauss !== null;
    this.#gauss = from.gauss ?? 0;
  }

  snapshot(): RandomStateSnapshot {
    const key = Buffer.from(this.#key.buffer).toString('base64');
    return { key, position: this.#position, gauss: this.#hasGauss ? this.#gauss : null };
  }

  /** Fills `out` with uniform numbers in [0, 1), like `random_sample`. */
  randomSample(out: Float64Array): Float64Array {
    expectNumbers('Float64Array', out);
    return this.#fillDoubles(out, base.randomSample);
  }

  /** Fills `out` with standard normal numbers, like `randn`. */
  randn(out: Float64Array): Float64Array {
    expectNumbers('Float64Array', out);
    return this.#fillDoubles(out, base.randomNormal);
  }

  /** Advances the stream as `randn` of `count` numbers does, but faster. */
  skipRandn(count: number): void {
    expectArgument(isWhole(count, 0, WORD), 'RandomState: count', count, 'a whole number from 0 to 2^32 - 1');
    this.#draw(() => base.randomSkipNormal(count));
  }

  /** Fills `out` with integers in low..high - 1, like `randint(low, high)`. */
  randint(low: number, high: number, out: Int32Array): Int32Array {
    const range = 'whole numbers low < high, which fit into 32 bits';
    expectArgument(isWhole(low, -HALF_WORD, HALF_WORD - 1), 'RandomState: low', low, range);
    expectArgument(isWhole(high, low + 1, HALF_WORD), 'RandomState: high', high, range);
    expectNumbers('Int32Array', out);
    this.#draw(() => {
      for (let done = 0; done < out.length; done += PAGE_WORDS) {
        const count = Math.min(PAGE_WORDS, out.length - done);
        base.randomIntegers(count, high - low - 1, basePage.pointer);
        out.set(words.subarray(0, count), done);
      }
      if (low !== 0) for (let i = 0; i < out.length; i++) out[i]! += low;
    });
    return out;
  }

  /** Fills `out` with integers in 0..n - 1, drawn with replacement, like `choice(n, size)`. */
  choice(n: number, out: Int32Array): Int32Array {
    return this.randint(0, n, out);
  }

  #fillDoubles(out: Float64Array, fill: (count: number, to: number) => void): Float64Array {
    this.#draw(() => {
      for (let done = 0; done < out.length; done += PAGE_DOUBLES) {
        const count = Math.min(PAGE_DOUBLES, out.length - done);
        fill(count, basePage.pointer);
        out.set(doubles.subarray(0, count), done);
      }
    });
    return out;
  }

  #draw(draw: () => void): void {
    kernelKey.set(this.#key);
    base.randomRestore(this.#position, Number(this.#hasGauss), this.#gauss);
    draw();
    this.#key.set(kernelKey);
    this.#position = base.randomPosition();
    this.#hasGauss = base.randomHasGauss() !== 0;
    this.#gauss = base.randomGauss();
  }
}

/** By name, because a caller may live in another realm. */
const expectNumbers = (type: 'Float64Array' | 'Int32Array', out: Float64Array | Int32Array): void =>
  expectArgument(kindOf(out) === type, 'RandomState: out', out, `a ${type} to fill`);

const kernelKey = new Uint32Array(basePage.buffer, base.randomKey(), KEY_WORDS);
const doubles = new Float64Array(basePage.buffer, basePage.pointer, PAGE_DOUBLES);
const words = new Int32Array(basePage.buffer, basePage.pointer, PAGE_WORDS);
