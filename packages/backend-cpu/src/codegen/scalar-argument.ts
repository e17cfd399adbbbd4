/** A run-time number of the launch, from the argument block into all lanes. */

import type { DType } from '@tenfold/ir';
import type { Vector } from '../math/index.ts';
import { v128 } from '../wasm/index.ts';
import type { Expr } from '../wasm/index.ts';
import { kindOf, registersOf } from './lanes.ts';

export function loadScalar(args: Expr<'i32'>, at: number, dtype: DType): Vector {
  return registersOf(kindOf(dtype)) === 2 ? v128.load64_splat(args, at) : v128.load32_splat(args, at);
}
