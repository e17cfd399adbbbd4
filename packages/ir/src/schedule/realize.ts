/**
 * Which nodes get a buffer. Outputs and what a program asked to keep; the results of loops of their own (reductions,
 * contractions, scans, scatters, sorts); what a contraction reads, unless it can read through to memory; and values
 * that several kernels need and that are dearer to compute again than to read.
 */

import type { OpAttrs } from '../graph/ops.ts';
import { specOf } from '../graph/op-table.ts';
import type { Slice, SliceNode } from '../run/slice.ts';
import { bodyKind } from './lower.ts';
import { isView } from './movement.ts';
import type { Simplified } from './simplify.ts';

export function realize({ slice, forced }: Simplified, fusion: boolean): Set<number> {
  const realized = new Set<number>(forced);
  for (const { node } of slice.outputs) realized.add(node);
  slice.nodes.forEach((node, id) => {
    const kind = bodyKind(slice, id);
    if (kind !== 'pointwise' || (!fusion && isComputed(node))) realized.add(id);
    if (kind === 'contract') for (const input of node.inputs) realizeFactor(slice, realized, input);
    if (kind === 'argsort' && slice.nodes[node.inputs[0]].op !== 'leaf') realized.add(node.inputs[0]);
  });
  return realized;
}

/** Whether a node computes anything: views, constants and identities do not. */
function isComputed({ op }: SliceNode): boolean {
  const { class: opClass } = specOf(op);
  return opClass !== 'movement' && opClass !== 'identity' && op !== 'const' && op !== 'scalar' && op !== 'leaf';
}

/**
 * A contraction reads its operands through views, zero padding and casts, but computes nothing else again and again:
 * what stands beneath those is realized.
 */
function realizeFactor(slice: Slice, realized: Set<number>, id: number): void {
  for (;;) {
    const { op, inputs, attrs } = slice.nodes[id];
    if (op === 'leaf' || realized.has(id)) return;
    const readsThrough =
      (isView(op) && inputs.length === 1) ||
      op === 'cast' ||
      op === 'recompute' ||
      (op === 'pad' && (attrs as OpAttrs['pad']).value === 0);
    if (!readsThrough) break;
    [id] = inputs;
  }
  realized.add(id);
}
