/** The library compiles programs, and never sets V8 flags. */
import { expect, it } from 'vitest';
import { bind, compileProgram } from '../../src/kernels/choose-backend.ts';
import { verdictOf } from '../../src/kernels/self-test.ts';
import { v8FlagsFor } from '../../src/kernels/wasm/v8-flags.ts';

const node20 = process.versions.node.startsWith('20.');

it.skipIf(!node20)(
  'fused kernels that need a V8 flag are refused, and the hint names it (Node 20 only)',
  () => {
    expect(() => compileProgram('float32', 'fused')).toThrowError(
      expect.objectContaining({
        code: 'usage',
        hint: expect.stringContaining('node --experimental-wasm-relaxed-simd'),
      }),
    );
  },
);

it('a program can be sent to another thread', () => {
  const program = compileProgram('float32', 'portable', { wide: true, kernels: 'wasm' });
  expect(verdictOf(structuredClone(program), bind)).toBe('right');
});

it('a program is compiled once', () => {
  expect(compileProgram('float64')).toBe(compileProgram('float64'));
  expect(compileProgram('float64')).not.toBe(compileProgram('float64', 'portable', { wide: true }));
});

it('requests flags only where they are known to help', () => {
  const flags = (['20.19.0', '22.12.0', '24.0.1', '26.0.0', '28.0.0'] as const).map(version => [
    v8FlagsFor('portable', version),
    v8FlagsFor('fused', version),
  ]);
  const revectorize = ['--experimental-wasm-revectorize'];
  expect(flags).toEqual([
    [[], ['--experimental-wasm-relaxed-simd']],
    [[], []],
    [revectorize, revectorize],
    [revectorize, revectorize],
    [[], []],
  ]);
});
