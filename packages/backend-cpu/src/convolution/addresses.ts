/** Linear indices taken apart, and addresses of a convolution's operands from indices over tuples of axes. */

import { mapAt, mergeAxes } from '../gemm/index.ts';
import { i32 } from '../wasm/index.ts';
import type { Expr, FunctionBuilder, Local } from '../wasm/index.ts';

/** One tuple of axes with the steps of an operand, and the index at which it is wanted. */
export type Place = readonly [extents: readonly number[], steps: readonly number[], index: Expr<'i32'>];

/** Bytes from an operand's element zero to the element at some indices. */
export function bytesAt(
  code: FunctionBuilder,
  args: Local<'i32'>,
  elementBytes: number,
  places: readonly Place[],
): Expr<'i32'> {
  return places.reduce<Expr<'i32'>>((sum, [extents, steps, index]) => {
    const part = mapAt(code, mergeAxes(extents, [steps]), 0, index, elementBytes, args);
    return i32.add(sum, part);
  }, i32.const(0));
}

/** The digits of a number in mixed radix, outermost first; the first digit has no limit. */
export function digitsOf(
  code: FunctionBuilder,
  value: Expr<'i32'>,
  radices: readonly number[],
): Local<'i32'>[] {
  const rest = code.let(value);
  const digits = [...radices].reverse().map((radix) => {
    const digit = code.let(i32.rem_u(rest, radix));
    code.set(rest, i32.div_u(rest, radix));
    return digit;
  });
  return [rest, ...digits.reverse()];
}
