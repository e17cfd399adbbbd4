/**
 * The statements of a row that several invocations, its lanes, share: they go through its loops side by side and reduce
 * together at the end of each. A row may be cut into parts that different workgroups take.
 */

import type { AxisId, LoopStmt, Stmt } from '@tenfold/ir';
import type { Block, Blocks } from './block.ts';
import { boundName, emitBlock } from './block.ts';
import type { Emission } from './emission.ts';
import { nestOf, splitCount, tripsText } from './grid.ts';
import { reduceLanes } from './lane-reduction.ts';
import type { LoopShape } from './loop-shape.ts';
import { emitStatements, indent, reducedIn } from './statements.ts';

/** From which iteration on a workgroup goes through a loop, and before which it ends: i32 expressions. */
export interface Part {
  readonly first: string;
  readonly end: string;
}

/**
 * Lines that say which row an invocation works for, and for which of `parts` parts: `l` (u32), its number among the
 * row's lanes; `count` (i32), the number of the row; `alive`, whether there is such a row; `part` (i32), if any.
 */
export function placeLanes({ rows, lanes, laneMinor }: LoopShape, total: string, parts?: number): string[] {
  const [l, r] = laneMinor
    ? [`lane % ${lanes}u`, `lane / ${lanes}u`]
    : [`lane / ${rows}u`, `lane % ${rows}u`];
  const block = parts === undefined ? 'group' : `group / ${parts}u`;
  return [
    `let l = ${l};`,
    ...(parts === undefined ? [] : [`let part = i32(group % ${parts}u);`]),
    `let place_of_row = i32(${block} * ${rows}u + ${r});`,
    `let alive = place_of_row < ${total};`,
    // All invocations have to come to the barriers: those without a row go along with the last one.
    `let count = min(place_of_row, ${total} - 1);`,
  ];
}

export class RowEmitter {
  readonly #e: Emission;
  readonly #shape: LoopShape;
  readonly #blocks: Blocks;
  /** Whether lanes could overwrite what others have yet to read. */
  readonly #inPlace: boolean;

  constructor(e: Emission, shape: LoopShape, blocks: Blocks) {
    this.#e = e;
    this.#shape = shape;
    this.#blocks = blocks;
    this.#inPlace = e.kernel.operands.some(({ access }) => access === 'readwrite');
  }

  /** Emits statements; `part` cuts the loops among them. */
  statements(body: readonly Stmt[], part?: Part): void {
    for (const stmt of body) {
      if (this.#inPlace && (stmt.kind === 'loop' || stmt.kind === 'store'))
        this.#e.write('storageBarrier();');
      if (stmt.kind === 'loop') this.#shared(stmt, part);
      else emitStatements(this.#e, [stmt], 'alive && l == 0u');
    }
  }

  /** A loop whose iterations the lanes share. */
  #shared(loop: LoopStmt, part: Part | undefined): void {
    const e = this.#e;
    const { lanes } = this.#shape;
    const { axes, body } = nestOf(loop);
    const block = this.#blocks.get(loop);
    const size = block?.size ?? 1;
    const reduced = reducedIn(loop);
    const partials = reduced.map((acc) => e.partial(acc));
    const limit = e.fresh('limit');
    const t = e.fresh('t');
    e.write(`let ${limit} = select(0, ${part?.end ?? tripsText(e, axes)}, alive);`);
    const inside = block ? blockIteration(e, axes, t, block, body) : iteration(e, axes, t, body);
    const own = size === 1 ? 'i32(l)' : `i32(l) * ${size}`;
    const start = part ? `${part.first} + ${own}` : own;
    e.write(`for (var ${t} = ${start}; ${t} < ${limit}; ${t} += ${lanes * size}) {`, ...indent(inside), '}');
    partials.forEach(({ name, restore }, i) => {
      restore();
      const acc = reduced[i];
      reduceLanes(e, acc, name, this.#shape);
      e.write(e.fold(acc, e.accumulatorName(acc), name));
    });
  }
}

function blockIteration(
  e: Emission,
  axes: readonly AxisId[],
  countName: string,
  block: Block,
  body: readonly Stmt[],
): string[] {
  const { bound, lines } = splitCount(e, axes, countName);
  e.open(bound, [], lines);
  emitBlock(e, block, boundName(bound, block.axis), body);
  return e.close();
}

/** The lines of one iteration of nested loops, whose count has a name. */
export function iteration(
  e: Emission,
  axes: readonly AxisId[],
  countName: string,
  body: readonly Stmt[],
): string[] {
  const { bound, lines } = splitCount(e, axes, countName);
  e.open(bound, body, lines);
  emitStatements(e, body);
  return e.close();
}
