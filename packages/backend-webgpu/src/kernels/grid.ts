/**
 * The grid of a loop kernel: its outermost chain of parallel loops, counted as one number, and what is inside. Long
 * chains of loops are taken apart and put together here.
 */

import type { AxisId, Extent, LoopKernel, LoopOrder, LoopStmt, Stmt } from '@tenfold/ir';
import type { Emission } from './emission.ts';

export interface Nest {
  readonly axes: readonly AxisId[];
  readonly body: readonly Stmt[];
}

/** A loop and the loops of the same order that are all there is inside it. */
export function nestOf(loop: LoopStmt): Nest {
  return chain([loop], loop.order);
}

/** The parallel loops around everything else. */
export function gridOf({ body }: LoopKernel): Nest {
  return chain(body, 'parallel');
}

function chain(body: readonly Stmt[], order: LoopOrder): Nest {
  const axes: AxisId[] = [];
  let inside = body;
  for (;;) {
    const [only, ...more] = inside;
    if (only?.kind !== 'loop' || more.length > 0 || only.order !== order) return { axes, body: inside };
    axes.push(only.axis);
    inside = only.body;
  }
}

/** How often the innermost body of nested loops runs, with these extent parameters or at most. */
export function trips(
  axes: readonly AxisId[],
  extents: readonly Extent[],
  parameters?: readonly number[],
): number {
  return axes.reduce((product, axis) => {
    const extent = extents[axis];
    if (typeof extent === 'number') return product * extent;
    return product * (parameters?.[extent.param] ?? extent.max);
  }, 1);
}

/** The same as an i32 expression. */
export function tripsText(e: Emission, axes: readonly AxisId[]): string {
  const fixed = axes.filter((axis) => typeof e.kernel.axes[axis] === 'number');
  const known = trips(fixed, e.kernel.axes);
  const others = axes.filter((axis) => !fixed.includes(axis)).map((axis) => e.extent(axis));
  return [...(known === 1 && others.length > 0 ? [] : [String(known)]), ...others].join(' * ');
}

/** The loop variables of a nest from one i32 count: their names, and the lines that define them. */
export function splitCount(
  e: Emission,
  axes: readonly AxisId[],
  countName: string,
): { bound: [AxisId, string][]; lines: string[] } {
  if (axes.length === 1) return { bound: [[axes[0], countName]], lines: [] };
  const bound: [AxisId, string][] = [];
  const lines: string[] = [];
  let rest = countName;
  for (const axis of [...axes].reverse()) {
    const name = e.fresh('x');
    if (axis === axes[0]) {
      bound.push([axis, rest]);
      break;
    }
    const by = `u32(${e.extent(axis)})`;
    lines.push(`let ${name} = i32(u32(${rest}) % ${by});`);
    bound.push([axis, name]);
    const next = e.fresh('rest');
    lines.push(`let ${next} = i32(u32(${rest}) / ${by});`);
    rest = next;
  }
  return { bound, lines };
}
