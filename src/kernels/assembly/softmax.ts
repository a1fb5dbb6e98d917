// Softmax loss and its gradient, and the class with the best score.

/**
 * Mean cross-entropy of the softmax of the scores, and in `dscores` its gradient with respect to them. scores, dscores:
 * (n, c) with one row stride; labels: (n) uint8. Each row is shifted by its maximum, so that exp cannot overflow.
 */
export function softmaxLoss(n: i32, c: i32, scores: usize, labels: usize, dscores: usize, row: usize): f64 {
  let loss: f64 = 0;
  for (let i = 0; i < n; i++, scores += row, dscores += row) {
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

/** How many rows have their greatest score at their label; the first counts among equals, and NaN is the greatest. */
export function countCorrect(n: i32, c: i32, scores: usize, labels: usize, row: usize): i32 {
  let correct = 0;
  for (let i = 0; i < n; i++, scores += row) {
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
