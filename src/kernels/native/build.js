/** Builds the native kernels, or says in one line why it cannot: then WebAssembly does their work. Never fails. */
import { fileURLToPath } from 'node:url';
import { writeChecksum } from './checksum.js';
import { compileNative, TARGETS } from './compile.js';

const target = `${process.platform}-${process.arch}`;
const output = new URL(`../../../dist/kernels/native/${target}.node`, import.meta.url);
const reason = TARGETS.includes(target)
  ? compileNative(fileURLToPath(output))
  : `none are written for ${target}`;
if (!reason) writeChecksum(output);
else console.log(`native kernels are not built (${reason}); WebAssembly does their work`);
