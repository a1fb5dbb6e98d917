/**
 * What the program needs of the machine and of Node. It is read by versions of Node that are too old, so it has no import and no new syntax.
 */

/** The first version of Node that will do: `engines` in package.json. */
const NEEDED = [20, 19];

/**
 * A function that returns a vector of 16 bytes: (func (result v128) i32.const 0 i8x16.splat i8x16.popcnt). popcnt is the part of WebAssembly SIMD that
 * was specified last.
 */
const SIMD = [
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123],
  ...[3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11],
];

/** @returns why the program cannot run here, and what to do; undefined if it can */
export function refusalOf(versions = process.versions) {
  const [major, minor] = versions.node.split('.').map(Number);
  if (major < NEEDED[0] || (major === NEEDED[0] && minor < NEEDED[1]))
    return {
      message: `cifar-norm needs Node ${NEEDED.join('.')} or newer, and this is Node ${versions.node}`,
      hint: 'install a newer Node (https://nodejs.org)',
    };
  if (new Uint8Array(new Uint16Array([1]).buffer)[0] !== 1)
    return {
      message: 'cifar-norm needs a little-endian processor, and this one is big-endian',
      hint: 'run it on an x86-64 or ARM64 machine',
    };
  if (typeof WebAssembly === 'undefined')
    return {
      message: 'cifar-norm needs WebAssembly, which is turned off in this Node',
      hint: 'run node without --jitless and --no-expose-wasm, also in NODE_OPTIONS',
    };
  if (!WebAssembly.validate(Uint8Array.from(SIMD)))
    return {
      message: 'cifar-norm needs WebAssembly SIMD, which this processor or this Node does not have',
      hint: 'run it on an ARM64 processor or one with SSE4.1, and node without flags that turn SIMD off',
    };
  if (process.permission)
    return {
      message: 'cifar-norm does not run with the permission model of Node',
      hint: 'run node without --permission, also in NODE_OPTIONS',
    };
  if (Object.isFrozen(Array.prototype))
    return {
      message: 'cifar-norm does not run with --frozen-intrinsics',
      hint: 'run node without it, also in NODE_OPTIONS',
    };
  return undefined;
}
