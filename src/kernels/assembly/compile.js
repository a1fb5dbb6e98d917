// How the AssemblyScript compiler is called, and what it is called for.
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const folder = fileURLToPath(new URL('./', import.meta.url));
const options = '--runtime stub --importMemory --noExportMemory --enable simd --noAssert'.split(' ');
const optimized = ['-O3'];
/** For a module that is compiled only to read its exports. */
export const fast = ['-O0'];

/** The modules: name, entry and what the source's `real` and FUSED (multiply-add rounds once) stand for. */
export const modules = [
  { name: 'base', entry: 'base.ts', words: [] },
  ...['f32', 'f64'].flatMap(real =>
    ['', '-fused'].map(fused => ({
      name: real + fused,
      entry: 'index.ts',
      words: [
        ...['--use', `real=${real}`, '--use', `FUSED=${fused ? 1 : 0}`],
        ...(fused ? ['--enable', 'relaxed-simd'] : []),
      ],
    })),
  ),
];

/** Compiles one module. Returns its bytes and the declarations (.d.ts) of its exports. */
export async function compile({ entry, words }, effort = optimized) {
  const outputs = {};
  const { error, stderr } = await asc.main(
    [entry, ...words, ...options, ...effort, '--baseDir', folder, '--bindings', 'raw', '--outFile', 'kernels.wasm'],
    { writeFile: (name, contents) => void (outputs[name] = contents) },
  );
  if (error) throw new Error(`${entry} ${words.join(' ')}: ${error.message}\n${stderr}`);
  return { bytes: outputs['kernels.wasm'], declarations: String(outputs['kernels.d.ts']) };
}
