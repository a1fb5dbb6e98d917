// Batch normalization: Ioffe and Szegedy (2015), algorithm 1. It normalizes each column over the batch, one vector of
// columns at a time, and computes mean, variance, normalized values and output in one visit.
//
// With `activate`, the forward pass includes the ReLU that follows: out = relu(gamma xhat + beta).

import { relu, whereActive } from './relu';
import { lanesBelow, multiplyAdd, rowBytes, VECTOR, zero } from './vector';

/**
 * Training mode. x, xhat, out: (n, h) with the same stride; gamma, beta, std, runningMean, runningVar: (h). Stores xhat
 * and std for the backward pass and updates the running statistics: running = momentum running + (1 - momentum) batch.
 * The variance is biased (divided by n).
 */
export function batchnormForward(
  n: i32, h: i32, x: usize, gamma: usize, beta: usize, eps: real, momentum: real, runningMean: usize, runningVar: usize,
  xhat: usize, std: usize, out: usize, stride: usize, activate: bool,
): void {
  const width = rowBytes(h);
  const count = v128.splat<real>(<real>n);
  const keep = v128.splat<real>(momentum), take = v128.splat<real>(<real>1 - momentum);
  for (let j: usize = 0; j < width; j += VECTOR) {
    let sum = zero();
    for (let i = 0, at = j; i < n; i++, at += stride) sum = v128.add<real>(sum, v128.load(x + at));
    const mean = v128.div<real>(sum, count);

    let squares = zero();
    for (let i = 0, at = j; i < n; i++, at += stride) {
      const d = v128.sub<real>(v128.load(x + at), mean);
      squares = multiplyAdd(squares, d, d);
    }
    const variance = v128.div<real>(squares, count);
    const deviation = deviationOf(variance, eps, j, h);

    const g = v128.load(gamma + j), b = v128.load(beta + j);
    for (let i = 0, at = j; i < n; i++, at += stride) {
      const normalized = v128.div<real>(v128.sub<real>(v128.load(x + at), mean), deviation);
      v128.store(xhat + at, normalized);
      const y = v128.add<real>(v128.mul<real>(g, normalized), b);
      v128.store(out + at, activate ? relu(y) : y);
    }
    v128.store(std + j, deviation);
    moveTowards(runningMean + j, keep, take, mean);
    moveTowards(runningVar + j, keep, take, variance);
  }
}

/** sqrt(variance + eps); 1 in the padding, where an eps of 0 would make the quotient NaN. */
// @ts-ignore: decorator
@inline function deviationOf(variance: v128, eps: real, j: usize, h: i32): v128 {
  const deviation = v128.sqrt<real>(v128.add<real>(variance, v128.splat<real>(eps)));
  return v128.bitselect(deviation, v128.splat<real>(1), lanesBelow(<i32>(j / sizeof<real>()), h));
}

// @ts-ignore: decorator
@inline function moveTowards(running: usize, keep: v128, take: v128, batch: v128): void {
  v128.store(running, v128.add<real>(v128.mul<real>(keep, v128.load(running)), v128.mul<real>(take, batch)));
}

/** Test mode: uses the running statistics in place of the batch's. x and out may be the same matrix. */
export function batchnormTest(
  n: i32, h: i32, x: usize, gamma: usize, beta: usize, eps: real, runningMean: usize, runningVar: usize,
  out: usize, stride: usize, activate: bool,
): void {
  const width = rowBytes(h);
  for (let j: usize = 0; j < width; j += VECTOR) {
    const mean = v128.load(runningMean + j);
    const deviation = deviationOf(v128.load(runningVar + j), eps, j, h);
    const g = v128.load(gamma + j), b = v128.load(beta + j);
    for (let i = 0, at = j; i < n; i++, at += stride) {
      const normalized = v128.div<real>(v128.sub<real>(v128.load(x + at), mean), deviation);
      const y = v128.add<real>(v128.mul<real>(g, normalized), b);
      v128.store(out + at, activate ? relu(y) : y);
    }
  }
}

/**
 * The simplified backward pass: dx = (dxhat - mean(dxhat) - xhat mean(dxhat xhat)) / std with dxhat = gamma dout. Works
 * in place: dout becomes dx. dgamma, dbeta, db: (h), where db is the column sums of dx. Without a ReLU, `out` is 0.
 */
export function batchnormBackwardAlt(
  n: i32, h: i32, dout: usize, out: usize, xhat: usize, std: usize, gamma: usize,
  dgamma: usize, dbeta: usize, db: usize, stride: usize,
): void {
  const width = rowBytes(h);
  const count = v128.splat<real>(<real>n);
  for (let j: usize = 0; j < width; j += VECTOR) {
    const g = v128.load(gamma + j), deviation = v128.load(std + j);
    let sumDout = zero(), sumDoutXhat = sumDout, sumDxhat = sumDout, sumDxhatXhat = sumDout;
    for (let i = 0, at = j; i < n; i++, at += stride) {
      const d = upstream(dout, out, at);
      v128.store(dout + at, d);
      const normalized = v128.load(xhat + at), dxhat = v128.mul<real>(d, g);
      sumDout = v128.add<real>(sumDout, d);
      sumDoutXhat = multiplyAdd(sumDoutXhat, d, normalized);
      sumDxhat = v128.add<real>(sumDxhat, dxhat);
      sumDxhatXhat = multiplyAdd(sumDxhatXhat, dxhat, normalized);
    }
    v128.store(dbeta + j, sumDout);
    v128.store(dgamma + j, sumDoutXhat);

    const mean = v128.div<real>(sumDxhat, count), slope = v128.div<real>(sumDxhatXhat, count);
    let sum = zero();
    for (let i = 0, at = j; i < n; i++, at += stride) {
      const dxhat = v128.mul<real>(v128.load(dout + at), g);
      const centred = v128.sub<real>(v128.sub<real>(dxhat, mean), v128.mul<real>(v128.load(xhat + at), slope));
      const dx = v128.div<real>(centred, deviation);
      v128.store(dout + at, dx);
      sum = v128.add<real>(sum, dx);
    }
    v128.store(db + j, sum);
  }
}

/**
 * The staged backward pass: backpropagates node by node through the graph x -> mean -> variance -> std -> xhat -> out.
 * x - mean is recomputed as xhat std. Arguments as in batchnormBackwardAlt, without a ReLU.
 */
export function batchnormBackward(
  n: i32, h: i32, dout: usize, xhat: usize, std: usize, gamma: usize, dgamma: usize, dbeta: usize, stride: usize,
): void {
  columnSumsOfProducts(n, h, dout, 0, dbeta, stride);
  columnSumsOfProducts(n, h, dout, xhat, dgamma, stride);
  const width = rowBytes(h);
  const count = v128.splat<real>(<real>n);
  for (let j: usize = 0; j < width; j += VECTOR) {
    const g = v128.load(gamma + j), deviation = v128.load(std + j);
    for (let i = 0, at = j; i < n; i++, at += stride) v128.store(dout + at, v128.mul<real>(v128.load(dout + at), g));

    let dstd = zero();
    for (let i = 0, at = j; i < n; i++, at += stride) {
      const centred = v128.mul<real>(v128.load(xhat + at), deviation);
      dstd = v128.sub<real>(dstd, v128.div<real>(v128.mul<real>(v128.load(dout + at), centred), v128.mul<real>(deviation, deviation)));
    }
    const dvar = v128.div<real>(v128.mul<real>(v128.splat<real>(<real>0.5), dstd), deviation);

    let dmean = zero();
    for (let i = 0, at = j; i < n; i++, at += stride) {
      const centred = v128.mul<real>(v128.load(xhat + at), deviation);
      const throughVar = v128.div<real>(v128.mul<real>(v128.mul<real>(v128.splat<real>(<real>2), centred), dvar), count);
      const dcentred = v128.add<real>(v128.div<real>(v128.load(dout + at), deviation), throughVar);
      v128.store(dout + at, dcentred);
      dmean = v128.sub<real>(dmean, dcentred);
    }
    const share = v128.div<real>(dmean, count);
    for (let i = 0, at = j; i < n; i++, at += stride) v128.store(dout + at, v128.add<real>(v128.load(dout + at), share));
  }
}

function columnSumsOfProducts(n: i32, h: i32, a: usize, b: usize, sums: usize, stride: usize): void {
  const width = rowBytes(h);
  for (let j: usize = 0; j < width; j += VECTOR) {
    let sum = zero();
    for (let i = 0, at = j; i < n; i++, at += stride) {
      const v = v128.load(a + at);
      sum = b ? multiplyAdd(sum, v, v128.load(b + at)) : v128.add<real>(sum, v);
    }
    v128.store(sums + j, sum);
  }
}

/** The gradient of the normalization's output: dout, passed back through the ReLU if there is one. */
// @ts-ignore: decorator
@inline export function upstream(dout: usize, out: usize, at: usize): v128 {
  const d = v128.load(dout + at);
  return out ? whereActive(d, v128.load(out + at)) : d;
}
