/**
 * Writes kernels by hand, readably: values and axes get their numbers as they are made, statements nest as they run.
 *
 *     const k = new KernelBuilder('double');
 *     const [x, y] = [k.operand('float32', 8, 'read'), k.operand('float32', 8, 'write')];
 *     const i = k.axis(8);
 *     const twice = k.binary('mul', k.load(x, i.index), k.constant(2, 'float32'));
 *     const kernel = k.loops([parallel(i, [store(y, i.index, twice)])]);
 */

import type {
  Accumulator,
  AttentionKernel,
  AxisId,
  BinaryOp,
  ContractKernel,
  DType,
  Extent,
  Guard,
  HostKernel,
  HostRoutine,
  IndexExpr,
  LoopKernel,
  LoopOrder,
  Operand,
  ReduceKind,
  RoutineKernel,
  ScanKind,
  Stmt,
  UnaryOp,
  Value,
  ValueId,
} from '@tenfold/ir';
import { variable } from '@tenfold/ir';

/** A loop variable: its id, and the index expression that stands for it. */
export interface Axis {
  readonly id: AxisId;
  readonly index: IndexExpr;
}

const COMPARISONS: ReadonlySet<string> = new Set(['lt', 'le', 'eq', 'ne']);

export class KernelBuilder {
  readonly name: string;
  readonly #operands: Operand[] = [];
  readonly #scalars: DType[] = [];
  readonly #axes: Extent[] = [];
  readonly #values: Value[] = [];
  readonly #accumulators: Accumulator[] = [];

  constructor(name: string) {
    this.name = name;
  }

  operand(dtype: DType, elements: number, access: Operand['access']): number {
    return this.#operands.push({ dtype, elements, access }) - 1;
  }

  axis(extent: Extent): Axis {
    const id = this.#axes.push(extent) - 1;
    return { id, index: variable(id, typeof extent === 'number' ? extent : extent.max) };
  }

  accumulator(kind: ReduceKind, dtype: DType): number {
    return this.#accumulators.push({ kind, dtype }) - 1;
  }

  constant(value: number, dtype: DType): ValueId {
    return this.#add({ op: 'const', value, dtype });
  }

  /** A run-time number of the launch; slots count up in the order of the calls. */
  scalar(dtype: DType): ValueId {
    return this.#add({ op: 'scalar', slot: this.#scalars.push(dtype) - 1, dtype });
  }

  index(index: IndexExpr): ValueId {
    return this.#add({ op: 'index', index, dtype: 'int32' });
  }

  load(operand: number, index: IndexExpr, guards: readonly Guard[] = []): ValueId {
    return this.#add({ op: 'load', operand, index, guards, dtype: this.#operands[operand].dtype });
  }

  inside(guards: readonly Guard[]): ValueId {
    return this.#add({ op: 'inside', guards, dtype: 'bool' });
  }

  /** The present content of an accumulator. */
  acc(acc: number): ValueId {
    const { kind, dtype } = this.#accumulators[acc];
    return this.#add({ op: 'acc', acc, dtype: kind === 'argmax' || kind === 'argmin' ? 'int32' : dtype });
  }

  unary(op: UnaryOp, x: ValueId): ValueId {
    return this.#add({ op, inputs: [x], dtype: this.dtype(x) });
  }

  binary(op: BinaryOp, x: ValueId, y: ValueId): ValueId {
    return this.#add({ op, inputs: [x, y], dtype: COMPARISONS.has(op) ? 'bool' : this.dtype(x) });
  }

  where(condition: ValueId, x: ValueId, y: ValueId): ValueId {
    return this.#add({ op: 'where', inputs: [condition, x, y], dtype: this.dtype(x) });
  }

  cast(x: ValueId, dtype: DType): ValueId {
    return this.#add({ op: 'cast', inputs: [x], dtype });
  }

  bitcast(x: ValueId, dtype: DType): ValueId {
    return this.#add({ op: 'bitcast', inputs: [x], dtype });
  }

  random(counter: ValueId, key0: ValueId, key1: ValueId): ValueId {
    return this.#add({ op: 'random', inputs: [counter, key0, key1], dtype: 'int32' });
  }

  dtype(value: ValueId): DType {
    return this.#values[value].dtype;
  }

  /** The finished kernel, as a tree of loops. */
  loops(body: readonly Stmt[]): LoopKernel {
    return { kind: 'loop', ...this.#base(), accumulators: this.#accumulators, body };
  }

  /** The finished kernel, as a contraction; its epilogue reads accumulator 0, which must be made first. */
  contract(parts: Omit<ContractKernel, 'kind' | 'accumulators' | keyof BaseOf>): ContractKernel {
    return { kind: 'contract', ...this.#base(), accumulators: [this.#accumulators[0]], ...parts };
  }

  /** The finished kernel, as an attention. */
  attention(parts: Omit<AttentionKernel, 'kind' | keyof BaseOf>): AttentionKernel {
    return { kind: 'attention', ...this.#base(), ...parts };
  }

  /** The finished kernel, as a stable sort of rows; operand 0 is sorted, operand 1 gets the positions. */
  argsort(routine: Omit<RoutineKernel['routine'], 'name'>): RoutineKernel {
    return { kind: 'routine', ...this.#base(), routine: { name: 'argsort', ...routine } };
  }

  /** The finished kernel, as a routine of the host from the rows of operand 0 to those of operand 1. */
  host(rows: number, routine: HostRoutine): HostKernel {
    return { kind: 'host', ...this.#base(), rows, routine };
  }

  #add(value: Value): ValueId {
    return this.#values.push(value) - 1;
  }

  #base(): BaseOf {
    return {
      name: this.name,
      operands: this.#operands,
      scalars: this.#scalars,
      axes: this.#axes,
      values: this.#values,
    };
  }
}

type BaseOf = Pick<LoopKernel, 'name' | 'operands' | 'scalars' | 'axes' | 'values'>;

function loop(axis: Axis, order: LoopOrder, body: readonly Stmt[]): Stmt {
  return { kind: 'loop', axis: axis.id, order, body };
}

export const parallel = (axis: Axis, body: readonly Stmt[]): Stmt => loop(axis, 'parallel', body);
export const reduce = (axis: Axis, body: readonly Stmt[]): Stmt => loop(axis, 'reduce', body);
export const serial = (axis: Axis, body: readonly Stmt[]): Stmt => loop(axis, 'serial', body);

export const init = (acc: number): Stmt => ({ kind: 'init', acc });

export function accumulate(acc: number, value: ValueId, position?: ValueId): Stmt {
  return { kind: 'accumulate', acc, value, position };
}

export function store(
  operand: number,
  index: IndexExpr,
  value: ValueId,
  options: { readonly guards?: readonly Guard[]; readonly combine?: ScanKind } = {},
): Stmt {
  return { kind: 'store', operand, index, value, guards: options.guards ?? [], combine: options.combine };
}
