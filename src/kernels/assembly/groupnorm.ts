// Group normalization: Wu and He (2018), with features in place of channels. It normalizes each row over groups of adjacent
// features, alike in training and test mode; one group is layer normalization. A group may begin in the middle of a vector,
// so these passes are scalar. They take a small part of a step, because the products take most of its time.

import { rowBytes } from './vector';

/**
 * x, xhat, out: (n, h) with the same stride; gamma, beta: (h); std: (n, groups), without padding; h: a multiple of groups.
 * Stores xhat and std for the backward pass.
 */
export function groupnormForward(
  n: i32, h: i32, groups: i32, x: usize, gamma: usize, beta: usize, eps: real, xhat: usize, std: usize, out: usize,
  stride: usize, activate: bool,
): void {
  const size = h / groups;
  for (let i = 0; i < n; i++, x += stride, xhat += stride, out += stride) {
    for (let from = 0; from < h; from += size, std += sizeof<real>()) {
      let sum: real = 0;
      for (let j = from; j < from + size; j++) sum += at(x, j);
      const mean = sum / <real>size;

      let squares: real = 0;
      for (let j = from; j < from + size; j++) {
        const d = at(x, j) - mean;
        put(xhat, j, d);
        squares += d * d;
      }
      const deviation = sqrt<real>(squares / <real>size + eps);
      store<real>(std, deviation);

      for (let j = from; j < from + size; j++) {
        const normalized = at(xhat, j) / deviation;
        put(xhat, j, normalized);
        const y = at(gamma, j) * normalized + at(beta, j);
        put(out, j, activate && y < 0 ? 0 : y);
      }
    }
  }
}

/**
 * dx = (dxhat - mean(dxhat) - xhat mean(dxhat xhat)) / std with dxhat = gamma dout and means over a group. Works in place:
 * dout becomes dx. dgamma, dbeta, db: (h), where db is the column sums of dx. Without a ReLU, `out` is 0.
 */
export function groupnormBackward(
  n: i32, h: i32, groups: i32, dout: usize, out: usize, xhat: usize, std: usize, gamma: usize,
  dgamma: usize, dbeta: usize, db: usize, stride: usize,
): void {
  const size = h / groups;
  const width = rowBytes(h);
  memory.fill(dgamma, 0, width);
  memory.fill(dbeta, 0, width);
  memory.fill(db, 0, width);
  for (let i = 0; i < n; i++, dout += stride, xhat += stride) {
    for (let from = 0; from < h; from += size, std += sizeof<real>()) {
      let sum: real = 0, sumXhat: real = 0;
      for (let j = from; j < from + size; j++) {
        const d: real = out && !(at(out, j) > 0) ? 0 : at(dout, j);
        put(dbeta, j, at(dbeta, j) + d);
        put(dgamma, j, at(dgamma, j) + d * at(xhat, j));
        const dxhat = d * at(gamma, j);
        put(dout, j, dxhat);
        sum += dxhat;
        sumXhat += dxhat * at(xhat, j);
      }
      const mean = sum / <real>size, slope = sumXhat / <real>size;
      const deviation = load<real>(std);
      for (let j = from; j < from + size; j++) {
        const dx = (at(dout, j) - mean - at(xhat, j) * slope) / deviation;
        put(dout, j, dx);
        put(db, j, at(db, j) + dx);
      }
    }
    if (out) out += stride;
  }
}

/** Element j of a row. */
// @ts-ignore: decorator
@inline function at(row: usize, j: i32): real {
  return load<real>(row + <usize>j * sizeof<real>());
}

// @ts-ignore: decorator
@inline function put(row: usize, j: i32, value: real): void {
  store<real>(row + <usize>j * sizeof<real>(), value);
}
