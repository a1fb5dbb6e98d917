// JavaScript leaves the last bits of these functions to the engine (Math.pow differs between Node versions). Compiled
// here, they give the same bits everywhere.

export function exp(x: f64): f64 {
  return NativeMath.exp(x);
}
export function log(x: f64): f64 {
  return NativeMath.log(x);
}
export function pow(x: f64, y: f64): f64 {
  return NativeMath.pow(x, y);
}
