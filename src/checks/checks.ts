/** Every numeric check of the notebook: one entry each, with the ranges that the notebook states. */
import type { Normalization } from '../config/schema.ts';
import {
  alternativeBackward,
  backwardErrors,
  batchnormTestStatistics,
  forwardStatistics,
  type Measured,
} from './layer-checks.ts';
import { hasNoEffect, netErrors } from './net-checks.ts';

/** At most a number; or within a distance of each expected number; or, where it is null, only shown. */
export type Bound = number | { readonly near: readonly number[]; readonly within: number } | null;

export interface CheckResult {
  readonly case: string;
  readonly quantity: string;
  readonly value: number | readonly number[];
  readonly bound: Bound;
  readonly pass: boolean;
  readonly note: string;
}

interface Expectation {
  readonly bound: Bound;
  readonly note?: string;
}

interface Check {
  readonly name: string;
  measure(now: () => number): Measured;
  /** By quantity; what has none here is only shown. */
  readonly expected: Readonly<Record<string, Expectation>>;
}

const near = (near: readonly number[], within: number): Expectation => ({ bound: { near, within } });
const atMost = (bound: number, note = ''): Expectation => ({ bound, note });

const SCALE = { gamma: [1, 2, 3], beta: [11, 12, 13] };
const ROW_SCALE = { gamma: [3, 3, 3], beta: [5, 5, 5] };
const backwardExpected = { dx: atMost(1e-8), dgamma: atMost(1e-8), dbeta: atMost(1e-8) };

const layerChecks: readonly Check[] = [
  {
    name: 'batchnorm-forward-train',
    measure: () => forwardStatistics('batchnorm', SCALE),
    expected: {
      unitMeans: near([0, 0, 0], 1e-12),
      unitStds: near([1, 1, 1], 1e-6),
      scaledMeans: near(SCALE.beta, 1e-12),
      scaledStds: near(SCALE.gamma, 1e-6),
    },
  },
  {
    name: 'batchnorm-forward-test',
    measure: batchnormTestStatistics,
    expected: {
      means: {
        ...near([0, 0, 0], 0.2),
        note: 'noisier than in training: the running statistics are not those of this batch',
      },
      stds: near([1, 1, 1], 0.2),
    },
  },
  { name: 'batchnorm-backward', measure: () => backwardErrors('batchnorm'), expected: backwardExpected },
  {
    name: 'batchnorm-backward-alt',
    measure: alternativeBackward,
    expected: {
      dxDifference: atMost(1e-10),
      dgammaDifference: atMost(1e-10),
      dbetaDifference: atMost(1e-10),
      speedUp: { bound: null, note: 'measured, so it varies' },
    },
  },
  {
    name: 'layernorm-forward',
    measure: () => forwardStatistics('layernorm', ROW_SCALE),
    expected: {
      unitMeans: near([0, 0, 0, 0], 1e-12),
      unitStds: near([1, 1, 1, 1], 1e-6),
      scaledMeans: near([5, 5, 5, 5], 1e-12),
      scaledStds: near([3, 3, 3, 3], 1e-5),
    },
  },
  { name: 'layernorm-backward', measure: () => backwardErrors('layernorm'), expected: backwardExpected },
];

/** Losses that 20 public solutions of the notebook agree on to the last digit. */
const publishedLoss: Readonly<Record<string, number>> = {
  'batchnorm-0': 2.2611955101340957,
  'batchnorm-3.14': 6.996533220108303,
};

function netCheck(normalization: Normalization, reg: number): Check {
  const published = publishedLoss[`${normalization}-${reg}`];
  // For nets without batch norm the notebook states no range; the smallest of their gradients leave more round-off.
  const rowBound = normalization === 'batchnorm' ? 1e-8 : 1e-6;
  const expected: Record<string, Expectation> = {
    initialLoss: published === undefined ? { bound: null } : near([published], 1e-12),
  };
  for (const layer of [1, 2, 3]) {
    // The notebook says 1e-4 to 1e-10 for W; its own W1, with a batch of 2 and reg 0, is 1.10e-4 in every solved copy.
    expected[`W${layer}`] = atMost(2e-4);
    for (const name of ['b', 'gamma', 'beta']) expected[`${name}${layer}`] = atMost(rowBound);
    if (hasNoEffect(`b${layer}`, normalization)) {
      expected[`b${layer}`] = atMost(
        1e-9,
        'its true gradient is 0 (a bias before batch norm): the largest absolute value',
      );
    }
  }
  return { name: `net-${normalization}-reg-${reg}`, measure: () => netErrors(normalization, reg), expected };
}

const normalizations: readonly Normalization[] = ['batchnorm', 'layernorm', 'none'];
const checks: readonly Check[] = [
  ...layerChecks.slice(0, 4),
  netCheck('batchnorm', 0),
  netCheck('batchnorm', 3.14),
  ...layerChecks.slice(4),
  ...normalizations.slice(1).flatMap(name => [netCheck(name, 0), netCheck(name, 3.14)]),
];

/** Runs all checks in float64, on the kernels that train. `now` gives milliseconds, for the one figure that is a time. */
export function runChecks(now: () => number): CheckResult[] {
  return checks.flatMap(check =>
    Object.entries(check.measure(now)).map(([quantity, value]) => {
      const { bound, note = '' } = check.expected[quantity] ?? { bound: null };
      return { case: check.name, quantity, value, bound, pass: isWithin(value, bound), note };
    }),
  );
}

function isWithin(value: number | readonly number[], bound: Bound): boolean {
  const values = typeof value === 'number' ? [value] : value;
  if (bound === null) return values.every(Number.isFinite);
  if (typeof bound === 'number') return values.every(v => v <= bound);
  return values.every((v, i) => Math.abs(v - bound.near[i]!) <= bound.within);
}
