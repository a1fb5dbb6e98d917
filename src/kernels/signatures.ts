// Generated from src/kernels/assembly/ by `node src/kernels/assembly/build.js --write`. Do not edit.
// Pointers and strides are in bytes; a boolean argument is 0 or 1.

export const STRIP = 8;
export const BLOCK = 256;

/** Kernels for one number type (assembly/index.ts). */
export type Kernels = {
  /** assembly/affine.ts */
  sumOfSquares(d: number, h: number, w: number, wStride: number): number;
  /** assembly/affine.ts */
  weightGradient(
    n: number,
    d: number,
    h: number,
    x: number,
    xStride: number,
    dout: number,
    doutStride: number,
    reg: number,
    w: number,
    dw: number,
    wStride: number,
  ): void;
  /** assembly/affine.ts */
  weightUpdate(
    n: number,
    d: number,
    h: number,
    x: number,
    xStride: number,
    dout: number,
    doutStride: number,
    reg: number,
    rule: number,
    w: number,
    s1: number,
    s2: number,
    wStride: number,
    strip: number,
    hyper: number,
  ): void;
  /** assembly/batchnorm.ts */
  batchnormBackward(
    n: number,
    h: number,
    dout: number,
    xhat: number,
    std: number,
    gamma: number,
    dgamma: number,
    dbeta: number,
    stride: number,
  ): void;
  /** assembly/batchnorm.ts */
  batchnormBackwardAlt(
    n: number,
    h: number,
    dout: number,
    out: number,
    xhat: number,
    std: number,
    gamma: number,
    dgamma: number,
    dbeta: number,
    db: number,
    stride: number,
  ): void;
  /** assembly/batchnorm.ts */
  batchnormForward(
    n: number,
    h: number,
    x: number,
    gamma: number,
    beta: number,
    eps: number,
    momentum: number,
    runningMean: number,
    runningVar: number,
    xhat: number,
    std: number,
    out: number,
    stride: number,
    activate: number,
  ): void;
  /** assembly/batchnorm.ts */
  batchnormTest(
    n: number,
    h: number,
    x: number,
    gamma: number,
    beta: number,
    eps: number,
    runningMean: number,
    runningVar: number,
    out: number,
    stride: number,
    activate: number,
  ): void;
  /** assembly/gemm.ts */
  gemmNN(
    m: number,
    n: number,
    k: number,
    a: number,
    aStride: number,
    b: number,
    bStride: number,
    bias: number,
    c: number,
    cStride: number,
    packed: number,
  ): void;
  /** assembly/gemm.ts */
  gemmTN(
    m: number,
    n: number,
    k: number,
    a: number,
    aStride: number,
    b: number,
    bStride: number,
    c: number,
    cStride: number,
  ): void;
  /** assembly/gemm-nt.ts */
  gemmNT(
    m: number,
    n: number,
    k: number,
    a: number,
    aStride: number,
    b: number,
    bStride: number,
    c: number,
    cStride: number,
  ): void;
  /** assembly/groupnorm.ts */
  groupnormBackward(
    n: number,
    h: number,
    groups: number,
    dout: number,
    out: number,
    xhat: number,
    std: number,
    gamma: number,
    dgamma: number,
    dbeta: number,
    db: number,
    stride: number,
  ): void;
  /** assembly/groupnorm.ts */
  groupnormForward(
    n: number,
    h: number,
    groups: number,
    x: number,
    gamma: number,
    beta: number,
    eps: number,
    xhat: number,
    std: number,
    out: number,
    stride: number,
    activate: number,
  ): void;
  /** assembly/images.ts */
  gemmImages(
    m: number,
    n: number,
    k: number,
    pixels: number,
    high: number,
    low: number,
    x: number,
    xStride: number,
    b: number,
    bStride: number,
    bias: number,
    c: number,
    cStride: number,
    packed: number,
  ): void;
  /** assembly/layernorm.ts */
  layernormBackward(
    n: number,
    h: number,
    dout: number,
    out: number,
    xhat: number,
    std: number,
    gamma: number,
    dgamma: number,
    dbeta: number,
    db: number,
    stride: number,
  ): void;
  /** assembly/layernorm.ts */
  layernormForward(
    n: number,
    h: number,
    x: number,
    gamma: number,
    beta: number,
    eps: number,
    xhat: number,
    std: number,
    out: number,
    stride: number,
    activate: number,
  ): void;
  /** assembly/relu.ts */
  columnSums(n: number, h: number, dout: number, stride: number, db: number): void;
  /** assembly/relu.ts */
  reluBackward(n: number, h: number, dout: number, out: number, stride: number, db: number): void;
  /** assembly/relu.ts */
  reluForward(n: number, h: number, x: number, stride: number): void;
  /** assembly/rmsnorm.ts */
  rmsnormBackward(
    n: number,
    h: number,
    dout: number,
    out: number,
    xhat: number,
    std: number,
    gamma: number,
    dgamma: number,
    db: number,
    stride: number,
  ): void;
  /** assembly/rmsnorm.ts */
  rmsnormForward(
    n: number,
    h: number,
    x: number,
    gamma: number,
    eps: number,
    xhat: number,
    std: number,
    out: number,
    stride: number,
    activate: number,
  ): void;
  /** assembly/softmax.ts */
  countCorrect(n: number, c: number, scores: number, labels: number, stride: number): number;
  /** assembly/softmax.ts */
  softmaxLoss(n: number, c: number, scores: number, labels: number, dscores: number, stride: number): number;
  /** assembly/update.ts */
  update(rule: number, bytes: number, w: number, dw: number, s1: number, s2: number, hyper: number): void;
  /** assembly/vector.ts */
  heapBase(): number;
};

/** Elementary functions and the random stream (assembly/base.ts). */
export type BaseKernels = {
  /** assembly/math.ts */
  exp(x: number): number;
  /** assembly/math.ts */
  log(x: number): number;
  /** assembly/math.ts */
  pow(x: number, y: number): number;
  /** assembly/random.ts */
  randomGauss(): number;
  /** assembly/random.ts */
  randomHasGauss(): number;
  /** assembly/random.ts */
  randomIntegers(count: number, max: number, out: number): void;
  /** assembly/random.ts */
  randomKey(): number;
  /** assembly/random.ts */
  randomNormal(count: number, out: number): void;
  /** assembly/random.ts */
  randomPosition(): number;
  /** assembly/random.ts */
  randomRestore(at: number, has: number, value: number): void;
  /** assembly/random.ts */
  randomSample(count: number, out: number): void;
  /** assembly/random.ts */
  randomSeed(seed: number): void;
  /** assembly/random.ts */
  randomSkipNormal(count: number): void;
};
