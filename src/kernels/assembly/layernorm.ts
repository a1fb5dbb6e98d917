// Layer normalization: Ba, Kiros and Hinton (2016). It normalizes each row over its features, alike in training and test
// mode. Rows end in zero padding, which adds nothing to a plain sum; sums of squared deviations mask it out.

import { upstream } from './batchnorm';
import { relu } from './relu';
import { lanesBelow, multiplyAdd, rowBytes, sumLanes, VECTOR, zero } from './vector';

/** x, xhat, out: (n, h) with the same stride; gamma, beta: (h); std: (n). Stores xhat and std for the backward pass. */
export function layernormForward(
  n: i32, h: i32, x: usize, gamma: usize, beta: usize, eps: real, xhat: usize, std: usize, out: usize, stride: usize,
  activate: bool,
): void {
  const width = rowBytes(h);
  const last = width - VECTOR;
  const padding = lanesBelow(<i32>(last / sizeof<real>()), h);
  for (let i = 0; i < n; i++, x += stride, xhat += stride, out += stride, std += sizeof<real>()) {
    let sum = zero();
    for (let j: usize = 0; j < width; j += VECTOR) sum = v128.add<real>(sum, v128.load(x + j));
    const mean = v128.splat<real>(sumLanes(sum) / <real>h);

    let squares = zero();
    for (let j: usize = 0; j < width; j += VECTOR) {
      let d = v128.sub<real>(v128.load(x + j), mean);
      if (j == last) d = v128.and(d, padding);
      v128.store(xhat + j, d);
      squares = multiplyAdd(squares, d, d);
    }
    const deviation = sqrt<real>(sumLanes(squares) / <real>h + eps);
    store<real>(std, deviation);

    const divisor = v128.splat<real>(deviation);
    for (let j: usize = 0; j < width; j += VECTOR) {
      const normalized = v128.div<real>(v128.load(xhat + j), divisor);
      v128.store(xhat + j, normalized);
      const y = v128.add<real>(v128.mul<real>(v128.load(gamma + j), normalized), v128.load(beta + j));
      v128.store(out + j, activate ? relu(y) : y);
    }
  }
}

/**
 * dx = (dxhat - mean(dxhat) - xhat mean(dxhat xhat)) / std with dxhat = gamma dout and means over a row. Works in place:
 * dout becomes dx. dgamma, dbeta, db: (h), where db is the column sums of dx. Without a ReLU, `out` is 0.
 */
export function layernormBackward(
  n: i32, h: i32, dout: usize, out: usize, xhat: usize, std: usize, gamma: usize,
  dgamma: usize, dbeta: usize, db: usize, stride: usize,
): void {
  const width = rowBytes(h);
  const last = width - VECTOR;
  const padding = lanesBelow(<i32>(last / sizeof<real>()), h);
  memory.fill(dgamma, 0, width);
  memory.fill(dbeta, 0, width);
  memory.fill(db, 0, width);
  for (let i = 0, at: usize = 0; i < n; i++, at += stride, std += sizeof<real>()) {
    let sum = zero(), sumXhat = sum;
    for (let j: usize = 0; j < width; j += VECTOR) {
      const d = upstream(dout, out, at + j);
      const normalized = v128.load(xhat + at + j);
      accumulate(dbeta + j, d);
      accumulate(dgamma + j, v128.mul<real>(d, normalized));
      const dxhat = v128.mul<real>(d, v128.load(gamma + j));
      v128.store(dout + at + j, dxhat);
      sum = v128.add<real>(sum, dxhat);
      sumXhat = multiplyAdd(sumXhat, dxhat, normalized);
    }
    const mean = v128.splat<real>(sumLanes(sum) / <real>h), slope = v128.splat<real>(sumLanes(sumXhat) / <real>h);
    const deviation = v128.load_splat<real>(std);
    for (let j: usize = 0; j < width; j += VECTOR) {
      const centred = v128.sub<real>(v128.load(dout + at + j), mean);
      let dx = v128.div<real>(v128.sub<real>(centred, v128.mul<real>(v128.load(xhat + at + j), slope)), deviation);
      if (j == last) dx = v128.and(dx, padding);
      v128.store(dout + at + j, dx);
      accumulate(db + j, dx);
    }
  }
}

// @ts-ignore: decorator
@inline export function accumulate(sum: usize, v: v128): void {
  v128.store(sum, v128.add<real>(v128.load(sum), v));
}
