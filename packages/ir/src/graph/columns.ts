/**
 * The structure of a graph, a column for each property of its nodes. Columns refer to no storage and to no value, so
 * they can outlive the graph and be shared with one that turns out to be the same.
 */

import type { ValueType } from './op-table.ts';
import type { OpAttrs, OpName } from './ops.ts';

export type NodeId = number;

export interface Columns {
  readonly ops: OpName[];
  readonly inputs: (readonly NodeId[])[];
  readonly attrs: OpAttrs[OpName][];
  /** Shapes and dtypes. */
  readonly types: ValueType[];
}

/** Columns of their own that begin with the first `size` nodes of `from`. */
export function prefixOf(from: Columns, size: number): Columns {
  const { ops, inputs, attrs, types } = from;
  return {
    ops: ops.slice(0, size),
    inputs: inputs.slice(0, size),
    attrs: attrs.slice(0, size),
    types: types.slice(0, size),
  };
}

/** Whether a node is the one that stands in these columns at its place. */
export function isSameNode(
  columns: Columns,
  id: NodeId,
  op: OpName,
  inputs: readonly NodeId[],
  attrs: OpAttrs[OpName],
): boolean {
  return columns.ops[id] === op && sameList(columns.inputs[id], inputs) && sameData(columns.attrs[id], attrs);
}

export function sameList(a: readonly unknown[], b: readonly unknown[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (!sameData(a[i], b[i])) return false;
  return true;
}

/** Whether two pieces of plain data are equal; the two zeros differ. */
function sameData(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (!isObject(a) || !isObject(b)) return false;
  if (Array.isArray(a)) return Array.isArray(b) && sameList(a, b);
  let keys = 0;
  for (const key in a) {
    if (!sameData(a[key], b[key])) return false;
    keys++;
  }
  for (const _ in b) keys--;
  return keys === 0;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
