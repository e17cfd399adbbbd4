/**
 * One vector of elements at arbitrary places: consecutive indices of one table against one index of the
 * other. Elements outside the operand are zero, and are not read. This is the slow way, for the edges; a call
 * keeps it out of the packing loops.
 */

import type { MathContext } from '../math/index.ts';
import { i32, i32x4, v128 } from '../wasm/index.ts';
import type { Expr, FunctionRef, ModuleBuilder } from '../wasm/index.ts';
import type { ElementReader } from './element-reader.ts';
import type { LaneType } from './lane-type.ts';
import { position } from './offset-table.ts';
import type { TableShape } from './offset-table.ts';

/** (base, entry of the first of consecutive indices, entry of the other table, the other table) to a vector. */
export type Gather = FunctionRef<readonly ['i32', 'i32', 'i32', 'i32'], 'v128'>;

export interface GatherOptions {
  readonly name: string;
  readonly type: LaneType;
  readonly reader: ElementReader;
  readonly relaxed: boolean;
  readonly varying: TableShape;
  readonly fixed: TableShape;
  /** One extent per guard. */
  readonly extents: readonly number[];
}

export function emitGather(module: ModuleBuilder, options: GatherOptions): Gather {
  const { type, reader, varying, fixed, extents } = options;
  const code = module.func(options.name, { params: ['i32', 'i32', 'i32', 'i32'], result: 'v128' });
  const m: MathContext = { module, code, relaxed: options.relaxed };
  const [base, entries, entry, zeros] = code.params;

  const row = (plane: number): Expr<'v128'> =>
    type.lanes === 4 ? v128.load(entries, plane) : v128.load64_zero(entries, plane);
  const origin = i32.add(base, i32.load(entry, position.offset(fixed)));
  const addresses = code.let(i32x4.add(row(position.offset(varying)), i32x4.splat(origin)));
  extents.forEach((extent, g) => {
    const coordinate = i32x4.add(
      row(position.coordinate(varying, g)),
      i32x4.splat(i32.load(entry, position.coordinate(fixed, g))),
    );
    // Negative coordinates are large as unsigned numbers. A lane once sent to the zeros stays there.
    const inside = i32x4.lt_u(coordinate, code.constants.i32x4(extent));
    code.set(addresses, v128.bitselect(addresses, i32x4.splat(zeros), inside));
  });
  const bits = code.let(code.constants.i32x4(0));
  for (let lane = 0; lane < type.lanes; lane++) {
    code.set(bits, reader.gatherLane(i32x4.extract_lane(addresses, lane), bits, lane));
  }
  code.return(reader.convert(m, bits));
  return code;
}
