// NumPy's legacy random stream (RandomState), bit for bit: MT19937 of Matsumoto and Nishimura (1998), seeded as
// init_genrand does, with the draws of numpy/random/src/legacy. There is one state, in static memory; the caller loads
// it before and saves it after a draw.

const N: i32 = 624;
const M: i32 = 397;

const key = memory.data(<i32>624 * 4, 16);
/** Next word of the key to hand out; N when it is used up. */
let position: i32 = N;
/** The polar method makes normal numbers in pairs; the second waits here for the next call. */
let hasGauss: bool = false;
let gauss: f64 = 0;

export function randomKey(): usize { return key; }
export function randomPosition(): i32 { return position; }
export function randomHasGauss(): bool { return hasGauss; }
export function randomGauss(): f64 { return gauss; }
export function randomRestore(at: i32, has: bool, value: f64): void {
  position = at;
  hasGauss = has;
  gauss = value;
}

export function randomSeed(seed: u32): void {
  for (let i = 0; i < N; i++) {
    store<u32>(key + (<usize>i << 2), seed);
    seed = 1812433253 * (seed ^ (seed >> 30)) + i + 1;
  }
  randomRestore(N, false, 0);
}

// @ts-ignore: decorator
@inline function twist(i: i32, next: i32, far: i32): void {
  const y = (load<u32>(key + (<usize>i << 2)) & 0x80000000) | (load<u32>(key + (<usize>next << 2)) & 0x7fffffff);
  store<u32>(key + (<usize>i << 2), load<u32>(key + (<usize>far << 2)) ^ (y >> 1) ^ (-(y & 1) & 0x9908b0df));
}

function generate(): void {
  for (let i = 0; i < N - M; i++) twist(i, i + 1, i + M);
  for (let i = N - M; i < N - 1; i++) twist(i, i + 1, i + M - N);
  twist(N - 1, 0, M - 1);
  position = 0;
}

// @ts-ignore: decorator
@inline function word(): u32 {
  if (position == N) generate();
  let y = load<u32>(key + (<usize>position << 2));
  position++;
  y ^= y >> 11;
  y ^= (y << 7) & 0x9d2c5680;
  y ^= (y << 15) & 0xefc60000;
  return y ^ (y >> 18);
}

/** A double in [0, 1) with 53 random bits. */
// @ts-ignore: decorator
@inline function double(): f64 {
  const high = word() >> 5, low = word() >> 6;
  return (<f64>high * 67108864.0 + <f64>low) / 9007199254740992.0;
}

/** A whole number in 0..max, by masked rejection of 32-bit words. */
// @ts-ignore: decorator
@inline function bounded(max: u32, mask: u32): u32 {
  let value = word() & mask;
  while (value > max) value = word() & mask;
  return value;
}

/** Uniform doubles in [0, 1). */
export function randomSample(count: i32, out: usize): void {
  for (const end = out + (<usize>count << 3); out < end; out += 8) store<f64>(out, double());
}

/** Standard normal doubles by the polar method of Marsaglia and Bray (1964). */
export function randomNormal(count: i32, out: usize): void {
  for (let i = 0; i < count; i++, out += 8) {
    if (hasGauss) {
      hasGauss = false;
      store<f64>(out, gauss);
      continue;
    }
    let x: f64, y: f64, r2: f64;
    do {
      x = 2.0 * double() - 1.0;
      y = 2.0 * double() - 1.0;
      r2 = x * x + y * y;
    } while (r2 >= 1.0 || r2 == 0.0);
    const f = sqrt<f64>(-2.0 * NativeMath.log(r2) / r2);
    gauss = f * x;
    hasGauss = true;
    store<f64>(out, f * y);
  }
}

/** Moves on as `count` normal numbers would, without making any but the one that waits: no logarithm is needed to know which pairs are rejected. */
export function randomSkipNormal(count: i32): void {
  if (count > 0 && hasGauss) {
    hasGauss = false;
    count--;
  }
  for (; count > 1; count -= 2) {
    let x: f64, y: f64, r2: f64;
    do {
      x = 2.0 * double() - 1.0;
      y = 2.0 * double() - 1.0;
      r2 = x * x + y * y;
    } while (r2 >= 1.0 || r2 == 0.0);
  }
  if (count > 0) randomNormal(1, discard);
}
const discard = memory.data(8, 8);

/** Whole numbers in 0..max, as RandomState.randint and choice with replacement draw them. A range of one draws nothing. */
export function randomIntegers(count: i32, max: u32, out: usize): void {
  const mask: u32 = max == 0 ? 0 : <u32>0xffffffff >> clz<u32>(max);
  for (const end = out + (<usize>count << 2); out < end; out += 4) store<u32>(out, max == 0 ? 0 : bounded(max, mask));
}
