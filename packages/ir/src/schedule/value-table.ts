/**
 * A table of values under construction, in which equal values are one value. Copying values from one table into
 * another is how a node's body, written over its own loop variables, becomes part of a kernel.
 */

import type { DType } from '../dtype.ts';
import type { IndexExpr, ValueAtom } from '../index-expr/index-expr.ts';
import { computed, constant, substitute } from '../index-expr/index-expr.ts';
import { usefulGuards } from '../kernel/inspect.ts';
import type { Guard, Value, ValueId } from '../kernel/kernel.ts';

export type LoadValue = Extract<Value, { op: 'load' }>;
export type Operation = Extract<Value, { inputs: readonly ValueId[] }>;

/** A value computed from other values; their number is the operation's. */
export function operation(op: Operation['op'], dtype: DType, inputs: readonly ValueId[]): Operation {
  return { op, dtype, inputs } as Operation;
}

export class ValueTable {
  readonly values: Value[] = [];
  readonly #ids = new Map<string, ValueId>();

  /** The id of a value, which is added unless an equal one is there. */
  add(value: Value): ValueId {
    const key = keyOf(value);
    let id = this.#ids.get(key);
    if (id === undefined) {
      id = this.values.length;
      this.values.push(value);
      this.#ids.set(key, id);
    }
    return id;
  }

  /** A value as an index; one that is an index expression already, or a constant, is taken as it is. */
  asIndex(id: ValueId, min: number, max: number): IndexExpr {
    const value = this.values[id];
    if (value.op === 'index') return value.index;
    if (value.op === 'const') return constant(value.value);
    return computed(id, min, max);
  }
}

function keyOf(value: Value): string {
  const head = `${value.op}:${value.dtype}:`;
  switch (value.op) {
    case 'const':
      return head + (Object.is(value.value, -0) ? '-0' : value.value);
    case 'scalar':
      return head + value.slot;
    case 'index':
      return head + value.index.key;
    case 'load':
      return `${head}${value.operand}[${value.index.key}]${guardsKey(value.guards)}`;
    case 'inside':
      return head + guardsKey(value.guards);
    case 'acc':
      return head + value.acc;
    default:
      return head + value.inputs.join(',');
  }
}

export function guardsKey(guards: readonly Guard[]): string {
  let key = '';
  for (const { index, lo, hi } of guards) key += `;${lo}<=${index.key}<${hi}`;
  return key;
}

/** How copied values change. */
export interface Copying {
  /** What stands in the place of a loop variable; undefined leaves it. */
  axis(axis: number): IndexExpr | undefined;
  /** The id of what stands in the place of a load, whose indices are already rewritten. */
  load(load: LoadValue, into: ValueTable): ValueId;
  scalar?(slot: number): number;
}

/** Rewrites an index expression over the old table's variables and values into one over the new. */
export type RewriteIndex = (index: IndexExpr) => IndexExpr;

/** What a copy gives: the new ids, and how to rewrite the indices that go with the copied values. */
export interface Copied {
  readonly ids: readonly ValueId[];
  readonly index: RewriteIndex;
}

/** Copies all values of a table into another. */
export function copyValues(from: readonly Value[], into: ValueTable, how: Copying): Copied {
  const ids: ValueId[] = [];
  const known = new Map<IndexExpr, IndexExpr>();
  const ofValue = ({ value, min, max }: ValueAtom) => into.asIndex(ids[value], min, max);
  const index = (old: IndexExpr): IndexExpr => {
    let rewritten = known.get(old);
    if (!rewritten) known.set(old, (rewritten = substitute(old, how.axis, ofValue)));
    return rewritten;
  };
  const guarded = (guards: readonly Guard[]) =>
    guards.length === 0
      ? guards
      : usefulGuards(guards.map(({ index: at, lo, hi }) => ({ index: index(at), lo, hi })));

  const copied = (value: Value): ValueId => {
    switch (value.op) {
      case 'const':
      case 'acc':
        return into.add(value);
      case 'scalar':
        return into.add(how.scalar ? { ...value, slot: how.scalar(value.slot) } : value);
      case 'index':
        return into.add({ ...value, index: index(value.index) });
      case 'load': {
        const guards = guarded(value.guards);
        if (!guards) return into.add({ op: 'const', dtype: value.dtype, value: 0 });
        return how.load({ ...value, index: index(value.index), guards }, into);
      }
      case 'inside': {
        const guards = guarded(value.guards);
        if (guards && guards.length > 0) return into.add({ ...value, guards });
        return into.add({ op: 'const', dtype: 'bool', value: guards ? 1 : 0 });
      }
      default:
        return into.add(
          operation(
            value.op,
            value.dtype,
            value.inputs.map((id) => ids[id]),
          ),
        );
    }
  };
  for (const value of from) ids.push(copied(value));
  return { ids, index };
}
