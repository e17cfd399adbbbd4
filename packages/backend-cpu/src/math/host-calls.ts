/**
 * Calls of the host's float64 functions from generated code: lane by lane over float64 vectors, and for
 * those float32 lanes that a vector routine cannot serve. Slow, and only for what has to be exact.
 */

import { call, f32, f32x4, f64, f64x2, i32x4 } from '../wasm/index.ts';
import type { Expr } from '../wasm/index.ts';
import { eachLane } from './context.ts';
import type { MathContext, Vector, VectorLocal } from './context.ts';
import { HOST_MODULE } from './host-functions.ts';
import type { HostFunction } from './host-functions.ts';

/** The host's function of as many numbers as there are operands. */
function call64(m: MathContext, name: HostFunction, operands: readonly Expr<'f64'>[]): Expr<'f64'> {
  const params = operands.map(() => 'f64' as const);
  return call(m.module.importFunction(HOST_MODULE, name, { params, result: 'f64' }), ...operands);
}

/** The function over two float64 lanes, or pairs of them. */
export function hostFunction(m: MathContext, name: HostFunction, operands: readonly Vector[]): VectorLocal {
  return eachLane(m, f64x2, 2, operands, (lane, ...locals) =>
    call64(
      m,
      name,
      locals.map((operand) => f64x2.extract_lane(operand, lane)),
    ),
  );
}

/** Replaces the float32 lanes of `result` where `mask` is set by the host's function of the operands. */
export function patch(
  m: MathContext,
  name: HostFunction,
  result: VectorLocal,
  mask: VectorLocal,
  operands: readonly VectorLocal[],
): void {
  for (let lane = 0; lane < 4; lane++) {
    m.code.if(i32x4.extract_lane(mask, lane), () => {
      const wide = operands.map((operand) => f64.promote_f32(f32x4.extract_lane(operand, lane)));
      m.code.set(result, f32x4.replace_lane(result, lane, f32.demote_f64(call64(m, name, wide))));
    });
  }
}
