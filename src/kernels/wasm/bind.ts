import type { Bind, Kernels } from '../backend.ts';

/** All kernels, as exports of a new instance of the program's module. */
export const bindWasm: Bind<Kernels> = ({ module, wide }, memory) => {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  const kernels = exports as Kernels & { readonly wide: WebAssembly.Global };
  kernels.wide.value = wide ? 1 : 0;
  return kernels;
};
