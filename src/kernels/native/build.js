/** Builds the native kernels where that is possible; elsewhere says so in one line, and WebAssembly does all the work. */
import { fileURLToPath } from 'node:url';
import { compileNative, TARGETS } from './compile.js';

const target = `${process.platform}-${process.arch}`;
const output = fileURLToPath(new URL(`../../../dist/kernels/native/${target}.node`, import.meta.url));
const reason = TARGETS.includes(target) ? compileNative(output) : `none are written for ${target}`;
if (reason) console.log(`native kernels are not built (${reason}); WebAssembly does their work`);
