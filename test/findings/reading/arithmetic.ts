/**
 * The second reading's own arithmetic. It shares no line with src/analysis: the t distribution comes from the incomplete
 * beta function's continued fraction (Numerical Recipes, section 6.4), not from a power series.
 */

/** ln Γ(x) for x > 0: Lanczos's approximation with g = 7 and nine terms. */
export function logGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  const terms = [
    0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
    12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
  ];
  const z = x - 1;
  const sum = terms.reduce((all, term, i) => (i === 0 ? term : all + term / (z + i)), 0);
  const t = z + 7.5;
  return 0.5 * Math.log(2 * Math.PI) + (z + 0.5) * Math.log(t) - t + Math.log(sum);
}

/** The regularized incomplete beta function I_x(a, b). */
export function betaShare(a: number, b: number, x: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x));
  return x < (a + 1) / (a + b + 2)
    ? (front * betaFraction(a, b, x)) / a
    : 1 - (front * betaFraction(b, a, 1 - x)) / b;
}

function betaFraction(a: number, b: number, x: number): number {
  const tiny = 1e-300;
  const safe = (value: number) => (Math.abs(value) < tiny ? tiny : value);
  let c = 1;
  let d = 1 / safe(1 - ((a + b) * x) / (a + 1));
  let h = d;
  for (let m = 1; m < 10_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / safe(1 + even * d);
    c = safe(1 + even / c);
    h *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / safe(1 + odd * d);
    c = safe(1 + odd / c);
    const step = d * c;
    h *= step;
    if (Math.abs(step - 1) < 1e-16) break;
  }
  return h;
}

/** P(|T| >= |t|) for Student's t. */
export function twoSidedT(t: number, df: number): number {
  if (!Number.isFinite(t)) return 0;
  // Beyond the reach of t * t the tail is 0 to any figure that is printed.
  return Math.abs(t) > 1e150 ? 0 : betaShare(df / 2, 0.5, df / (df + t * t));
}

/** P(T <= t). */
export const belowT = (t: number, df: number): number => {
  const tail = twoSidedT(t, df) / 2;
  return t < 0 ? tail : 1 - tail;
};

const criticals = new Map<string, number>();

/** The t that |T| exceeds with probability p, by bisection. */
export function criticalT(p: number, df: number): number {
  const key = `${p} ${df}`;
  const known = criticals.get(key) ?? bisected(p, df);
  criticals.set(key, known);
  return known;
}

function bisected(p: number, df: number): number {
  let [low, high] = [0, 1];
  while (twoSidedT(high, df) > p) high *= 2;
  for (let i = 0; i < 200 && high - low > 1e-15 * high; i++) {
    const middle = (low + high) / 2;
    if (twoSidedT(middle, df) > p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

export interface Sample {
  readonly n: number;
  readonly mean: number;
  /** Divisor n - 1; NaN below two figures. */
  readonly sd: number;
  /** The ends of the 95 % t interval; NaN below two figures. */
  readonly low: number;
  readonly high: number;
}

/** Two passes after scaling, so that nothing overflows. A spread below 1e-12 of the largest figure is rounding. */
export function sampleOf(figures: readonly number[]): Sample {
  const n = figures.length;
  if (n === 0) return { n, mean: Number.NaN, sd: Number.NaN, low: Number.NaN, high: Number.NaN };
  const largest = Math.max(...figures.map(Math.abs));
  const unit = largest === 0 ? 1 : largest;
  const scaled = figures.map(figure => figure / unit);
  const sum = scaled.reduce((all, figure) => all + figure, 0) / n;
  // Figures that cancel leave only the rounding of their sum.
  const centre = Math.abs(sum) <= 1e-12 ? 0 : sum;
  const mean = unit * centre;
  if (n === 1) return { n, mean, sd: Number.NaN, low: Number.NaN, high: Number.NaN };
  const spread = Math.sqrt(scaled.reduce((sum, figure) => sum + (figure - centre) ** 2, 0) / (n - 1));
  const sd = unit * (spread <= 1e-12 ? 0 : spread);
  const half = criticalT(0.05, n - 1) * (sd / Math.sqrt(n));
  return { n, mean, sd, low: mean - half, high: mean + half };
}

/** The two-sided p of the t test of a mean of `null_`; NaN below two figures, or where the spread is zero. */
export function tTestP({ n, mean, sd }: Sample, null_ = 0): number {
  if (n < 2 || sd === 0) return Number.NaN;
  return twoSidedT((mean - null_) / (sd / Math.sqrt(n)), n - 1);
}

/** Holm's step-down correction (1979): the corrected p of each, in their order. NaN stays NaN and does not count. */
export function holm(ps: readonly number[]): number[] {
  const order = ps
    .map((p, i) => ({ p, i }))
    .filter(({ p }) => !Number.isNaN(p))
    .sort((a, b) => a.p - b.p);
  const corrected = ps.map(() => Number.NaN);
  let most = 0;
  for (const [rank, { p, i }] of order.entries()) {
    most = Math.max(most, Math.min(1, p * (order.length - rank)));
    corrected[i] = most;
  }
  return corrected;
}

/** The least k with P(X > k) <= tail for X ~ Binomial(n, p): each term from its logarithm. */
export function binomialQuantile(n: number, p: number, tail: number): number {
  const log = (k: number) =>
    logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1) + k * Math.log(p) + (n - k) * Math.log1p(-p);
  let above = 0;
  for (let k = n; k > 0; k--) {
    above += Math.exp(log(k));
    if (above > tail) return k;
  }
  return 0;
}

/** The share of all flips of signs whose |mean| is at least the one seen; up to 22 differences. */
export function signFlipShare(differences: readonly number[]): number {
  const largest = Math.max(...differences.map(Math.abs));
  if (differences.length === 0 || largest === 0) return 1;
  const scaled = differences.map(d => d / largest);
  const seen = Math.abs(scaled.reduce((sum, d) => sum + d, 0));
  let [reached, all] = [0, 0];
  const walk = (at: number, sum: number): void => {
    if (at === scaled.length) {
      all++;
      if (Math.abs(sum) >= seen - 1e-12) reached++;
      return;
    }
    walk(at + 1, sum + scaled[at]!);
    walk(at + 1, sum - scaled[at]!);
  };
  walk(1, scaled[0]!);
  return reached / all;
}
