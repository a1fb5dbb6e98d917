/**
 * Student's t distribution. Equations are cited from NIST's Digital Library of Mathematical Functions (DLMF,
 * https://dlmf.nist.gov) and Abramowitz and Stegun's Handbook (A&S). `exp` and `log` are the compiled ones, so every
 * Node gives the same bits.
 */
import { exp, log } from '../kernels/base.ts';

/** Up to this t^2 the power series is used, above it the continued fraction; each needs fewer than 150 terms. */
const CENTRE = 3;

/**
 * P(T <= t), to about 1e-14 of its value, in the lower tail too. An upper tail is `tCdf(-t, df)`, a two-sided p value
 * `2 * tCdf(-Math.abs(t), df)`.
 *
 * P(T <= -|t|) = I_x(df / 2, 1/2) / 2 with x = df / (df + t^2), where I is the regularized incomplete beta function
 * (DLMF 8.17.2, A&S 26.7.1). Both expansions below have positive terms only, so nothing cancels.
 *
 * @param t any number; ±Infinity gives 0 and 1, NaN gives NaN
 * @param df degrees of freedom, >= 1, however large and not necessarily whole
 */
export function tCdf(t: number, df: number): number {
  const square = t * t;
  if (square === Number.POSITIVE_INFINITY) return t < 0 ? 0 : 1;
  const area =
    tDensity(t, df) * (square > CENTRE ? tailRatio(square, df) / Math.abs(t) : t * centreSeries(square, df));
  if (square > CENTRE) return t < 0 ? area : 1 - area;
  return 0.5 + area;
}

/**
 * The t below which a share p of the distribution lies: the inverse of `tCdf`.
 *
 * Newton's method from t = 0. Left of 0 the cdf is convex and lies above its tangents, so the steps descend to the
 * root without overshooting, for every df and p.
 *
 * @param p 0..1; 0 and 1 give ±Infinity, a number outside gives NaN
 * @param df degrees of freedom, >= 1
 */
export function tQuantile(p: number, df: number): number {
  if (!(p >= 0 && p <= 1)) return Number.NaN;
  if (p > 0.5) return -tQuantile(1 - p, df); // 1 - p is exact here
  if (p === 0) return Number.NEGATIVE_INFINITY;
  for (let t = 0; ; ) {
    const next = t - (tCdf(t, df) - p) / tDensity(t, df);
    if (!(next < t)) return t;
    t = next;
  }
}

/** Γ((df + 1) / 2) / (Γ(df / 2) sqrt(π df)) (1 + t^2 / df)^(-(df + 1) / 2), the derivative of A&S 26.7.1. */
function tDensity(t: number, df: number): number {
  return (gammaRatio(df / 2) / Math.sqrt(Math.PI * df)) * exp((-(df + 1) / 2) * log1p((t * t) / df));
}

/** P(0 <= T <= t) / (t f(t)) = F((df + 1) / 2, 1; 3/2; y) with y = t^2 / (df + t^2): DLMF 8.17.8. */
function centreSeries(square: number, df: number): number {
  const y = square / (df + square);
  let sum = 1;
  for (let n = 0, term = 1; term > sum * Number.EPSILON; n++) {
    term *= ((df + 1 + 2 * n) * y) / (3 + 2 * n);
    sum += term;
  }
  return sum;
}

/**
 * t P(T >= t) / f(t) = (1 + t^2 / df) F(1/2, 1; df/2 + 1; -df / t^2): DLMF 8.17.8 and 15.8.1. F is Gauss's continued
 * fraction (DLMF 15.7.1 with b = 0), which for df -> Infinity becomes Laplace's for the normal tail. It is evaluated
 * by Lentz's method (Applied Optics 15 (1976), 668).
 */
function tailRatio(square: number, df: number): number {
  const c = df / 2;
  const u = df / square;
  let forward = 1;
  let backward = 0;
  let fraction = 1;
  for (let n = 1; ; n++) {
    const half = Math.floor(n / 2);
    const numerator = n % 2 === 1 ? (half + 0.5) * (c + half) : half * (c - 0.5 + half);
    const coefficient = (numerator * u) / ((c + n - 1) * (c + n));
    backward = 1 / (1 + coefficient * backward);
    forward = 1 + coefficient / forward;
    const step = forward * backward;
    fraction *= step;
    if (!(Math.abs(step - 1) > Number.EPSILON)) return (1 + square / df) / fraction;
  }
}

/** c_k of Γ(w + 3/4) / Γ(w + 1/4) = sqrt(w) Σ c_k / w^2k: DLMF 5.11.14. */
const GAMMA_RATIO = [1, 1 / 64, -19 / 8192, 631 / 524288, -174317 / 134217728];

/**
 * Γ(a + 1/2) / Γ(a) for a > 0. The asymptotic series is exact to double precision from a = 20; the recurrence
 * Γ(a + 1) = a Γ(a) moves a smaller a up.
 */
function gammaRatio(a: number): number {
  let factor = 1;
  let shifted = a;
  for (; shifted < 20.25; shifted += 1) factor *= shifted / (shifted + 0.5);
  const w = shifted - 0.25;
  return factor * Math.sqrt(w) * GAMMA_RATIO.reduceRight((sum, c) => sum / (w * w) + c, 0);
}

/** log(1 + x) for x >= 0 without the rounding error of 1 + x: D. Goldberg, ACM Computing Surveys 23 (1991), theorem 4. */
function log1p(x: number): number {
  const sum = 1 + x;
  return sum === 1 ? x : (log(sum) * x) / (sum - 1);
}
