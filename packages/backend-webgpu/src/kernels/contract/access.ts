/**
 * How a value is read along a list of axes: how much memory neighbouring invocations touch when they take neighbours
 * along it, and whether four neighbours stand side by side, so that one load of 128 bits brings them all.
 */

import type { AxisId, ContractKernel, Guard, IndexExpr, Kernel, Stmt, ValueId } from '@tenfold/ir';
import {
  byteSize,
  evaluate,
  forEachAtom,
  forEachIndex,
  greatestExtent,
  inputsOf,
  readsOf,
} from '@tenfold/ir';

/** A group of invocations that asks for memory together, and the bytes that memory gives at once. */
const TOGETHER = 32;
const SECTOR = 32;

/** The loads that a value is computed from. */
export function loadsOf({ values }: Kernel, roots: readonly ValueId[]): ValueId[] {
  const seen = new Set(roots);
  for (const id of seen) for (const input of inputsOf(values[id])) seen.add(input);
  return [...seen].filter((id) => values[id].op === 'load').sort((a, b) => a - b);
}

/** The operands that a contraction needs, apart from those that only its epilogue reads or writes if that is left out. */
export function operandsNeeded(kernel: ContractKernel, epilogue: readonly Stmt[]): number[] {
  const needed = new Set<number>();
  for (const id of loadsOf(kernel, [kernel.a, kernel.b, ...epilogue.flatMap(readsOf)])) {
    const value = kernel.values[id];
    if (value.op === 'load') needed.add(value.operand);
  }
  for (const stmt of epilogue) if (stmt.kind === 'store') needed.add(stmt.operand);
  return [...needed].sort((a, b) => a - b);
}

/** Sectors of memory for each element that invocations touch together which take neighbours along the axes: 1/8 to 1. */
export function sectorsAlong(kernel: Kernel, roots: readonly ValueId[], axes: readonly AxisId[]): number {
  let sectors = 0;
  for (const id of loadsOf(kernel, roots)) {
    const value = kernel.values[id];
    if (value.op === 'load') sectors += sectorsOf(kernel, value.index, axes, byteSize(value.dtype));
  }
  return sectors;
}

export function sectorsOf(kernel: Kernel, index: IndexExpr, axes: readonly AxisId[], bytes: number): number {
  const touched = new Set<number>();
  let elements = 0;
  for (let i = 0; i < TOGETHER; i++) {
    const position = new Map<AxisId, number>();
    let rest = i;
    for (const axis of [...axes].reverse()) {
      const extent = Math.max(1, greatestExtent(kernel, axis));
      position.set(axis, rest % extent);
      rest = Math.floor(rest / extent);
    }
    // What is beyond the last one is not read.
    if (rest > 0) break;
    elements++;
    const at = evaluate(index, (axis) => position.get(axis) ?? 0, () => 0); // prettier-ignore
    touched.add(Math.floor((at * bytes) / SECTOR));
  }
  return touched.size / elements;
}

/** The axis of a list along which four neighbours are always within the list: the innermost one, if it is cut evenly. */
export function axisOfFours(kernel: Kernel, axes: readonly AxisId[]): AxisId | undefined {
  const inner = axes.filter((axis) => kernel.axes[axis] !== 1).at(-1);
  if (inner === undefined) return undefined;
  const extent = kernel.axes[inner];
  return typeof extent === 'number' && extent % 4 === 0 ? inner : undefined;
}

/** Whether an index counts up by one along an axis, from a multiple of four wherever that is at one. */
export function isFour(index: IndexExpr, guards: readonly Guard[], axis: AxisId): boolean {
  const own = index.terms.filter(({ atom }) => atom.kind === 'var' && atom.axis === axis);
  if (own.length !== 1 || own[0].coefficient !== 1) return false;
  if (index.constant % 4 !== 0) return false;
  const rest = index.terms.filter((term) => term !== own[0]);
  if (rest.some(({ coefficient }) => coefficient % 4 !== 0)) return false;
  return !guards.some((guard) => mentions(guard.index, axis)) && !rest.some(({ atom }) => atomMentions(atom));

  function atomMentions(atom: IndexExpr['terms'][number]['atom']): boolean {
    return (atom.kind === 'div' || atom.kind === 'mod') && mentions(atom.of, axis);
  }
}

/** Whether four neighbours of a load along an axis are one load. Computed indices might change along it. */
export function loadsFour(kernel: Kernel, id: ValueId, axis: AxisId): boolean {
  const value = kernel.values[id];
  if (value.op !== 'load' || byteSize(value.dtype) > 4 || value.dtype === 'bool') return false;
  let computed = false;
  forEachIndex(value, (index) => forEachAtom(index, (atom) => (computed ||= atom.kind === 'value')));
  return !computed && isFour(value.index, value.guards, axis);
}

function mentions(index: IndexExpr, axis: AxisId): boolean {
  let found = false;
  forEachAtom(index, (atom) => (found ||= atom.kind === 'var' && atom.axis === axis));
  return found;
}
