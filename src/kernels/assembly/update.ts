// Update rules: how a gradient changes the parameters. `hyper` points to the rule's hyperparameters for this step, as
// reals in the order of the rule's docstring. (Adam's bias corrections change from step to step.)

import { multiplyAdd, VECTOR } from './vector';

export const SGD: i32 = 0;
export const SGD_MOMENTUM: i32 = 1;
export const RMSPROP: i32 = 2;
export const ADAM: i32 = 3;

/** Updates w with its gradient dw and the rule's state s1, s2. Each takes `bytes` bytes, a multiple of 16. */
export function update(
  rule: i32,
  bytes: usize,
  w: usize,
  dw: usize,
  s1: usize,
  s2: usize,
  hyper: usize,
): void {
  switch (rule) {
    case SGD:
      return sgd(bytes, w, dw, hyper);
    case SGD_MOMENTUM:
      return sgdMomentum(bytes, w, dw, s1, hyper);
    case RMSPROP:
      return rmsprop(bytes, w, dw, s1, hyper);
    default:
      return adam(bytes, w, dw, s1, s2, hyper);
  }
}

/** w -= learningRate dw. hyper: learningRate. */
function sgd(bytes: usize, w: usize, dw: usize, hyper: usize): void {
  const rate = v128.load_splat<real>(hyper);
  for (const end = w + bytes; w < end; w += VECTOR, dw += VECTOR) {
    v128.store(w, v128.sub<real>(v128.load(w), v128.mul<real>(rate, v128.load(dw))));
  }
}

/** v = momentum v - learningRate dw; w += v. hyper: learningRate, momentum. */
function sgdMomentum(bytes: usize, w: usize, dw: usize, v: usize, hyper: usize): void {
  const rate = v128.load_splat<real>(hyper),
    momentum = v128.load_splat<real>(hyper, sizeof<real>());
  for (const end = w + bytes; w < end; w += VECTOR, dw += VECTOR, v += VECTOR) {
    const velocity = v128.sub<real>(
      v128.mul<real>(momentum, v128.load(v)),
      v128.mul<real>(rate, v128.load(dw)),
    );
    v128.store(v, velocity);
    v128.store(w, v128.add<real>(v128.load(w), velocity));
  }
}

/** c = decay c + (1 - decay) dw^2; w -= learningRate dw / (sqrt(c) + eps). hyper: learningRate, decay, 1 - decay, eps. */
function rmsprop(bytes: usize, w: usize, dw: usize, c: usize, hyper: usize): void {
  const rate = v128.load_splat<real>(hyper),
    decay = v128.load_splat<real>(hyper, sizeof<real>());
  const rest = v128.load_splat<real>(hyper, 2 * sizeof<real>()),
    eps = v128.load_splat<real>(hyper, 3 * sizeof<real>());
  for (const end = w + bytes; w < end; w += VECTOR, dw += VECTOR, c += VECTOR) {
    const g = v128.load(dw);
    const square = multiplyAdd(v128.mul<real>(decay, v128.load(c)), rest, v128.mul<real>(g, g));
    v128.store(c, square);
    const step = v128.div<real>(v128.mul<real>(rate, g), v128.add<real>(v128.sqrt<real>(square), eps));
    v128.store(w, v128.sub<real>(v128.load(w), step));
  }
}

/**
 * m = beta1 m + (1 - beta1) dw; v = beta2 v + (1 - beta2) dw^2; w -= rate m / (sqrt(scale v) + eps): Kingma and Ba,
 * Adam (2015), algorithm 1. hyper: rate = learningRate / (1 - beta1^t), beta1, 1 - beta1, beta2, 1 - beta2,
 * scale = 1 / (1 - beta2^t), eps.
 */
function adam(bytes: usize, w: usize, dw: usize, m: usize, v: usize, hyper: usize): void {
  const rate = v128.load_splat<real>(hyper);
  const beta1 = v128.load_splat<real>(hyper, sizeof<real>()),
    rest1 = v128.load_splat<real>(hyper, 2 * sizeof<real>());
  const beta2 = v128.load_splat<real>(hyper, 3 * sizeof<real>()),
    rest2 = v128.load_splat<real>(hyper, 4 * sizeof<real>());
  const scale = v128.load_splat<real>(hyper, 5 * sizeof<real>()),
    eps = v128.load_splat<real>(hyper, 6 * sizeof<real>());
  const end = w + bytes;
  // V8 combines two vectors that are stored side by side into one 256-bit operation (revectorization).
  for (; w + VECTOR < end; w += 2 * VECTOR, dw += 2 * VECTOR, m += 2 * VECTOR, v += 2 * VECTOR) {
    const g0 = v128.load(dw),
      g1 = v128.load(dw, VECTOR);
    const m0 = decayed(v128.load(m), beta1, rest1, g0),
      m1 = decayed(v128.load(m, VECTOR), beta1, rest1, g1);
    const v0 = decayed(v128.load(v), beta2, rest2, v128.mul<real>(g0, g0));
    const v1 = decayed(v128.load(v, VECTOR), beta2, rest2, v128.mul<real>(g1, g1));
    const w0 = v128.sub<real>(v128.load(w), adamStep(rate, m0, scale, v0, eps));
    const w1 = v128.sub<real>(v128.load(w, VECTOR), adamStep(rate, m1, scale, v1, eps));
    v128.store(m, m0);
    v128.store(m, m1, VECTOR);
    v128.store(v, v0);
    v128.store(v, v1, VECTOR);
    v128.store(w, w0);
    v128.store(w, w1, VECTOR);
  }
  if (w < end) {
    const g = v128.load(dw);
    const first = decayed(v128.load(m), beta1, rest1, g);
    const second = decayed(v128.load(v), beta2, rest2, v128.mul<real>(g, g));
    v128.store(m, first);
    v128.store(v, second);
    v128.store(w, v128.sub<real>(v128.load(w), adamStep(rate, first, scale, second, eps)));
  }
}

/** decay mean + rest x. */
// @ts-ignore: decorator
@inline function decayed(mean: v128, decay: v128, rest: v128, x: v128): v128 {
  return multiplyAdd(v128.mul<real>(decay, mean), rest, x);
}

/** rate first / (sqrt(scale second) + eps). */
// @ts-ignore: decorator
@inline function adamStep(rate: v128, first: v128, scale: v128, second: v128, eps: v128): v128 {
  return v128.div<real>(
    v128.mul<real>(rate, first),
    v128.add<real>(v128.sqrt<real>(v128.mul<real>(scale, second)), eps),
  );
}
