// ReLU as a pass of its own, for nets without normalization. (With it, the normalization's pass does both.)

import { rowBytes, VECTOR, zero } from './vector';

/** x = max(0, x), in place; NaN stays NaN, as in np.maximum. x: (n, h). */
export function reluForward(n: i32, h: i32, x: usize, row: usize): void {
  const width = rowBytes(h);
  for (let i = 0; i < n; i++, x += row) {
    for (let j: usize = 0; j < width; j += VECTOR) v128.store(x + j, relu(v128.load(x + j)));
  }
}

/** dout = dout where out > 0, else 0, in place; db = its column sums. dout, out: (n, h), db: (h). */
export function reluBackward(n: i32, h: i32, dout: usize, out: usize, row: usize, db: usize): void {
  const width = rowBytes(h);
  for (let j: usize = 0; j < width; j += VECTOR) {
    let sum = zero();
    let at = j;
    for (let i = 0; i < n; i++, at += row) {
      const dx = whereActive(v128.load(dout + at), v128.load(out + at));
      v128.store(dout + at, dx);
      sum = v128.add<real>(sum, dx);
    }
    v128.store(db + j, sum);
  }
}

/** db = column sums of dout: (n, h). */
export function columnSums(n: i32, h: i32, dout: usize, row: usize, db: usize): void {
  const width = rowBytes(h);
  for (let j: usize = 0; j < width; j += VECTOR) {
    let sum = zero();
    let at = dout + j;
    for (let i = 0; i < n; i++, at += row) sum = v128.add<real>(sum, v128.load(at));
    v128.store(db + j, sum);
  }
}

// @ts-ignore: decorator
@inline export function relu(v: v128): v128 {
  return v128.pmax<real>(v, zero());
}

/** dout where the ReLU let its input through (out > 0), 0 elsewhere. */
// @ts-ignore: decorator
@inline export function whereActive(dout: v128, out: v128): v128 {
  return v128.and(dout, v128.gt<real>(out, zero()));
}
