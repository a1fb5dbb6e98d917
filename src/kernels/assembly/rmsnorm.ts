// RMS normalization: Zhang and Sennrich (2019), equation 4. It divides each row by its root mean square, alike in training
// and test mode; there is no shift. Rows end in zero padding, which stays zero and adds nothing to a sum.

import { upstream } from './batchnorm';
import { accumulate } from './layernorm';
import { relu } from './relu';
import { multiplyAdd, rowBytes, sumLanes, VECTOR, zero } from './vector';

/**
 * xhat = x / sqrt(mean(x^2) + eps), out = gamma xhat. x, xhat, out: (n, h) with the same stride; gamma: (h); std: (n), the
 * divisors. Stores xhat and std for the backward pass.
 */
export function rmsnormForward(
  n: i32, h: i32, x: usize, gamma: usize, eps: real, xhat: usize, std: usize, out: usize, stride: usize, activate: bool,
): void {
  const width = rowBytes(h);
  for (let i = 0; i < n; i++, x += stride, xhat += stride, out += stride, std += sizeof<real>()) {
    let squares = zero();
    for (let j: usize = 0; j < width; j += VECTOR) {
      const v = v128.load(x + j);
      squares = multiplyAdd(squares, v, v);
    }
    const rms = sqrt<real>(sumLanes(squares) / <real>h + eps);
    store<real>(std, rms);

    const divisor = v128.splat<real>(rms);
    for (let j: usize = 0; j < width; j += VECTOR) {
      const normalized = v128.div<real>(v128.load(x + j), divisor);
      v128.store(xhat + j, normalized);
      const y = v128.mul<real>(v128.load(gamma + j), normalized);
      v128.store(out + j, activate ? relu(y) : y);
    }
  }
}

/**
 * dx = (dxhat - xhat mean(dxhat xhat)) / std with dxhat = gamma dout and the mean over a row. Works in place: dout becomes
 * dx. dgamma, db: (h), where db is the column sums of dx. Without a ReLU, `out` is 0.
 */
export function rmsnormBackward(
  n: i32, h: i32, dout: usize, out: usize, xhat: usize, std: usize, gamma: usize, dgamma: usize, db: usize, stride: usize,
): void {
  const width = rowBytes(h);
  memory.fill(dgamma, 0, width);
  memory.fill(db, 0, width);
  for (let i = 0, at: usize = 0; i < n; i++, at += stride, std += sizeof<real>()) {
    let sum = zero();
    for (let j: usize = 0; j < width; j += VECTOR) {
      const d = upstream(dout, out, at + j);
      const normalized = v128.load(xhat + at + j);
      accumulate(dgamma + j, v128.mul<real>(d, normalized));
      const dxhat = v128.mul<real>(d, v128.load(gamma + j));
      v128.store(dout + at + j, dxhat);
      sum = multiplyAdd(sum, dxhat, normalized);
    }
    const slope = v128.splat<real>(sumLanes(sum) / <real>h);
    const rms = v128.load_splat<real>(std);
    for (let j: usize = 0; j < width; j += VECTOR) {
      const rest = v128.sub<real>(v128.load(dout + at + j), v128.mul<real>(v128.load(xhat + at + j), slope));
      const dx = v128.div<real>(rest, rms);
      v128.store(dout + at + j, dx);
      accumulate(db + j, dx);
    }
  }
}
