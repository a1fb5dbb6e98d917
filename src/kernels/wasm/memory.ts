/** Memories of WebAssembly, and what the system must grant for them. */
import { readFileSync } from 'node:fs';
import { CifarNormError } from '../../errors.ts';

/** What V8 reserves for each memory beside the memory itself, in bytes of address space: guards, so that kernels need not check bounds. */
const RESERVED = 10.3e9;
/** Address space of Node without any memory of WebAssembly, with room to work in. */
const REST = 2e9;

/**
 * A new memory.
 * @throws CifarNormError (run) if the system refuses the addresses, as under `ulimit -v`
 */
export function newMemory(pages: WebAssembly.MemoryDescriptor): WebAssembly.Memory {
  try {
    return new WebAssembly.Memory(pages);
  } catch (error) {
    throw refused(error instanceof Error ? error.message : String(error));
  }
}

/**
 * Makes sure that the process may reserve `count` memories in all. V8 ends the process if it runs out of addresses while it
 * starts a thread, so this must be known before.
 * @throws CifarNormError (run) if a limit on the process's address space is too low
 */
export function ensureAddresses(count: number): void {
  const limit = Number(/^Max address space +(\d+)/m.exec(textOf('/proc/self/limits'))?.[1] ?? Infinity);
  const inUse = 1024 * Number(/^VmSize:\s+(\d+) kB/m.exec(textOf('/proc/self/status'))?.[1] ?? 0);
  // A process that has a memory and yet uses few addresses reserves nothing: --disable-wasm-trap-handler.
  const needed = count * RESERVED + REST;
  if (needed <= limit || inUse < RESERVED) return;
  throw refused(
    `its address space may have ${gigabytes(limit)}, and ${count} memories of WebAssembly reserve ${gigabytes(needed)}`,
  );
}

const refused = (why: string) =>
  new CifarNormError(
    'run',
    `the system limits the memory of this process: ${why}`,
    'raise the limit (ulimit -v), use fewer --workers, or reserve no addresses: NODE_OPTIONS=--disable-wasm-trap-handler',
  );

const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(0)} GB`;

/** Empty where there is no such file. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
