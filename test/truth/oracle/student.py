"""Statistics (statistics-231.json): SciPy, and mpmath to 40 digits where SciPy's are not exact to the last bits."""
import itertools

import mpmath
import numpy as np
from scipy import stats

SEED = 231
LEVEL, POWER = 0.95, 0.8
MARGIN = 0.01
RATIOS = (0.2, 0.3, 0.5, 0.7, 1, 1.5, 2, 3, 5, 10)

mpmath.mp.dps = 40


def exact_cdf(t, df):
    """P(T <= t) by the regularized incomplete beta function."""
    t, df = mpmath.mpf(t), mpmath.mpf(df)
    tail = mpmath.betainc(df / 2, mpmath.mpf(1) / 2, 0, df / (df + t * t), regularized=True) / 2
    return tail if t < 0 else 1 - tail


def exact_quantile(p, df):
    start = stats.t.ppf(p, df)
    return float(mpmath.findroot(lambda t: exact_cdf(t, df) - mpmath.mpf(repr(p)), mpmath.mpf(start)))


def table(cdf, ts, dfs):
    return {str(float(t)): {str(df): float(cdf(t, df)) for df in dfs} for t in ts}


def interval(sample):
    half = exact_quantile((1 + LEVEL) / 2, len(sample) - 1) * sample.std(ddof=1) / np.sqrt(len(sample))
    return [float(sample.mean() - half), float(sample.mean() + half)]


def sign_flips(n):
    return np.array(list(itertools.product([1, -1], repeat=n)))


def pair(a, b):
    d = a - b
    n, mean, sd = len(d), d.mean(), d.std(ddof=1)
    scaled = lambda edge: (edge - mean) * np.sqrt(n) / sd
    below, above = stats.t.cdf(scaled(-MARGIN), n - 1), stats.t.sf(scaled(MARGIN), n - 1)
    means = np.abs((sign_flips(n) * d).mean(1))
    return {
        "a": a.tolist(), "b": b.tolist(),
        "mean_a": float(a.mean()), "sd_a": float(a.std(ddof=1)), "interval_a": interval(a),
        "mean_difference": float(mean), "interval": interval(d), "effect_size_dz": float(mean / sd),
        "t_test_p": float(stats.ttest_rel(a, b).pvalue),
        "sign_flip_p": float((means >= abs(mean) * (1 - 1e-12)).mean()),
        "pairs_above": int((d > 0).sum()), "pairs_below": int((d < 0).sum()),
        "margin_probabilities": [float(below), float(1 - below - above), float(above)],
    }


def max_t(cells):
    """Several cells measured on the same seeds: whole seeds are flipped together, and the largest |t| counts."""
    n = cells.shape[1]
    t_of = lambda d: d.mean(1) / (d.std(1, ddof=1) / np.sqrt(n))
    t = t_of(cells)
    flipped = np.abs([t_of(cells * flip) for flip in sign_flips(n)])
    reached = lambda values: [float((values >= abs(own) * (1 - 1e-12)).mean()) for own in t]
    return {
        "differences_cells_by_seeds": cells.tolist(), "t": t.tolist(),
        "p": [float((flipped[:, i] >= abs(t[i]) * (1 - 1e-12)).mean()) for i in range(len(t))],
        "adjusted_p": reached(flipped.max(1)),
    }


def pairs_to_detect(ratio):
    """The least n whose two-sided t test finds a difference of 1 at a standard deviation of `ratio` with the power."""
    def power(n):
        edge = stats.t.ppf((1 + LEVEL) / 2, n - 1)
        shift = np.sqrt(n) / ratio
        return stats.nct.sf(edge, n - 1, shift) + stats.nct.cdf(-edge, n - 1, shift)

    n = 2
    while power(n) < POWER:
        n += 1
    return n


def figures():
    r = np.random.RandomState(SEED + 1)
    pairs = [pair(0.3 + 0.02 * r.randn(n), 0.28 + 0.03 * r.randn(n)) for n in (2, 3, 5, 6, 8, 12)]
    cells = 0.01 * r.randn(4, 6) + np.array([[0.0], [0.012], [0.02], [-0.004]])
    dfs = (1, 2, 3, 4, 5, 7, 9, 14, 19, 29, 49, 99, 199)
    return {
        "sources": {
            "t_quantiles, interval_a, interval": "mpmath, 40 digits, root of the incomplete beta function",
            "t_cdf_large, t_tail": "mpmath, 40 digits",
            "t_cdf, paired, max_t": "SciPy and NumPy; sign flips by enumeration of all 2^n",
            "margin_probabilities": "SciPy, stats.t: [below, within, above] for margin 0.01, on the differences a - b",
            "pairs_to_detect": "SciPy, stats.nct: least n of power 0.8 at level 0.95, keyed by sd / margin",
        },
        "t_quantiles": {str(p): {str(df): exact_quantile(p, df) for df in dfs} for p in (0.9, 0.95, 0.975, 0.99, 0.995, 0.9995)},
        "t_cdf": table(stats.t.cdf, (-3.2, -0.7, 0.1, 1.5, 4.0, 25.0), (1, 2, 4, 9, 29)),
        "t_cdf_large": table(exact_cdf, (-6, -2, -1, 0.5, 3), (100, 1000, 10000)),
        "t_tail": table(exact_cdf, (-1000, -40, -12), (1, 2, 5, 30, 100)),
        "paired": pairs,
        "max_t": max_t(cells),
        "pairs_to_detect": {str(ratio): pairs_to_detect(ratio) for ratio in RATIOS},
    }
