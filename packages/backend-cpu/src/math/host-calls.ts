/**
 * Calls of the host's float64 functions from generated code: lane by lane over float64 vectors, and for
 * those float32 lanes that a vector routine cannot serve. Slow, and only for what has to be exact.
 */

import { call, f32, f32x4, f64, f64x2, i32x4 } from '../wasm/index.ts';
import type { FunctionRef } from '../wasm/index.ts';
import type { MathContext, Vector, VectorLocal } from './context.ts';
import { HOST_MODULE } from './host-functions.ts';
import type { HostBinary, HostUnary } from './host-functions.ts';

function unaryImport(m: MathContext, name: HostUnary): FunctionRef<readonly ['f64'], 'f64'> {
  return m.module.importFunction(HOST_MODULE, name, { params: ['f64'], result: 'f64' });
}

function binaryImport(m: MathContext, name: HostBinary): FunctionRef<readonly ['f64', 'f64'], 'f64'> {
  return m.module.importFunction(HOST_MODULE, name, { params: ['f64', 'f64'], result: 'f64' });
}

/** The function over two float64 lanes. */
export function hostUnary(m: MathContext, name: HostUnary, x: Vector): VectorLocal {
  const target = unaryImport(m, name);
  const result = m.code.let(x);
  for (const lane of [0, 1]) {
    const value = call(target, f64x2.extract_lane(result, lane));
    m.code.set(result, f64x2.replace_lane(result, lane, value));
  }
  return result;
}

/** The function over pairs of float64 lanes. */
export function hostBinary(m: MathContext, name: HostBinary, a: Vector, b: Vector): VectorLocal {
  const target = binaryImport(m, name);
  const result = m.code.let(a);
  const right = m.code.let(b);
  for (const lane of [0, 1]) {
    const value = call(target, f64x2.extract_lane(result, lane), f64x2.extract_lane(right, lane));
    m.code.set(result, f64x2.replace_lane(result, lane, value));
  }
  return result;
}

/** Replaces the float32 lanes of `result` where `mask` is set by the host's function of `x`. */
export function patchUnary(
  m: MathContext,
  name: HostUnary,
  result: VectorLocal,
  mask: VectorLocal,
  x: VectorLocal,
): void {
  const target = unaryImport(m, name);
  for (let lane = 0; lane < 4; lane++) {
    m.code.if(i32x4.extract_lane(mask, lane), () => {
      const value = call(target, f64.promote_f32(f32x4.extract_lane(x, lane)));
      m.code.set(result, f32x4.replace_lane(result, lane, f32.demote_f64(value)));
    });
  }
}

/** Replaces the float32 lanes of `result` where `mask` is set by the host's function of `a` and `b`. */
export function patchBinary(
  m: MathContext,
  name: HostBinary,
  result: VectorLocal,
  mask: VectorLocal,
  a: VectorLocal,
  b: VectorLocal,
): void {
  const target = binaryImport(m, name);
  for (let lane = 0; lane < 4; lane++) {
    m.code.if(i32x4.extract_lane(mask, lane), () => {
      const value = call(
        target,
        f64.promote_f32(f32x4.extract_lane(a, lane)),
        f64.promote_f32(f32x4.extract_lane(b, lane)),
      );
      m.code.set(result, f32x4.replace_lane(result, lane, f32.demote_f64(value)));
    });
  }
}
