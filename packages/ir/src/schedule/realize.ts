/**
 * Which nodes get a buffer. Outputs and what a program asked to keep; the results of loops of their own (reductions,
 * contractions, scans, scatters, sorts); what a contraction reads, unless it can read through to memory; and values
 * that are dearer to compute again than to read, or that would make a kernel read too many buffers.
 */

import type { OpAttrs } from '../graph/ops.ts';
import { specOf } from '../graph/op-table.ts';
import { forEachIndex, isPlainLoad } from '../kernel/inspect.ts';
import type { Value, ValueId } from '../kernel/kernel.ts';
import type { Slice, SliceNode } from '../run/slice.ts';
import { bodyKind, lowerBody } from './lower.ts';
import { isView } from './movement.ts';
import { realizeByCost } from './recompute-cost.ts';
import type { Simplified } from './simplify.ts';
import { becomesAffine } from './split-axes.ts';

export interface RealizeOptions {
  readonly fusion: boolean;
  readonly maxOperands: number;
}

export function realize({ slice, forced }: Simplified, { fusion, maxOperands }: RealizeOptions): Set<number> {
  const realized = new Set<number>(forced);
  for (const { node } of slice.outputs) realized.add(node);
  slice.nodes.forEach((node, id) => {
    const kind = bodyKind(slice, id);
    if (kind !== 'pointwise' || (!fusion && isComputed(node))) realized.add(id);
    if (kind === 'contract' || kind === 'attention')
      for (const input of node.inputs) if (!isNumber(slice, input)) realizeFactor(slice, realized, input);
    if (kind === 'routine' && slice.nodes[node.inputs[0]].op !== 'leaf') realized.add(node.inputs[0]);
  });
  if (fusion) {
    limitOperands(slice, realized, maxOperands);
    realizeByCost(slice, realized);
  }
  realizeTangledFactors(slice, realized);
  return realized;
}

/** Whether a node computes anything: views, constants and identities do not. */
export function isComputed({ op }: SliceNode): boolean {
  const { class: opClass } = specOf(op);
  return (
    opClass !== 'movement' && opClass !== 'identity' && op !== 'const' && op !== 'scalar' && op !== 'leaf'
  );
}

/**
 * A contraction, or attention, reads its operands through views, zero padding and casts, but computes nothing else again and again:
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

/**
 * Copies operands of contractions whose views come to more than an affine index, and those of attention that are more
 * than plain loads: their templates read nothing else.
 */
function realizeTangledFactors(slice: Slice, realized: Set<number>): void {
  slice.nodes.forEach(({ inputs }, id) => {
    const kind = bodyKind(slice, id);
    if (kind !== 'contract' && kind !== 'attention') return;
    const { values, results } = lowerBody(slice, realized, id);
    results.forEach((result, side) => {
      const input = inputs[side];
      const readable =
        kind === 'contract'
          ? isAffine(values, result)
          : isNumber(slice, input) || isPlainLoad(values[result]);
      if (slice.nodes[input].op !== 'leaf' && !readable) realized.add(input);
    });
  });
}

/** Whether a node is a number that kernels take as it is. */
function isNumber({ nodes }: Slice, id: number): boolean {
  return nodes[id].op === 'const' || nodes[id].op === 'scalar';
}

/** Whether a value is a load at an affine index, or a cast of one. */
function isAffine(values: readonly Value[], id: ValueId): boolean {
  const value = values[id];
  if (value.op === 'cast') return isAffine(values, value.inputs[0]);
  let affine = value.op === 'load';
  forEachIndex(value, (index) => (affine &&= becomesAffine(index)));
  return affine;
}

/** Splits expressions over more buffers than a kernel may bind beside those it writes. */
function limitOperands(slice: Slice, realized: Set<number>, maxOperands: number): void {
  const targets = new Map<number, number>();
  for (const { node } of slice.outputs) targets.set(node, (targets.get(node) ?? 0) + 1);
  /** The buffers that an expression reads. */
  const sources: ReadonlySet<number>[] = [];
  const seenFrom = (id: number): ReadonlySet<number> =>
    realized.has(id) || slice.nodes[id].op === 'leaf' ? new Set([id]) : sources[id];
  slice.nodes.forEach(({ inputs }, id) => {
    const most = maxOperands - (targets.get(id) ?? 1);
    let all = union(inputs.map(seenFrom));
    while (all.size > most) {
      const widest = inputs.reduce((a, b) => (seenFrom(b).size > seenFrom(a).size ? b : a));
      if (seenFrom(widest).size <= 1) break;
      realized.add(beneathViews(slice, widest));
      sources[widest] = new Set([beneathViews(slice, widest)]);
      all = union(inputs.map(seenFrom));
    }
    sources.push(all);
  });
}

function union(sets: readonly ReadonlySet<number>[]): ReadonlySet<number> {
  if (sets.length === 1) return sets[0];
  const all = new Set<number>();
  for (const set of sets) for (const item of set) all.add(item);
  return all;
}

/** The node that a chain of views and identities looks at. */
function beneathViews({ nodes }: Slice, id: number): number {
  while ((isView(nodes[id].op) && nodes[id].inputs.length === 1) || specOf(nodes[id].op).class === 'identity')
    [id] = nodes[id].inputs;
  return id;
}
