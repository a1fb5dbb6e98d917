/** Builds the native kernels, or says in one line why it cannot: then WebAssembly does their work. Never fails. */
import { fileURLToPath } from 'node:url';
import { compileNative, TARGETS } from './compile.js';

const target = `${process.platform}-${process.arch}`;
const output = fileURLToPath(new URL(`../../../dist/kernels/native/${target}.node`, import.meta.url));
const reason = TARGETS.includes(target) ? compileNative(output) : `none are written for ${target}`;
if (reason) console.log(`native kernels are not built (${reason}); WebAssembly does their work`);
