// Builds the programs that measure the processor's peak, which peaks.ts runs: multiplying and adding in registers only. In WebAssembly,
// `wide` pairs its sums so that V8 merges them into 256-bit operations. In C, there is a program for each width of a vector.
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const build = new URL('./build/', import.meta.url);
mkdirSync(build, { recursive: true });

for (const [name, count] of [
  ['narrow', 12],
  ['wide', 24],
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
      writeFile: (_, bytes) => writeFileSync(new URL(`peak-${name}.wasm`, build), bytes),
      listFiles: () => [],
    },
  );
  if (error) throw new Error(`${name}: ${error.message}\n${stderr}`);
}

const compiler = process.env.CC ?? 'cc';
for (const [bits, flag] of [
  [128, '-mavx'],
  [256, '-mavx'],
  [512, '-mavx512f'],
]) {
  for (const [suffix, flags] of [
    ['', ['-ffp-contract=off']],
    ['-fused', ['-mfma', '-ffp-contract=fast']],
  ]) {
    const output = fileURLToPath(new URL(`peak-${bits}${suffix}`, build));
    rmSync(output, { force: true });
    const source = fileURLToPath(new URL('./peak.c', import.meta.url));
    const { status } = spawnSync(compiler, ['-O3', `-DBITS=${bits}`, flag, ...flags, source, '-o', output]);
    if (status !== 0)
      console.error(`skipped: the peak of ${bits} bits${suffix} (${compiler} cannot compile it)`);
  }
}
