/** The self-test accepts every back end, and rejects kernels that compute other bits. */
import { describe, expect, it } from 'vitest';
import type { Bind, Kernels, Program } from '../../src/kernels/backend.ts';
import { bind, compileProgram } from '../../src/kernels/choose-backend.ts';
import { dtypes } from '../../src/kernels/numerics.ts';
import { verdictOf } from '../../src/kernels/self-test.ts';
import { bindWasm } from '../../src/kernels/wasm/bind.ts';
import { newMemory } from '../../src/kernels/wasm/memory.ts';
import './backends.ts';

type KernelName = keyof Kernels;

/** Every kernel, and every pair that could be mixed up: as many arguments. */
const exported = bindWasm(
  compileProgram('float32', 'portable', { kernels: 'wasm' }),
  newMemory({ initial: 2 }),
);
const names = (Object.keys(exported) as KernelName[]).filter(name => typeof exported[name] === 'function');
const neighbours = names.flatMap(name =>
  names
    .filter(other => other !== name && exported[other].length === exported[name].length)
    .map(other => [other, name] as const),
);

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

  it.each(names)('rejects a back end whose %s does nothing', name => {
    expect(
      verdictOf(
        portable,
        replacing(name, () => () => 0),
      ),
    ).toBe('wrong');
  });

  it.each(neighbours)('rejects a back end with %s in place of %s', (neighbour, name) => {
    expect(
      verdictOf(
        portable,
        replacing(name, kernels => kernels[neighbour]),
      ),
    ).toBe('wrong');
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

/** A back end in which another function stands for the named kernel. */
function replacing(name: KernelName, other: (kernels: Kernels) => unknown): Bind<Kernels> {
  return (program, memory) => {
    const kernels = bindWasm(program, memory);
    return { ...kernels, [name]: other(kernels) };
  };
}
