// Softmax loss with its gradient, and accuracy.

/**
 * Returns the mean cross-entropy of softmax(scores) and stores its gradient in dscores. scores, dscores: (n, c) with the
 * same stride; labels: (n) uint8. Subtracts each row's maximum first, so that exp cannot overflow.
 */
export function softmaxLoss(n: i32, c: i32, scores: usize, labels: usize, dscores: usize, stride: usize): f64 {
  let loss: f64 = 0;
  for (let i = 0; i < n; i++, scores += stride, dscores += stride) {
    let best = load<real>(scores);
    for (let j = 1; j < c; j++) best = max<real>(best, load<real>(scores + <usize>j * sizeof<real>()));
    let sum: real = 0;
    for (let j = 0; j < c; j++) {
      const e = <real>NativeMath.exp(<f64>(load<real>(scores + <usize>j * sizeof<real>()) - best));
      store<real>(dscores + <usize>j * sizeof<real>(), e);
      sum += e;
    }
    for (let j = 0; j < c; j++) {
      const p = load<real>(dscores + <usize>j * sizeof<real>()) / sum;
      store<real>(dscores + <usize>j * sizeof<real>(), p / <real>n);
    }
    const label = <usize>load<u8>(labels + i) * sizeof<real>();
    loss += NativeMath.log(<f64>sum) - <f64>(load<real>(scores + label) - best);
    store<real>(dscores + label, load<real>(dscores + label) - <real>1 / <real>n);
  }
  return loss / <f64>n;
}

/** Counts the rows whose label has the greatest score. The first of equal scores wins; NaN is greater than any number. */
export function countCorrect(n: i32, c: i32, scores: usize, labels: usize, stride: usize): i32 {
  let correct = 0;
  for (let i = 0; i < n; i++, scores += stride) {
    let best = load<real>(scores),
      at = 0;
    for (let j = 1; j < c && best == best; j++) {
      const score = load<real>(scores + <usize>j * sizeof<real>());
      if (!(score <= best)) {
        best = score;
        at = j;
      }
    }
    correct += i32(at == <i32>load<u8>(labels + i));
  }
  return correct;
}
