// ReLU as a pass of its own, for nets without normalization. Normalizations include it in their own passes.

import { rowBytes, VECTOR, zero } from './vector';

/** x = max(0, x), in place. NaN stays NaN, as in np.maximum. x: (n, h). */
export function reluForward(n: i32, h: i32, x: usize, stride: usize): void {
  const width = rowBytes(h);
  for (let i = 0; i < n; i++, x += stride) {
    for (let j: usize = 0; j < width; j += VECTOR) v128.store(x + j, relu(v128.load(x + j)));
  }
}

/** dout = dout where out > 0, else 0, in place; db = column sums of the new dout. dout, out: (n, h); db: (h). */
export function reluBackward(n: i32, h: i32, dout: usize, out: usize, stride: usize, db: usize): void {
  const width = rowBytes(h);
  for (let j: usize = 0; j < width; j += VECTOR) {
    let sum = zero();
    let at = j;
    for (let i = 0; i < n; i++, at += stride) {
      const dx = whereActive(v128.load(dout + at), v128.load(out + at));
      v128.store(dout + at, dx);
      sum = v128.add<real>(sum, dx);
    }
    v128.store(db + j, sum);
  }
}

/** db = column sums of dout. dout: (n, h); db: (h). */
export function columnSums(n: i32, h: i32, dout: usize, stride: usize, db: usize): void {
  const width = rowBytes(h);
  for (let j: usize = 0; j < width; j += VECTOR) {
    let sum = zero();
    let at = dout + j;
    for (let i = 0; i < n; i++, at += stride) sum = v128.add<real>(sum, v128.load(at));
    v128.store(db + j, sum);
  }
}

// @ts-ignore: decorator
@inline export function relu(v: v128): v128 {
  return v128.pmax<real>(v, zero());
}

/** dout where the ReLU is active (out > 0), 0 elsewhere. */
// @ts-ignore: decorator
@inline export function whereActive(dout: v128, out: v128): v128 {
  return v128.and(dout, v128.gt<real>(out, zero()));
}
