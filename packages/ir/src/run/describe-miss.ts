/** The message that a plan had to be made, and why. For debugging. */

import { formatType } from '../graph/print.ts';
import type { Collection } from './collect.ts';

/** Names the node where a slice leaves the nearest one whose plan is known: `agreed` numbers of their keys are equal. */
export function describeMiss(
  device: string,
  { graph, order, starts, key }: Collection,
  known: readonly (readonly number[])[],
): string {
  const agreed = Math.max(0, ...known.map((other) => firstDifference(other, key)));
  const after = starts.findIndex((start) => start > agreed);
  const at = (after < 0 ? starts.length : after) - 1;
  const node = `${graph.ops[order[at]]} ${formatType(graph.types[order[at]])}`;
  return `[tenfold] ${device}: new plan for ${order.length} nodes; the nearest known one differs from node ${at} on (${node})`;
}

/** Index of the first number that differs, or where the shorter key ends. */
function firstDifference(a: readonly number[], b: readonly number[]): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) if (!Object.is(a[i], b[i])) return i;
  return length;
}
