/** A kernel under construction: its operands, axes, accumulators and values, numbered as they are asked for. */

import type { DType } from '../dtype.ts';
import type { IndexExpr } from '../index-expr/index-expr.ts';
import { variable } from '../index-expr/index-expr.ts';
import type { Accumulator, Operand, Stmt, Value, ValueId } from '../kernel/kernel.ts';
import type { BufferKey, Buffers } from './buffers.ts';
import { ValueTable } from './value-table.ts';

/** The parts that every kind of kernel has. */
export interface KernelParts {
  readonly operands: readonly Operand[];
  readonly scalars: readonly DType[];
  readonly axes: readonly number[];
  readonly values: readonly Value[];
}

/** What a kernel's operands and scalars are bound to. */
export interface KernelBindings {
  readonly buffers: readonly BufferKey[];
  /** Where in its buffer each operand begins, in bytes. */
  readonly offsets: readonly number[];
  /** Slots of the slice. */
  readonly scalars: readonly number[];
}

export class KernelBuilder {
  readonly table = new ValueTable();
  readonly axes: number[] = [];
  readonly accumulators: Accumulator[] = [];

  readonly #buffers: Buffers;
  readonly #scalarTypes: readonly DType[];
  readonly #bound: BufferKey[] = [];
  readonly #reads = new Set<number>();
  readonly #writes = new Set<number>();
  readonly #scalars: number[] = [];

  constructor(buffers: Buffers, scalarTypes: readonly DType[]) {
    this.#buffers = buffers;
    this.#scalarTypes = scalarTypes;
  }

  /** A new loop variable. */
  axis(extent: number): { readonly axis: number; readonly index: IndexExpr } {
    const axis = this.axes.length;
    this.axes.push(extent);
    return { axis, index: variable(axis, extent) };
  }

  accumulator(accumulator: Accumulator): number {
    this.accumulators.push(accumulator);
    return this.accumulators.length - 1;
  }

  /** The operand through which a buffer is read or written: one for each buffer. */
  operand(buffer: BufferKey, use: 'read' | 'write'): number {
    let operand = this.#bound.indexOf(buffer);
    if (operand < 0) operand = this.#bound.push(buffer) - 1;
    (use === 'read' ? this.#reads : this.#writes).add(operand);
    return operand;
  }

  /** The kernel's slot for a slot of the slice. */
  scalar(slot: number): number {
    const known = this.#scalars.indexOf(slot);
    return known < 0 ? this.#scalars.push(slot) - 1 : known;
  }

  store(buffer: BufferKey, index: IndexExpr, value: ValueId): Extract<Stmt, { kind: 'store' }> {
    return { kind: 'store', operand: this.operand(buffer, 'write'), index, guards: [], value };
  }

  parts(): KernelParts {
    return {
      operands: this.#bound.map((buffer, i): Operand => {
        const { dtype, elements } = this.#buffers.info(buffer);
        const access = !this.#writes.has(i) ? 'read' : this.#reads.has(i) ? 'readwrite' : 'write';
        return { dtype, access, elements };
      }),
      scalars: this.#scalars.map((slot) => this.#scalarTypes[slot]),
      axes: this.axes,
      values: this.table.values,
    };
  }

  bindings(): KernelBindings {
    return { buffers: this.#bound, offsets: this.#bound.map(() => 0), scalars: this.#scalars };
  }
}
