/** Runs an emitter over arrays, one 128-bit vector at a time: the harness of the math tests. */

import { HOST_MODULE, makeHostFunctions } from '../src/math/index.ts';
import type { MathContext, Vector } from '../src/math/index.ts';
import { enableRelaxedSimd, ModuleBuilder, v128 } from '../src/wasm/index.ts';

enableRelaxedSimd();

export type Emitter = (m: MathContext, a: Vector, b: Vector) => Vector;
type Lanes = Float32Array | Float64Array | Int32Array | BigInt64Array;

/** Applies `emit` to the vectors of `a` (and `b`), whose bytes are a multiple of 16; gives an array like `result`. */
export function overLanes<T extends Lanes>(
  emit: Emitter,
  relaxed: boolean,
  a: Lanes,
  b: Lanes,
  result: new (buffer: ArrayBuffer) => T,
): T {
  const bytes = a.byteLength;
  const pages = Math.ceil((3 * bytes) / 65536) + 1;
  const memory = new WebAssembly.Memory({ initial: pages });
  const module = new ModuleBuilder();
  module.importMemory('env', 'memory', { initial: pages });
  const code = module.func('run', { params: ['i32'], export: true });
  const [limit] = code.params;
  const i = code.local('i32');
  code.countedLoop(i, limit, 16, () => {
    const value = code.let(
      emit({ module, code, relaxed }, code.let(v128.load(i)), code.let(v128.load(i, bytes))),
    );
    code.emit(v128.store(i, value, 2 * bytes));
  });
  const instance = new WebAssembly.Instance(new WebAssembly.Module(module.toBytes()), {
    env: { memory },
    [HOST_MODULE]: { ...makeHostFunctions() },
  });
  const view = new Uint8Array(memory.buffer);
  view.set(new Uint8Array(a.buffer, a.byteOffset, bytes), 0);
  view.set(new Uint8Array(b.buffer, b.byteOffset, b.byteLength), bytes);
  (instance.exports.run as (limit: number) => void)(bytes);
  return new result(memory.buffer.slice(2 * bytes, 3 * bytes));
}

/** Pads to a whole number of vectors by repeating the last value. */
export function float32(values: readonly number[]): Float32Array {
  const padded = [...values];
  while (padded.length % 4 !== 0) padded.push(values[values.length - 1]);
  return Float32Array.from(padded);
}

/** Float32 values at even distances of their bit patterns, both signs, all exponents, with the special ones. */
export function allMagnitudes(count: number): Float32Array {
  const bits = new Uint32Array(count);
  const stride = Math.floor(2 ** 32 / count);
  for (let i = 0; i < count; i++) bits[i] = i * stride;
  const values = new Float32Array(bits.buffer);
  const special = [
    0,
    -0,
    1,
    -1,
    Infinity,
    -Infinity,
    NaN,
    2 ** -149,
    -(2 ** -149),
    2 ** -126,
    3.4028234e38,
    -3.4028234e38,
  ];
  values.set(special, 0);
  return values;
}

/** Float32 values evenly spaced in [from, to]. */
export function evenly(from: number, to: number, count: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => from + ((to - from) * i) / (count - 1));
}

/** Distance in float32 units in the last place of the exact result; infinite where a special value is missed. */
export function ulpError(actual: number, exact: number): number {
  const nearest = Math.fround(exact);
  if (Number.isNaN(nearest)) return Number.isNaN(actual) ? 0 : Infinity;
  if (!Number.isFinite(nearest) || !Number.isFinite(actual)) return actual === nearest ? 0 : Infinity;
  const exponent = Math.max(Math.floor(Math.log2(Math.abs(exact))), -126);
  return Math.abs(actual - exact) / 2 ** (exponent - 23);
}

/** The worst error over a sample, and where. */
export function worst(
  emit: Emitter,
  relaxed: boolean,
  exact: (a: number, b: number) => number,
  a: Float32Array,
  b: Float32Array = a,
): { readonly ulp: number; readonly at: readonly [number, number] } {
  const actual = overLanes(emit, relaxed, a, b, Float32Array);
  let ulp = 0;
  let at: readonly [number, number] = [NaN, NaN];
  for (let i = 0; i < a.length; i++) {
    const error = ulpError(actual[i], exact(a[i], b[i]));
    if (error > ulp) {
      ulp = error;
      at = [a[i], b[i]];
    }
  }
  return { ulp, at };
}
