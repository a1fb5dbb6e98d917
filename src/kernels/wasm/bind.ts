import type { Bind, Kernels } from '../backend.ts';

/** All kernels, as exports of a new instance of the program's module. */
export const bindWasm: Bind<Kernels> = ({ module }, memory) =>
  new WebAssembly.Instance(module, { env: { memory } }).exports as Kernels;
