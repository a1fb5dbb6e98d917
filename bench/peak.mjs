// Generates and compiles a kernel that multiplies and adds in registers only: the processor's peak without fused
// multiply-add. `wide-peak` pairs its sums so that V8 merges them into 256-bit operations.
import asc from 'assemblyscript/asc';

const build = new URL('./build/', import.meta.url);
for (const [name, count] of [
  ['peak', 12],
  ['wide-peak', 24],
]) {
  const sums = Array.from({ length: count }, (_, i) => `s${i}`);
  const source = `
export const FLOPS: i32 = ${count * 8};
export function run(steps: i32): void {
  const x = v128.load_splat<f32>(0), y = v128.load_splat<f32>(4);
  let ${sums.map(sum => `${sum} = y`).join(', ')};
  for (; steps > 0; steps--) {
    ${sums.map(sum => `${sum} = f32x4.add(f32x4.mul(${sum}, x), y);`).join('\n    ')}
  }
  ${sums.map((sum, i) => `v128.store(${64 + 16 * i}, ${sum});`).join('\n  ')}
}`;
  const { error, stderr } = await asc.main(
    [`${name}.ts`, '-o', `${name}.wasm`, '-O3', '--runtime', 'stub', '--importMemory', '--enable', 'simd'],
    {
      readFile: file => (file === `${name}.ts` ? source : null),
      writeFile: async (_, bytes) => {
        const { mkdirSync, writeFileSync } = await import('node:fs');
        mkdirSync(build, { recursive: true });
        writeFileSync(new URL(`${name}.wasm`, build), bytes);
      },
      listFiles: () => [],
    },
  );
  if (error) throw new Error(`${name}: ${error.message}\n${stderr}`);
}
