/**
 * The two arithmetics, and the version of each, raised whenever a change of kernels or order changes the bits of any
 * result. Trials of different versions are different trials.
 *
 * - portable: every multiplication and every addition is rounded; the same bits on every processor.
 * - fused: a multiplication and the addition of its product are rounded once, as FMA instructions do; faster, and the same
 *   bits on every processor that has them.
 */
export const NUMERICS = { portable: 'portable-1', fused: 'fused-1' } as const;
export type Numerics = keyof typeof NUMERICS;
