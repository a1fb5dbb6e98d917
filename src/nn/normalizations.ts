/**
 * What may stand between an affine layer and its ReLU: one row per normalization. Nets, checks and tests read this table;
 * a new normalization is its kernels, its row here and its name in the schema.
 */
import type { Normalization } from '../config/schema.ts';
import type { Engine } from '../kernels/engine.ts';
import type { Matrix, Pointer } from '../kernels/matrix.ts';
import { reluBackward, reluForward } from './layers.ts';

/** The constants of normalizations. Each normalization ignores those that it does not use. */
export interface NormConstants {
  /** Added to the variance. */
  readonly eps: number;
  /** The share of the running statistics that a step keeps. */
  readonly momentum: number;
  /** Groups of adjacent features; must divide the width. */
  readonly groups: number;
}

/** The course's constants. */
export const COURSE_CONSTANTS: NormConstants = { eps: 1e-5, momentum: 0.9, groups: 1 };

export type Mode = 'train' | 'test';
export type ParameterName = 'gamma' | 'beta';

/** What a normalization works on. Pointers to what it does not have are 0. */
export interface NormalizedLayer {
  /** (n, h): the input before the forward pass, the output after it. */
  readonly out: Matrix;
  /** (n, h): the gradient of the output before the backward pass, of the input after it. */
  readonly dout: Matrix;
  /** (n, h): the normalized values, kept for the backward pass. */
  readonly xhat: Matrix;
  /** The divisors, kept for the backward pass: (h) over the batch, (n) over the features, (n, groups) over groups. */
  readonly std: Pointer;
  /** (h) each. */
  readonly gamma: Pointer;
  readonly beta: Pointer;
  readonly dgamma: Pointer;
  readonly dbeta: Pointer;
  /** (h): column sums of the input's gradient, which is the gradient of the bias before the normalization. */
  readonly db: Pointer;
  /** (h) each. */
  readonly runningMean: Pointer;
  readonly runningVar: Pointer;
  /** Whether both passes include the ReLU that follows. */
  readonly activated: boolean;
  readonly constants: NormConstants;
}

export interface NormalizationRow {
  /** As a heading of reports. */
  readonly title: string;
  /** The parameters that it learns, each (h), with their initial values. */
  readonly parameters: Readonly<Partial<Record<ParameterName, number>>>;
  /** What the statistics are over: the batch (for each column), the features of each row, or groups of features. */
  readonly over: 'batch' | 'features' | 'groups' | undefined;
  /** Whether it updates a running mean and variance in training mode, for test mode. */
  readonly hasRunningStatistics: boolean;
  /** Whether it cancels a bias before it, whose true gradient is then 0. */
  readonly cancelsBias: boolean;
  /** In place on layer.out. */
  forward(engine: Engine, n: number, layer: NormalizedLayer, mode: Mode): void;
  /** In place on layer.dout. */
  backward(engine: Engine, n: number, layer: NormalizedLayer): void;
}

export const normalizations: Readonly<Record<Normalization, NormalizationRow>> = {
  none: {
    title: 'No normalization',
    parameters: {},
    over: undefined,
    hasRunningStatistics: false,
    cancelsBias: false,
    forward: (engine, n, { out }) => reluForward(engine, n, out),
    backward: (engine, n, { dout, out, db }) => reluBackward(engine, n, dout, out, db),
  },
  batchnorm: {
    title: 'Batch normalization',
    parameters: { gamma: 1, beta: 0 },
    over: 'batch',
    hasRunningStatistics: true,
    cancelsBias: true,
    forward: batchnormForward,
    backward: batchnormBackwardAlt,
  },
  layernorm: {
    title: 'Layer normalization',
    parameters: { gamma: 1, beta: 0 },
    over: 'features',
    hasRunningStatistics: false,
    cancelsBias: false,
    forward: layernormForward,
    backward: layernormBackward,
  },
  rmsnorm: {
    title: 'RMS normalization',
    parameters: { gamma: 1 },
    over: 'features',
    hasRunningStatistics: false,
    cancelsBias: false,
    forward: rmsnormForward,
    backward: rmsnormBackward,
  },
  groupnorm: {
    title: 'Group normalization',
    parameters: { gamma: 1, beta: 0 },
    over: 'groups',
    hasRunningStatistics: false,
    cancelsBias: false,
    forward: groupnormForward,
    backward: groupnormBackward,
  },
};

/** How many divisors a normalization of (n, h) keeps. */
export function divisorCount({ over }: NormalizationRow, n: number, h: number, groups: number): number {
  return over === 'batch' ? h : over === 'groups' ? n * groups : over === 'features' ? n : 0;
}

// biome-ignore format: argument by argument
function batchnormForward({ kernels }: Engine, n: number, layer: NormalizedLayer, mode: Mode) {
  const { out: { pointer, cols, stride }, gamma, beta, runningMean, runningVar, xhat, std, constants: { eps, momentum } } = layer;
  const activate = Number(layer.activated);
  if (mode === 'train') kernels.batchnormForward(n, cols, pointer, gamma, beta, eps, momentum, runningMean, runningVar, xhat.pointer, std, pointer, stride, activate);
  else kernels.batchnormTest(n, cols, pointer, gamma, beta, eps, runningMean, runningVar, pointer, stride, activate);
}

/** By the simplified formula; used in training. */
// biome-ignore format: argument by argument
function batchnormBackwardAlt({ kernels }: Engine, n: number, layer: NormalizedLayer) {
  const { dout: { pointer, cols, stride }, xhat, std, gamma, dgamma, dbeta, db } = layer;
  kernels.batchnormBackwardAlt(n, cols, pointer, activeOutput(layer), xhat.pointer, std, gamma, dgamma, dbeta, db, stride);
}

/** Node by node through the graph. Without the ReLU and without db; the checks compare it with the simplified formula. */
// biome-ignore format: argument by argument
export function batchnormBackwardStaged({ kernels }: Engine, n: number, layer: NormalizedLayer) {
  const { dout: { pointer, cols, stride }, xhat, std, gamma, dgamma, dbeta } = layer;
  kernels.batchnormBackward(n, cols, pointer, xhat.pointer, std, gamma, dgamma, dbeta, stride);
}

// biome-ignore format: argument by argument
function layernormForward({ kernels }: Engine, n: number, layer: NormalizedLayer) {
  const { out: { pointer, cols, stride }, gamma, beta, xhat, std } = layer;
  kernels.layernormForward(n, cols, pointer, gamma, beta, layer.constants.eps, xhat.pointer, std, pointer, stride, Number(layer.activated));
}

// biome-ignore format: argument by argument
function layernormBackward({ kernels }: Engine, n: number, layer: NormalizedLayer) {
  const { dout: { pointer, cols, stride }, xhat, std, gamma, dgamma, dbeta, db } = layer;
  kernels.layernormBackward(n, cols, pointer, activeOutput(layer), xhat.pointer, std, gamma, dgamma, dbeta, db, stride);
}

// biome-ignore format: argument by argument
function rmsnormForward({ kernels }: Engine, n: number, layer: NormalizedLayer) {
  const { out: { pointer, cols, stride }, gamma, xhat, std, constants: { eps } } = layer;
  kernels.rmsnormForward(n, cols, pointer, gamma, eps, xhat.pointer, std, pointer, stride, Number(layer.activated));
}

// biome-ignore format: argument by argument
function rmsnormBackward({ kernels }: Engine, n: number, layer: NormalizedLayer) {
  const { dout: { pointer, cols, stride }, xhat, std, gamma, dgamma, db } = layer;
  kernels.rmsnormBackward(n, cols, pointer, activeOutput(layer), xhat.pointer, std, gamma, dgamma, db, stride);
}

// biome-ignore format: argument by argument
function groupnormForward({ kernels }: Engine, n: number, layer: NormalizedLayer) {
  const { out: { pointer, cols, stride }, gamma, beta, xhat, std, constants: { eps, groups } } = layer;
  kernels.groupnormForward(n, cols, groups, pointer, gamma, beta, eps, xhat.pointer, std, pointer, stride, Number(layer.activated));
}

// biome-ignore format: argument by argument
function groupnormBackward({ kernels }: Engine, n: number, layer: NormalizedLayer) {
  const { dout: { pointer, cols, stride }, xhat, std, gamma, dgamma, dbeta, db, constants: { groups } } = layer;
  kernels.groupnormBackward(n, cols, groups, pointer, activeOutput(layer), xhat.pointer, std, gamma, dgamma, dbeta, db, stride);
}

const activeOutput = (layer: NormalizedLayer): Pointer => (layer.activated ? layer.out.pointer : 0);
