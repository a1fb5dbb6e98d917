/** The native kernels compute the same bits as WebAssembly, with every instruction set of this machine. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { INSTRUCTION_SETS } from '../../src/kernels/backend.ts';
import { compileProgram } from '../../src/kernels/choose-backend.ts';
import { type Addon, bindNative, loadAddon } from '../../src/kernels/native/addon.ts';
import { chooseSet } from '../../src/kernels/native/choose.ts';
import { compileNative, TARGETS } from '../../src/kernels/native/compile.js';
import { agrees, type Shape } from '../../src/kernels/native/self-test.ts';
import type { Dtype, Numerics } from '../../src/kernels/numerics.ts';
import { bindWasm } from '../../src/kernels/wasm/bind.ts';
import { nodeOf } from '../nodes.ts';
import './backends.ts';

const folder = mkdtempSync(join(tmpdir(), 'native-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Compiled for this test, because the addon in dist may be out of date. */
const path = join(folder, 'native.node');
const reason = TARGETS.includes(`${process.platform}-${process.arch}`) ? compileNative(path) : 'not a target';
const addon: Addon = reason === undefined ? loadAddon(path) : { kernels: () => undefined };
const sets = INSTRUCTION_SETS.filter(set => addon.kernels(set, 'float32', 'portable'));

const variants = sets.flatMap(set =>
  (['float32', 'float64'] as const).flatMap(dtype =>
    (['portable', 'fused'] as const).map(numerics => ({ set, dtype, numerics })),
  ),
);
type Variant = (typeof variants)[number];

const native =
  (variant: Variant, from: Addon = addon) =>
  (memory: WebAssembly.Memory) =>
    bindNative(from, variant.set, variant, memory)!;

function wasm(dtype: Dtype, numerics: Numerics) {
  const program = compileProgram(dtype, numerics);
  return (memory: WebAssembly.Memory) => bindWasm(program, memory);
}

const size = (max: number) => fc.integer({ min: 1, max });
const steps = size(600);
const shapes: fc.Arbitrary<Shape> = fc.oneof(
  fc.record({ kernel: fc.constant('gemmNN' as const), m: size(150), n: size(110), k: steps }),
  // Images have a multiple of four values.
  fc.record({
    kernel: fc.constant('gemmImages' as const),
    m: size(70),
    n: size(60),
    k: size(150).map(k => 4 * k),
  }),
  fc.record({
    kernel: fc.constant('weightUpdate' as const),
    n: steps,
    d: size(70),
    h: size(110),
    rule: fc.integer({ min: 0, max: 3 }),
  }),
);

describe.each(variants)('$set kernels in $dtype, $numerics', variant => {
  const { dtype, numerics } = variant;

  it('pass the self-test', () => {
    expect(agrees(wasm(dtype, numerics), native(variant), dtype)).toBe(true);
  });

  it.each(['gemmNN', 'gemmImages', 'weightUpdate'] as const)('do not pass it if %s does nothing', name => {
    const without = (memory: WebAssembly.Memory) => ({ ...native(variant)(memory), [name]: () => {} });
    expect(agrees(wasm(dtype, numerics), without, dtype)).toBe(false);
  });

  it('agree with WebAssembly in every bit, for any shape', () => {
    const [expected, actual] = [wasm(dtype, numerics), native(variant)];
    fc.assert(
      fc.property(shapes, shape => agrees(expected, actual, dtype, [shape])),
      { numRuns: 100 },
    );
  });
});

describe.skipIf(sets.length === 0)('the chosen back end', () => {
  const numbers = { dtype: 'float32', numerics: 'portable' } as const;
  const choose = (load: () => Addon) =>
    chooseSet(numbers, wasm('float32', 'portable'), INSTRUCTION_SETS, load);

  it('is the widest instruction set of this processor', () => {
    expect(choose(() => addon)).toEqual({ set: sets[0] });
    expect(chooseSet(numbers, wasm('float32', 'portable'), ['avx2'], () => addon)).toEqual({ set: 'avx2' });
  });

  it('is WebAssembly if the kernels were compiled with contraction', () => {
    const contracted = join(folder, 'contracted.node');
    expect(compileNative(contracted, ['-ffp-contract=fast'])).toBeUndefined();
    for (const variant of variants.filter(({ numerics }) => numerics === 'portable')) {
      const { dtype, numerics } = variant;
      expect(agrees(wasm(dtype, numerics), native(variant, loadAddon(contracted)), dtype)).toBe(false);
    }
    expect(choose(() => loadAddon(contracted))).toEqual({
      set: undefined,
      reason: `the native kernels for ${sets.join(' and ')} compute other bits than WebAssembly`,
    });
  });

  it('is WebAssembly if the addon is missing or damaged, or the processor lacks the instructions', () => {
    const damaged = join(folder, 'damaged.node');
    writeFileSync(damaged, 'damaged');
    const reasonOf = (load: () => Addon) => {
      const choice = choose(load);
      return choice.set ?? choice.reason;
    };
    const target = `${process.platform}-${process.arch}`;
    expect(reasonOf(() => loadAddon(join(folder, 'missing.node')))).toBe(
      `there are no native kernels for ${target}`,
    );
    expect(reasonOf(() => loadAddon(damaged))).toBe(`the native kernels for ${target} do not load`);
    expect(reasonOf(() => ({ kernels: () => undefined }))).toBe(
      'this processor does not have avx512 or avx2',
    );
  });

  it('does not mix up portable and fused numerics', () => {
    for (const variant of variants) {
      const other = variant.numerics === 'fused' ? 'portable' : 'fused';
      expect(agrees(wasm(variant.dtype, other), native(variant), variant.dtype)).toBe(false);
    }
  });
});

/** The installed versions of Node: this one, and those that `.ci/run` installs. */
const nodes = [
  [process.version, process.execPath] as const,
  ...['22', '24', '26'].flatMap(version => {
    const node = nodeOf(version);
    return node === undefined || node === process.execPath ? [] : [[version, node] as const];
  }),
];

/** 2 x 2 products at 1024: 8 rows of 8 float32 each for a, b, bias and c, and room to pack. */
const PRODUCT = [2, 2, 2, 1024, 32, 1280, 32, 1536, 1792, 32, 2048] as const;
const OPERANDS = [
  [1024, 1, 2],
  [1056, 3, 4],
  [1280, 5, 6],
  [1312, 7, 8],
  [1536, 10, 20],
] as const;
const EXPECTED = [1 * 5 + 2 * 7 + 10, 1 * 6 + 2 * 8 + 20];

function writeOperands(buffer: ArrayBufferLike) {
  for (const [at, ...values] of OPERANDS) new Float32Array(buffer, at, 2).set(values);
}
const resultIn = (buffer: ArrayBufferLike) => [...new Float32Array(buffer, 1792, 2)];

describe.each(sets)('the %s binding', set => {
  const bind = (memory: WebAssembly.Memory) =>
    bindNative(addon, set, { dtype: 'float32', numerics: 'portable' }, memory)!;

  it('works on shared memory, and on memory that grows after binding', () => {
    for (const shared of [false, true]) {
      const memory = new WebAssembly.Memory({ initial: 1, maximum: 1000, shared });
      const kernels = bind(memory);
      memory.grow(900);
      writeOperands(memory.buffer);
      kernels.gemmNN(...PRODUCT);
      expect(resultIn(memory.buffer)).toEqual(EXPECTED);
    }
  });

  it('works in a worker thread, on memory of the main thread', async () => {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
    writeOperands(memory.buffer);
    const code = `const { workerData: [path, set, memory, product] } = require('node:worker_threads');
      const kernels = require(path).kernels(set, 'float32', 'portable');
      kernels.gemmNN(new Uint8Array(memory.buffer), ...product);`;
    const worker = new Worker(code, { eval: true, workerData: [path, set, memory, PRODUCT] });
    await new Promise((resolve, reject) => worker.on('exit', resolve).on('error', reject));
    expect(resultIn(memory.buffer)).toEqual(EXPECTED);
  });

  it.each(nodes)('loads in other versions of Node: %s', (_, node) => {
    const code = `const memory = new WebAssembly.Memory({ initial: 1 });
      for (const [at, ...values] of ${JSON.stringify(OPERANDS)}) new Float32Array(memory.buffer, at, 2).set(values);
      const kernels = require(${JSON.stringify(path)}).kernels('${set}', 'float32', 'portable');
      kernels.gemmNN(new Uint8Array(memory.buffer), ${PRODUCT});
      console.log(JSON.stringify([...new Float32Array(memory.buffer, 1792, 2)]));`;
    const { stdout, stderr } = spawnSync(node, ['-e', code], { encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual(EXPECTED);
  });

  const GOOD = {
    gemmNN: [...PRODUCT],
    gemmImages: [2, 2, 4, 1024, 1088, 1120, 1152, 32, 1280, 32, 1536, 1792, 32, 2048],
    weightUpdate: [2, 2, 2, 1024, 32, 1280, 32, 0, 3, 1536, 1792, 2048, 32, 2304, 2560],
  } as const;
  /** Indices of the pointers, and of the strides. */
  const POINTERS = {
    gemmNN: [3, 5, 7, 8],
    gemmImages: [3, 4, 5, 6, 8, 10, 11],
    weightUpdate: [3, 5, 9, 10, 11, 13, 14],
  };
  const STRIDES = { gemmNN: [4, 6, 9], gemmImages: [7, 9, 12], weightUpdate: [4, 6, 12] };

  it.each(['gemmNN', 'gemmImages', 'weightUpdate'] as const)(
    '%s refuses operands outside the memory',
    name => {
      const memory = new WebAssembly.Memory({ initial: 1 });
      const call = bind(memory)[name] as (...words: readonly number[]) => void;
      expect(() => call(...GOOD[name])).not.toThrow();
      const before = Buffer.from(memory.buffer.slice(0));
      const refuses = (index: number, value: number) => {
        const words: number[] = [...GOOD[name]];
        words[index] = value;
        expect(() => call(...words), `argument ${index + 1} is ${value}`).toThrow(RangeError);
      };
      for (const index of POINTERS[name]) {
        for (const value of [65_536 - 4, 65_536, 2 ** 32 - 1, 2 ** 32, 2 ** 53, -4, 1.5, NaN, Infinity])
          refuses(index, value);
      }
      for (const index of STRIDES[name])
        for (const value of [0, 4, 34, 65_536, 2 ** 32 - 4]) refuses(index, value);
      for (const index of [0, 1, 2])
        for (const value of [-1, 0.5, NaN, 5000, 2 ** 32 - 1]) refuses(index, value);
      expect(() => call(...GOOD[name].slice(0, -2))).toThrow(RangeError);
      expect(Buffer.from(memory.buffer).equals(before)).toBe(true);
    },
  );
});
