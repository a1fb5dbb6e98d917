/** Where a net's numbers lie in memory. The same layout, on an allocator that only counts, is the net's need of memory. */
import type { Normalization } from '../config/schema.ts';
import {
  type Allocator,
  allocateMatrix,
  allocatePacking,
  type Matrix,
  type Pointer,
  rowOf,
  wholeTiles,
} from '../kernels/matrix.ts';
import { STRIP } from '../kernels/signatures.ts';
import type { ImageInput, UpdateArguments } from './layers.ts';
import {
  COURSE_CONSTANTS,
  divisorCount,
  type NormalizationRow,
  type NormalizedLayer,
  type NormConstants,
  normalizations,
  type ParameterName,
} from './normalizations.ts';
import { MAX_HYPER, type Rule } from './update-rules.ts';

export interface NetShape {
  readonly inputDim: number;
  readonly hiddenDims: readonly number[];
  readonly numClasses: number;
  readonly normalization: Normalization;
  /** The most rows that a forward or backward pass will be given. */
  readonly maxRows: number;
  /** The rule that trains the net; absent for a net that is not trained. */
  readonly rule?: Rule;
  /** The course's by default. */
  readonly normConstants?: NormConstants;
  /** Whether the net can store the gradients of its weights (see FullyConnectedNet.diagnosedStep). */
  readonly diagnostics?: boolean;
}

/** An affine layer and what follows it. Nothing follows the last. */
export interface Layer extends NormalizedLayer {
  /** (d, h) */
  readonly w: Matrix;
  /** The parameters of h numbers, one a row: b, and those of the normalization. */
  readonly rows: Matrix;
  readonly drows: Matrix;
  readonly b: Pointer;
  readonly normalization: NormalizationRow;
}

/** What the update rule needs for a layer, and room for a strip of the weights' gradient. */
export interface LayerState {
  readonly w: UpdateArguments;
  readonly b: UpdateArguments;
  /** For the parameters of the normalization. */
  readonly norm: UpdateArguments;
  readonly strip: Pointer;
}

export interface NetLayout {
  /** (maxRows, inputDim) */
  readonly input: Matrix;
  /** (maxRows) uint8. */
  readonly labels: Pointer;
  readonly images: ImageInput | undefined;
  readonly layers: readonly Layer[];
  /** For a net with a rule: one for each layer. */
  readonly states: readonly LayerState[];
  /** The rule's hyperparameters for this step: for the affine parts of hidden layers, and for all other parameters. */
  readonly hiddenHyper: Pointer;
  readonly hyper: Pointer;
  /** With diagnostics: room for the gradient of the largest weights. */
  readonly gradient: Pointer;
  readonly packing: Pointer;
  /** Parameters and running statistics of all layers, side by side: a copy of all is one copy. */
  readonly parameters: { readonly pointer: Pointer; readonly bytes: number };
  /** For a net with a rule: room for the copy. */
  readonly best: Pointer;
}

/** @param images whether the input is images as bytes */
export function layOutNet(to: Allocator, shape: NetShape, images: boolean): NetLayout {
  const { inputDim, hiddenDims, maxRows, rule } = shape;
  const widths = [...hiddenDims, shape.numClasses];
  const parameters = widths.map((h, i) => {
    const normalization = normalizations[i < hiddenDims.length ? shape.normalization : 'none'];
    const w = allocateMatrix(to, widths[i - 1] ?? inputDim, h);
    return { w, ...allocateParameters(to, normalization, h) };
  });
  const { pointer } = parameters[0]!.w;
  const bytes = to.allocate(0) - pointer;
  const best = rule ? to.allocate(bytes) : 0;
  const [hyper, hiddenHyper] = [0, 1].map(() => to.allocate(MAX_HYPER * to.bytesPerReal)) as [
    Pointer,
    Pointer,
  ];
  const constants = shape.normConstants ?? COURSE_CONSTANTS;
  const layers = parameters.map(own => ({ w: own.w, ...allocateLayer(to, own, maxRows, true, constants) }));
  const sizes = parameters.map(({ w }) => wholeTiles(w.rows) * w.stride);
  return {
    layers,
    parameters: { pointer, bytes },
    best,
    states: rule
      ? layers.map((layer, i) =>
          allocateState(to, layer, rule, hyper, i < hiddenDims.length ? hiddenHyper : hyper),
        )
      : [],
    hyper,
    hiddenHyper,
    gradient: shape.diagnostics ? to.allocate(Math.max(...sizes)) : 0,
    packing: allocatePacking(to, maxRows),
    input: allocateMatrix(to, maxRows, inputDim),
    labels: to.allocate(maxRows),
    images: images
      ? // The products may read up to four rows more.
        { pixels: to.allocate((maxRows + 4) * inputDim), mean: allocateMatrix(to, 2, inputDim) }
      : undefined,
  };
}

interface LayerParameters {
  readonly normalization: NormalizationRow;
  readonly rows: Matrix;
  readonly running: Matrix | undefined;
}

/** The parameters of h numbers and the running statistics that go with a normalization. */
export function allocateParameters(
  to: Allocator,
  normalization: NormalizationRow,
  h: number,
): LayerParameters {
  return {
    normalization,
    rows: allocateMatrix(to, rowNames(normalization).length, h),
    running: normalization.hasRunningStatistics ? allocateMatrix(to, 2, h) : undefined,
  };
}

/** A layer without its weights: gradients, activations and what the backward pass needs. */
export function allocateLayer(
  to: Allocator,
  { normalization, rows, running }: LayerParameters,
  maxRows: number,
  activated: boolean,
  constants: NormConstants = COURSE_CONSTANTS,
): Omit<Layer, 'w'> {
  const h = rows.cols;
  const drows = allocateMatrix(to, rows.rows, h);
  const names = rowNames(normalization);
  const at = (all: Matrix, name: ParameterName) =>
    names.includes(name) ? rowOf(all, names.indexOf(name)).pointer : 0;
  const out = allocateMatrix(to, maxRows, h);
  return {
    normalization,
    rows,
    drows,
    b: rows.pointer,
    db: drows.pointer,
    gamma: at(rows, 'gamma'),
    beta: at(rows, 'beta'),
    dgamma: at(drows, 'gamma'),
    dbeta: at(drows, 'beta'),
    runningMean: running ? running.pointer : 0,
    runningVar: running ? rowOf(running, 1).pointer : 0,
    activated,
    constants,
    out,
    dout: allocateMatrix(to, maxRows, h),
    xhat: normalization.over ? allocateMatrix(to, maxRows, h) : out,
    std: normalization.over
      ? allocateMatrix(to, 1, divisorCount(normalization, maxRows, h, constants.groups)).pointer
      : 0,
  };
}

function allocateState(
  to: Allocator,
  { w, rows }: Layer,
  rule: Rule,
  hyper: Pointer,
  affineHyper: Pointer,
): LayerState {
  const stateOf = (m: Matrix): readonly [Pointer, Pointer] => {
    const first = rule.states > 0 ? allocateMatrix(to, m.rows, m.cols).pointer : m.pointer;
    const second = rule.states > 1 ? allocateMatrix(to, m.rows, m.cols).pointer : first;
    return [first, second];
  };
  const ofW = stateOf(w);
  const [first, second] = stateOf(rows);
  return {
    w: { rule: rule.kernel, state: ofW, hyper: affineHyper },
    b: { rule: rule.kernel, state: [first, second], hyper: affineHyper },
    norm: { rule: rule.kernel, state: [first + rows.stride, second + rows.stride], hyper },
    strip: to.allocate(STRIP * w.stride),
  };
}

/** The names of a layer's rows, in order. */
export const rowNames = ({ parameters }: NormalizationRow): string[] => ['b', ...Object.keys(parameters)];
