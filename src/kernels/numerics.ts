/**
 * The version of the arithmetic, raised whenever a change of kernels or order changes the bits of any result. Trials of
 * different versions are different trials.
 */
export const NUMERICS = 'portable-1';
