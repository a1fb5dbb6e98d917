/**
 * The figures that `diagnostics` measures in each layer, one row each. The record's schema, the CSV columns, tables and heat
 * maps read this table. Figures describe one step, on its own minibatch. Mean and standard deviation are over all elements of
 * a matrix (n, h); norms are Euclidean.
 */

export interface Diagnostic {
  readonly label: string;
  /** At the head of a table's column. */
  readonly short: string;
  /** As a sentence for captions. */
  readonly caption: string;
}

export const diagnostics = {
  preactivationMean: {
    label: 'Mean of the preactivations',
    short: 'pre mean',
    caption: "the mean of the affine part's output, before the normalization",
  },
  preactivationStd: {
    label: 'Standard deviation of the preactivations',
    short: 'pre std',
    caption: "the standard deviation of the affine part's output, before the normalization",
  },
  activationMean: {
    label: 'Mean of the activations',
    short: 'act mean',
    caption: "the mean of the ReLU's output",
  },
  activationStd: {
    label: 'Standard deviation of the activations',
    short: 'act std',
    caption: "the standard deviation of the ReLU's output",
  },
  zeroShare: { label: 'Share of zeros', short: 'zeros', caption: 'the share of activations that are 0' },
  deadShare: {
    label: 'Share of dead units',
    short: 'dead',
    caption: 'the share of units that are 0 for the whole minibatch',
  },
  gradientNorm: {
    label: "Norm of the weights' gradient",
    short: 'dW',
    caption: "the norm of the weights' gradient, regularization included",
  },
  preactivationGradientNorm: {
    label: "Norm of the preactivations' gradient",
    short: 'da',
    caption: "the norm of the preactivations' gradient",
  },
  updateRatio: {
    label: 'Size of the update relative to the weights',
    short: 'update',
    caption: "the norm of the step's change of the weights over that of the weights before it",
  },
  epsilonShare: {
    label: 'Share of epsilon in var + eps',
    short: 'eps share',
    caption: 'the mean of eps / (var + eps) over all variances of the normalization',
  },
} as const satisfies Readonly<Record<string, Diagnostic>>;

export type DiagnosticName = keyof typeof diagnostics;
export const diagnosticNames = Object.keys(diagnostics) as [DiagnosticName, ...DiagnosticName[]];

/** The figures of one layer, numbered from 1. The last layer has no activations; figures that are not finite are absent. */
export type LayerDiagnostics = { layer: number } & Partial<Record<DiagnosticName, number>>;

/** The figures of one step, measured after the first iteration (epoch 0) and at the end of each epoch. */
export interface DiagnosedStep {
  iteration: number;
  epoch: number;
  layers: LayerDiagnostics[];
}
