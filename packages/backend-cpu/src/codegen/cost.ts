/**
 * What things cost, in vector instructions per unit of four elements. Rough figures, for two decisions: which loop to
 * vectorise, and whether a kernel is worth more than one thread.
 */

import type { AxisId, Dependencies, IndexExpr, LoopKernel, Stmt, Value, ValueId } from '@tenfold/ir';
import { forEachAtom } from '@tenfold/ir';
import { makeHostFunctions } from '../math/index.ts';
import { kindOf, registersOf } from './lanes.ts';

/** Nanoseconds of one instruction on a current machine, memory traffic included. */
export const NANOSECONDS = 0.1;

const OPERATIONS: { readonly [op: string]: number } = {
  div: 4, recip: 4, sqrt: 4, exp: 14, log: 18, tanh: 16, erf: 18, sin: 24, cos: 24, pow: 60, atan2: 30,
  idiv: 25, mod: 25, random: 100, shl: 12, shr: 12, bitcast: 2, cast: 2, where: 1, const: 0, scalar: 0, acc: 0,
}; // prettier-ignore
/** Calls of the host, lane by lane. */
const HOST = 120;
const HOST_FUNCTIONS = makeHostFunctions();
const HALF_CONVERSION = 8;

const ACCESS = { consecutive: 1.5, splat: 1, near: 4, strided: 8, gathered: 12, computed: 20 } as const;

/** How an index moves along the vector axis. */
export function accessOf(
  index: IndexExpr,
  axis: AxisId | undefined,
  dependencies: readonly Dependencies[],
): keyof typeof ACCESS {
  if (axis === undefined) return 'splat';
  let stride = 0;
  let gathered = false;
  for (const { atom, coefficient } of index.terms) {
    if (atom.kind === 'var') stride += atom.axis === axis ? coefficient : 0;
    else if (atom.kind === 'value') gathered ||= dependencies[atom.value].axes.has(axis);
    else if (mentions(atom.of, axis, dependencies)) return 'computed';
  }
  if (gathered) return 'gathered';
  if (stride === 0) return 'splat';
  if (stride === 1) return 'consecutive';
  return stride === 2 || stride === -1 ? 'near' : 'strided';
}

function mentions(index: IndexExpr, axis: AxisId, dependencies: readonly Dependencies[]): boolean {
  let found = false;
  forEachAtom(index, (atom) => {
    if (atom.kind === 'var') found ||= atom.axis === axis;
    if (atom.kind === 'value') found ||= dependencies[atom.value].axes.has(axis);
  });
  return found;
}

/** One value, computed once for a unit along `axis` (or once, outside vector loops). */
export function costOfValue(
  kernel: LoopKernel,
  dependencies: readonly Dependencies[],
  id: ValueId,
  axis: AxisId | undefined,
): number {
  const value: Value = kernel.values[id];
  const width = registersOf(kindOf(value.dtype));
  if (value.op === 'load') {
    const guards = value.guards.length > 0 ? 4 : 0;
    return (ACCESS[accessOf(value.index, axis, dependencies)] + guards) * width + conversionCost(value.dtype);
  }
  if (value.op === 'index')
    return accessOf(value.index, axis, dependencies) === 'computed' ? ACCESS.computed : 1;
  if (value.op === 'inside') return 4;
  const wide = kindOf('inputs' in value ? kernel.values[value.inputs[0]].dtype : value.dtype);
  if (wide === 'f64' && value.op in HOST_FUNCTIONS) return HOST;
  return (OPERATIONS[value.op] ?? 1) * Math.max(width, registersOf(wide));
}

function conversionCost(dtype: Value['dtype']): number {
  return dtype === 'float16' ? HALF_CONVERSION : 1;
}

/** A statement apart from its values and its body. */
export function costOfStatement(
  kernel: LoopKernel,
  dependencies: readonly Dependencies[],
  stmt: Stmt,
  axis: AxisId | undefined,
): number {
  switch (stmt.kind) {
    case 'store': {
      const { dtype } = kernel.operands[stmt.operand];
      const access = accessOf(stmt.index, axis, dependencies);
      // Only consecutive elements are combined as vectors; a block of others, one after another.
      if (stmt.combine && axis !== undefined && access !== 'consecutive') return ACCESS.computed;
      const moves = (stmt.combine ? 2 : 1) * registersOf(kindOf(dtype));
      return ACCESS[access === 'near' ? 'strided' : access] * moves + conversionCost(dtype);
    }
    case 'accumulate': {
      const { kind, dtype } = kernel.accumulators[stmt.acc];
      const instructions = { sum: 1, prod: 1, max: 3, min: 3, argmax: 6, argmin: 6 }[kind];
      return instructions * registersOf(kindOf(dtype));
    }
    case 'init':
      return 1;
    case 'loop':
      return 0;
  }
}
