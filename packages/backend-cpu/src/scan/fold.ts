/**
 * One step of a scan in registers. A step waits for the one before it, so a running maximum of floats is not WebAssembly's
 * `max`, which takes eight instructions to let a NaN through, but `pmax`, which takes one: it keeps a NaN that the state
 * has already, and one that comes in is put over its result as bits.
 */

import { unreachable } from '@tenfold/ir';
import { combine } from '../codegen/combine.ts';
import { kindOf } from '../codegen/lanes.ts';
import type { MathContext, Vector } from '../math/index.ts';
import { f32x4, f64x2, v128 } from '../wasm/index.ts';
import type { Local } from '../wasm/index.ts';
import type { Scan } from './recognise.ts';

/** The kernel's accumulator: what is folded, in which dtype. */
export function foldOf({ kernel, accumulate }: Scan) {
  const { kind, dtype } = kernel.accumulators[accumulate.acc];
  if (kind === 'argmax' || kind === 'argmin') return unreachable(`a scan by ${kind}`);
  return { kind, dtype };
}

/** The state after `x`. */
export function step(
  m: MathContext,
  { kind, dtype }: ReturnType<typeof foldOf>,
  state: Local<'v128'>,
  x: Local<'v128'>,
): Vector {
  const register = kindOf(dtype);
  if ((kind !== 'max' && kind !== 'min') || (register !== 'f32' && register !== 'f64'))
    return combine(m, kind, dtype, state, x);
  const lanes = register === 'f64' ? f64x2 : f32x4;
  return v128.or((kind === 'max' ? lanes.pmax : lanes.pmin)(state, x), lanes.ne(x, x));
}
