/** The self-test accepts every back end, and rejects kernels that compute other bits. */
import { describe, expect, it } from 'vitest';
import type { Kernels, Program } from '../../src/kernels/backend.ts';
import { bind, compileProgram } from '../../src/kernels/choose-backend.ts';
import { dtypes } from '../../src/kernels/numerics.ts';
import { verdictOf } from '../../src/kernels/self-test.ts';
import { bindWasm } from '../../src/kernels/wasm/bind.ts';
import './backends.ts';

describe.each(dtypes)('%s', dtype => {
  const portable = compileProgram(dtype, 'portable', { kernels: 'wasm' });

  it.each([
    ['portable', false],
    ['portable', true],
    ['fused', false],
    ['fused', true],
  ] as const)('accepts the compiled kernels (%s, wide %s)', (numerics, wide) => {
    expect(verdictOf(compileProgram(dtype, numerics, { wide, kernels: 'wasm' }), bind)).toBe('right');
  });

  it.each([
    'gemmImages',
    'gemmNN',
    'gemmNT',
    'weightGradient',
    'batchnormForward',
    'layernormBackward',
  ] as const)('rejects a back end without %s', name => {
    expect(verdictOf(portable, without(name))).toBe('wrong');
  });

  it('recognizes a processor that does not fuse by its portable bits', () => {
    expect(verdictOf({ ...portable, numerics: 'fused' }, bindWasm)).toBe('portable');
    expect(
      verdictOf({ ...compileProgram(dtype, 'fused', { kernels: 'wasm' }), numerics: 'portable' }, bindWasm),
    ).toBe('wrong');
  });

  it('detects bits that change between runs', () => {
    let calls = 0;
    const breaking = (program: Program, memory: WebAssembly.Memory): Kernels => {
      const kernels = bindWasm(program, memory);
      const gemmNT: Kernels['gemmNT'] = (...args) => (++calls < 6 ? kernels.gemmNT(...args) : undefined);
      return { ...kernels, gemmNT };
    };
    expect(verdictOf(portable, breaking, 4)).toBe('right');
    expect(verdictOf(portable, breaking, 4)).toBe('unstable');
  });
});

/** A back end in which the named kernel does nothing. */
const without =
  (name: keyof Kernels) =>
  (program: Program, memory: WebAssembly.Memory): Kernels => ({
    ...bindWasm(program, memory),
    [name]: () => {},
  });
