export { STRIP, sumOfSquares, weightGradient, weightUpdate } from './affine';
export { batchnormBackward, batchnormBackwardAlt, batchnormForward, batchnormTest } from './batchnorm';
export { BLOCK, gemmNN, gemmNT, gemmTN, useWideTiles } from './gemm';
export { gemmImages } from './images';
export { layernormBackward, layernormForward } from './layernorm';
export { columnSums, reluBackward, reluForward } from './relu';
export { countCorrect, softmaxLoss } from './softmax';
export { update } from './update';
export { heapBase } from './vector';
