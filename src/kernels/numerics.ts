/** Number types of weights and activations. */
export const dtypes = ['float32', 'float64'] as const;
export type Dtype = (typeof dtypes)[number];

/**
 * The two arithmetics and their versions. A change of kernels that changes the bits of any result raises the version;
 * trials with different versions are different trials.
 *
 * - portable: rounds every product and every sum; the same bits on every processor.
 * - fused: rounds a product and its addition once, as FMA instructions do; faster, and the same bits on every processor
 *   that has them.
 */
export const NUMERICS = { portable: 'portable-1', fused: 'fused-1' } as const;
export type Numerics = keyof typeof NUMERICS;
