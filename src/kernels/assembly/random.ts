// NumPy's legacy random stream (RandomState), bit for bit: MT19937 (Matsumoto and Nishimura, 1998), seeded by
// init_genrand, with the distributions of numpy/random/src/legacy. The module has one state, in static memory; callers
// load their own state before a draw and save it afterwards.

const N: i32 = 624;
const M: i32 = 397;

const key = memory.data(<i32>624 * 4, 16);
/** Index of the next word of the key; N when all are used. */
let position: i32 = N;
/** The polar method generates normal numbers in pairs; this is the second of a pair, for the next call. */
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

/** twist for i..i + 3. */
// @ts-ignore: decorator
@inline function twist4(i: i32, far: i32): void {
  const at = key + (<usize>i << 2);
  const y = v128.or(
    v128.and(v128.load(at), i32x4.splat(0x80000000)),
    v128.and(v128.load(at, 4), i32x4.splat(0x7fffffff)),
  );
  const odd = i32x4.neg(v128.and(y, i32x4.splat(1)));
  const twisted = v128.xor(i32x4.shr_u(y, 1), v128.and(odd, i32x4.splat(0x9908b0df)));
  v128.store(at, v128.xor(v128.load(key + (<usize>far << 2)), twisted));
}

function generate(): void {
  let i = 0;
  for (; i + 4 <= N - M; i += 4) twist4(i, i + M);
  for (; i < N - M; i++) twist(i, i + 1, i + M);
  for (; i + 4 < N; i += 4) twist4(i, i + M - N);
  for (; i < N - 1; i++) twist(i, i + 1, i + M - N);
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

/** The next four words. */
// @ts-ignore: decorator
@inline function words(): v128 {
  if (position + 4 > N) {
    let y = i32x4.splat(word());
    y = i32x4.replace_lane(y, 1, word());
    y = i32x4.replace_lane(y, 2, word());
    return i32x4.replace_lane(y, 3, word());
  }
  let y = v128.load(key + (<usize>position << 2));
  position += 4;
  y = v128.xor(y, i32x4.shr_u(y, 11));
  y = v128.xor(y, v128.and(i32x4.shl(y, 7), i32x4.splat(0x9d2c5680)));
  y = v128.xor(y, v128.and(i32x4.shl(y, 15), i32x4.splat(0xefc60000)));
  return v128.xor(y, i32x4.shr_u(y, 18));
}

/** A double in [0, 1) with 53 random bits. */
// @ts-ignore: decorator
@inline function double(): f64 {
  const high = word() >> 5, low = word() >> 6;
  return (<f64>high * 67108864.0 + <f64>low) / 9007199254740992.0;
}

/** The next two doubles. */
// @ts-ignore: decorator
@inline function doubles(): v128 {
  const w = words();
  const high = f64x2.convert_low_i32x4_s(i32x4.shr_u(v128.shuffle<i32>(w, w, 0, 2, 0, 2), 5));
  const low = f64x2.convert_low_i32x4_s(i32x4.shr_u(v128.shuffle<i32>(w, w, 1, 3, 1, 3), 6));
  return f64x2.mul(f64x2.add(f64x2.mul(high, f64x2.splat(67108864.0)), low), f64x2.splat(1.0 / 9007199254740992.0));
}

/** An integer in 0..max, by masked rejection of 32-bit words. */
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

/** The last point of drawPoint, and its squared distance from the origin. */
let x: f64, y: f64, r2: f64;

/** Draws a point of the square [-1, 1) x [-1, 1). Returns 1 if it lies in the unit circle, else 0. */
// @ts-ignore: decorator
@inline function drawPoint(): i32 {
  const point = f64x2.sub(f64x2.mul(f64x2.splat(2.0), doubles()), f64x2.splat(1.0));
  const squares = f64x2.mul(point, point);
  x = f64x2.extract_lane(point, 0);
  y = f64x2.extract_lane(point, 1);
  r2 = f64x2.extract_lane(squares, 0) + f64x2.extract_lane(squares, 1);
  return i32(r2 < 1.0) & i32(r2 != 0.0);
}

/** Standard normal doubles, by the polar method (Marsaglia and Bray, 1964). */
export function randomNormal(count: i32, out: usize): void {
  for (let i = 0; i < count; i++, out += 8) {
    if (hasGauss) {
      hasGauss = false;
      store<f64>(out, gauss);
      continue;
    }
    while (!drawPoint()) {}
    const f = sqrt<f64>(-2.0 * NativeMath.log(r2) / r2);
    gauss = f * x;
    hasGauss = true;
    store<f64>(out, f * y);
  }
}

/**
 * Advances the stream past `count` normal numbers. It computes only the number that remains for the next call: deciding
 * which points are rejected takes no logarithm, and no branch, which the processor would mispredict for every fifth point.
 */
export function randomSkipNormal(count: i32): void {
  if (count > 0 && hasGauss) {
    hasGauss = false;
    count--;
  }
  for (let pairs = count >> 1; pairs > 0; ) pairs -= drawPoint();
  if (count & 1) randomNormal(1, discard);
}
const discard = memory.data(8, 8);

/** Integers in 0..max, as RandomState.randint and choice with replacement draw them. If max is 0, draws nothing. */
export function randomIntegers(count: i32, max: u32, out: usize): void {
  const mask: u32 = max == 0 ? 0 : <u32>0xffffffff >> clz<u32>(max);
  for (const end = out + (<usize>count << 2); out < end; out += 4) store<u32>(out, max == 0 ? 0 : bounded(max, mask));
}
