/** Every numeric check of the notebook, with the ranges that the notebook states. */
import type { Normalization } from '../config/schema.ts';
import { normalizations } from '../nn/normalizations.ts';
import { atMost, type Check, type CheckResult, type Expectation, near, resultsOf } from './check.ts';
import {
  alternativeBackward,
  backwardErrors,
  batchnormTestStatistics,
  forwardStatistics,
  runningStatisticsErrors,
} from './layer-checks.ts';
import { netErrors, ZERO_GRADIENT } from './net-checks.ts';

const SCALE = { gamma: [1, 2, 3], beta: [11, 12, 13] };
const ROW_SCALE = { gamma: [3, 3, 3], beta: [5, 5, 5] };

const batchnormChecks: readonly Check[] = [
  {
    name: 'batchnorm-forward-train',
    cell: 'Batch normalization: forward, training mode',
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
    cell: 'Batch normalization: forward, test mode',
    measure: batchnormTestStatistics,
    expected: {
      means: {
        ...near([0, 0, 0], 0.2),
        note: 'noisier than in training mode: the running statistics differ from those of the batch',
      },
      stds: near([1, 1, 1], 0.2),
    },
  },
  {
    name: 'batchnorm-running-statistics',
    cell: 'Batch normalization: forward, test mode',
    measure: runningStatisticsErrors,
    expected: { runningMean: atMost(1e-12), runningVar: atMost(1e-12), out: atMost(1e-12) },
  },
  backwardCheck('batchnorm'),
  {
    name: 'batchnorm-backward-alt',
    cell: 'Batch normalization: alternative backward',
    measure: alternativeBackward,
    expected: {
      dxDifference: atMost(1e-10),
      dgammaDifference: atMost(1e-10),
      dbetaDifference: atMost(1e-10),
      speedUp: { bound: null, note: 'measured, so it varies' },
    },
  },
];

const layernormChecks: readonly Check[] = [
  {
    name: 'layernorm-forward',
    cell: 'Layer normalization: forward',
    measure: () => forwardStatistics('layernorm', ROW_SCALE),
    expected: {
      unitMeans: near([0, 0, 0, 0], 1e-12),
      unitStds: near([1, 1, 1, 1], 1e-6),
      scaledMeans: near([5, 5, 5, 5], 1e-12),
      scaledStds: near([3, 3, 3, 3], 1e-5),
    },
  },
  backwardCheck('layernorm'),
];

function backwardCheck(name: Normalization): Check {
  const quantities = [
    'dx',
    ...Object.keys(normalizations[name].parameters).map(parameter => `d${parameter}`),
  ];
  return {
    name: `${name}-backward`,
    cell: `${normalizations[name].title}: backward`,
    measure: () => backwardErrors(name),
    expected: Object.fromEntries(quantities.map(quantity => [quantity, atMost(1e-8)])),
  };
}

/** RMS norm's b1 has gradients near 0, so its relative round-off is 5e-6. */
const EXCEPTIONS: Readonly<Partial<Record<Normalization, Readonly<Record<string, Expectation>>>>> = {
  rmsnorm: { b1: atMost(1e-5) },
};

/** Losses that 20 public solutions of the notebook agree on to the last digit. */
const publishedLoss: Readonly<Record<string, number>> = {
  'batchnorm-0': 2.2611955101340957,
  'batchnorm-3.14': 6.996533220108303,
};

function netCheck(normalization: Normalization, reg: number): Check {
  const published = publishedLoss[`${normalization}-${reg}`];
  // For nets without batch norm the notebook states no range. Their smallest gradients have more round-off.
  const rowBound = normalization === 'batchnorm' ? 1e-8 : 1e-6;
  const { title, parameters, cancelsBias } = normalizations[normalization];
  const expected: Record<string, Expectation> = {
    initialLoss: published === undefined ? { bound: null } : near([published], 1e-12),
    b3: atMost(rowBound),
  };
  for (const layer of [1, 2, 3]) {
    // The notebook says 1e-4 to 1e-10 for W; its own W1, with a batch of 2 and reg 0, is 1.10e-4 in every solved copy.
    expected[`W${layer}`] = atMost(2e-4);
    if (layer === 3) continue;
    expected[`b${layer}`] = cancelsBias ? ZERO_GRADIENT : atMost(rowBound);
    for (const name of Object.keys(parameters)) expected[`${name}${layer}`] = atMost(rowBound);
  }
  return {
    name: `net-${normalization}-reg-${reg}`,
    cell: `Fully connected net: ${title.toLowerCase()}`,
    measure: () => netErrors(normalization, reg),
    expected: { ...expected, ...EXCEPTIONS[normalization] },
  };
}

/** The layers' checks by normalization; those without an entry here have their backward pass checked. */
const layerChecks: Partial<Record<Normalization, readonly Check[]>> = {
  batchnorm: batchnormChecks,
  layernorm: layernormChecks,
  none: [],
};

const names = Object.keys(normalizations) as Normalization[];
const checks: readonly Check[] = [...names.filter(name => name !== 'none'), 'none' as const].flatMap(name => [
  ...(layerChecks[name] ?? [backwardCheck(name)]),
  netCheck(name, 0),
  netCheck(name, 3.14),
]);

/** Runs all checks in float64, on the kernels that train. `now` returns milliseconds, for the one figure that is a time. */
export function runChecks(now: () => number): CheckResult[] {
  return checks.flatMap(check => resultsOf(check, now));
}
