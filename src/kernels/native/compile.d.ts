/** Platforms that the kernels are written for, as `linux-x64`. */
export declare const TARGETS: readonly string[];

/** Compiles the addon to `output`, with more flags for the compiler; returns why it could not, in one line. */
export declare function compileNative(output: string, flags?: readonly string[]): string | undefined;
