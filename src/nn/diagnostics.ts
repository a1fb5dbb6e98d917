/** Measures the layers during one training step without changing its bits. records/diagnostics.ts lists the figures. */
import type { Engine } from '../kernels/engine.ts';
import type { Matrix, Pointer } from '../kernels/matrix.ts';
import type { DiagnosticName, LayerDiagnostics } from '../records/diagnostics.ts';
import { weightGradient } from './layers.ts';
import type { Layer } from './net-layout.ts';
import { divisorCount } from './normalizations.ts';

/** A training step calls these for each layer, numbered from 1. */
export interface StepObserver {
  /** After the affine part: layer.out holds the preactivations. */
  preactivations(layer: Layer, number: number): void;
  /** After the backward pass, before the update: layer.dout holds the gradient of the preactivations, x is the input. */
  gradients(layer: Layer, x: Matrix, number: number): void;
  updated(layer: Layer, number: number): void;
}

/** @param gradient room for the gradient of the largest weights */
export function observeStep(
  engine: Engine,
  { n, reg, depth, gradient }: { n: number; reg: number; depth: number; gradient: Pointer },
): StepObserver & { readonly figures: () => LayerDiagnostics[] } {
  const layers = Array.from({ length: depth }, (_, i) => ({ layer: i + 1 }) as LayerDiagnostics);
  const put = (number: number, figures: Partial<Record<DiagnosticName, number>>) => {
    const finite = Object.entries(figures).filter(([, value]) => Number.isFinite(value));
    Object.assign(layers[number - 1]!, Object.fromEntries(finite));
  };
  const read = (matrix: Matrix) => engine.read({ ...matrix, rows: n });
  let before: Float64Array;
  return {
    preactivations({ out }, number) {
      const [mean, std] = moments(read(out));
      put(number, { preactivationMean: mean, preactivationStd: std });
    },
    gradients(layer, x, number) {
      const { w, out, dout } = layer;
      const dw = { ...w, pointer: gradient };
      weightGradient(engine, n, x, dout, reg, w, dw);
      put(number, {
        gradientNorm: norm(engine.read(dw)),
        preactivationGradientNorm: norm(read(dout)),
      });
      before = engine.read(w);
      if (number < depth)
        put(number, { ...activations(read(out), out.cols), ...epsilonShare(engine, layer, n) });
    },
    updated({ w }, number) {
      const change = engine.read(w);
      for (let i = 0; i < change.length; i++) change[i]! -= before[i]!;
      put(number, { updateRatio: norm(change) / norm(before) });
    },
    figures: () => layers,
  };
}

/** @param h (n, h) row-major */
function activations(values: Float64Array, h: number) {
  const [mean, std] = moments(values);
  const alive = new Set<number>();
  let zeros = 0;
  for (const [i, value] of values.entries()) {
    if (value === 0) zeros++;
    else alive.add(i % h);
  }
  const shares = { zeroShare: zeros / values.length, deadShare: 1 - alive.size / h };
  return { activationMean: mean, activationStd: std, ...shares };
}

function epsilonShare(
  engine: Engine,
  { normalization, std, out, constants: { eps, groups } }: Layer,
  n: number,
) {
  const count = divisorCount(normalization, n, out.cols, groups);
  if (count === 0) return {};
  const divisors = engine.reals(std, count);
  let sum = 0;
  for (const divisor of divisors) sum += eps / (divisor * divisor);
  return { epsilonShare: sum / count };
}

/** Mean and (biased) standard deviation. */
function moments(values: Float64Array): [mean: number, std: number] {
  let sum = 0;
  for (const value of values) sum += value;
  const mean = sum / values.length;
  let squares = 0;
  for (const value of values) squares += (value - mean) ** 2;
  return [mean, Math.sqrt(squares / values.length)];
}

/** The Euclidean norm, scaled by the largest element, whose square may be out of range. */
function norm(values: Float64Array): number {
  let largest = 0;
  for (const value of values) largest = Math.max(largest, Math.abs(value));
  if (largest === 0 || !Number.isFinite(largest)) return largest;
  let squares = 0;
  for (const value of values) squares += (value / largest) ** 2;
  return largest * Math.sqrt(squares);
}
