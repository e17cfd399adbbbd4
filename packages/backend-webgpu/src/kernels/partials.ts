/**
 * Accumulators between the passes of a launch: what each part of a row has come to stands in workspaces, row by row and
 * part by part; a later pass puts the parts together, in the same order whatever runs first.
 */

import type { Accumulator, DType } from '@tenfold/ir';
import { unreachable } from '@tenfold/ir';
import type { PassOperand, Workspace } from '../lowering/pass.ts';
import { valueType } from '../wgsl/types.ts';
import type { Emission } from './emission.ts';
import { reduceLanes } from './lane-reduction.ts';
import type { LoopShape } from './loop-shape.ts';
import { indent } from './statements.ts';

/** How values are kept in workspaces; a truth value in a word of its own. */
const KEPT = { f32: 'float32', i32: 'int32', vec2u: 'int64', bool: 'int32' } as const;

interface Slot {
  /** What an accumulator's variables are called after its name. */
  readonly suffix: '' | '_best';
  readonly dtype: DType;
  readonly operand: number;
}

export class Partials {
  readonly workspaces: Workspace[] = [];
  readonly #slots = new Map<number, readonly Slot[]>();
  readonly #parts = new Map<number, number>();
  readonly #first: number;

  /** `first` is the number of the first workspace among the operands. */
  constructor(first: number) {
    this.#first = first;
  }

  /** Makes room for an accumulator's contents: `parts` of each of `rows` rows. */
  add(acc: number, { kind, dtype }: Accumulator, rows: number, parts: number): void {
    const positioned = kind === 'argmax' || kind === 'argmin';
    const fields = positioned
      ? ([
          ['', 'int32'],
          ['_best', dtype],
        ] as const)
      : ([['', dtype]] as const);
    const slots = fields.map(([suffix, of]): Slot => {
      const operand = this.#first + this.workspaces.length;
      this.workspaces.push({ dtype: KEPT[valueType(of)], elements: rows * parts });
      return { suffix, dtype: of, operand };
    });
    this.#slots.set(acc, slots);
    this.#parts.set(acc, parts);
  }

  /** The workspaces of an accumulator, as operands of a pass. */
  operands(acc: number, access: 'read' | 'write'): PassOperand[] {
    return this.#of(acc).map(({ operand, dtype }) => ({ operand, dtype: KEPT[valueType(dtype)], access }));
  }

  /** Keeps what a part of the row `count` has come to: a statement for one lane. */
  leave(e: Emission, acc: number): string[] {
    const name = e.accumulatorName(acc);
    return this.#of(acc).map(({ suffix, dtype, operand }) => {
      const value = `${name}${suffix}`;
      const kept = valueType(dtype) === 'bool' ? `select(0i, 1i, ${value})` : value;
      return e.shader.store(e.position(operand), `count * ${this.#parts.get(acc)} + part`, kept);
    });
  }

  /** Declares an accumulator and puts together in it the first `parts` (i32) parts of the row `count`, in all lanes. */
  combine(e: Emission, acc: number, shape: LoopShape, parts = String(this.#parts.get(acc))): void {
    e.declareAccumulator(acc);
    const { name, restore } = e.partial(acc);
    const [q, one] = [e.fresh('q'), e.fresh('one')];
    const loads = this.#of(acc).map(({ suffix, dtype, operand }) => {
      const value = e.shader.load(e.position(operand), `count * ${this.#parts.get(acc)} + ${q}`);
      return `let ${one}${suffix} = ${valueType(dtype) === 'bool' ? `(${value} != 0i)` : value};`;
    });
    e.write(
      `for (var ${q} = i32(l); ${q} < ${parts}; ${q} += ${shape.lanes}) {`,
      ...indent([...loads, e.fold(acc, name, one)]),
      '}',
    );
    restore();
    reduceLanes(e, acc, name, shape);
    e.write(e.fold(acc, e.accumulatorName(acc), name));
  }

  #of(acc: number): readonly Slot[] {
    return this.#slots.get(acc) ?? unreachable(`accumulator ${acc} has no parts`);
  }
}
