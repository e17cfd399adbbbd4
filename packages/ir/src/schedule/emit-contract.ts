/**
 * From a contraction and its elementwise followers to a contract kernel: the followers become the epilogue, which
 * runs once for each output element with the sum at hand.
 */

import { unreachable } from '../errors.ts';
import type { OpAttrs } from '../graph/ops.ts';
import type { IndexExpr } from '../index-expr/index-expr.ts';
import { substitute } from '../index-expr/index-expr.ts';
import { axesBeneath } from '../kernel/inspect.ts';
import type { AxisId, ContractKernel, Stmt, ValueId } from '../kernel/kernel.ts';
import type { SliceNode } from '../run/slice.ts';
import { digitsOver, spell } from './body.ts';
import type { Place } from './digits.ts';
import { digitOver, refine } from './digits.ts';
import type { EmittedKernel, Memory } from './emission.ts';
import { kernelName, memoryLoad } from './emission.ts';
import type { Group, Member } from './group.ts';
import { KernelBuilder } from './kernel-builder.ts';
import type { Copied } from './value-table.ts';
import { copyValues } from './value-table.ts';

export function emitContractKernel(group: Group, memory: Memory): EmittedKernel {
  return new ContractEmitter(group, memory).emit();
}

/** A loop variable: its axis, and as an index. */
type Variable = ReturnType<KernelBuilder['axis']>;

class ContractEmitter {
  readonly #memory: Memory;
  readonly #builder: KernelBuilder;
  readonly #members: ReadonlyMap<number, Member>;
  /** The contraction itself. */
  readonly #main: Member;
  /** The places of the output's index, with a loop variable each, and the variables that are summed over. */
  readonly #places: readonly Place[];
  readonly #made: readonly Variable[];
  readonly #summed: readonly Variable[];
  readonly #copies = new Map<Member, Copied>();

  constructor({ members }: Group, memory: Memory) {
    this.#memory = memory;
    this.#builder = new KernelBuilder(memory.buffers, memory.slice.scalars);
    this.#members = new Map(members.map((member) => [member.body.node, member]));
    this.#main =
      members.find(({ body }) => body.kind === 'contract') ??
      unreachable('a contract group without contraction');
    this.#places =
      refine(members.map(({ rows }) => rows)) ?? unreachable('an epilogue splits an index in another way');
    this.#made = this.#places.map(({ extent }) => this.#builder.axis(extent));
    this.#summed = this.#main.local.map(({ extent }) => this.#builder.axis(extent));
  }

  emit(): EmittedKernel {
    const { ids } = this.#copy(this.#main);
    const [a, b] = this.#main.body.results.map((id) => ids[id]);
    const members = [...this.#members.values()];
    const epilogue = members.flatMap((member) => this.#stores(member));
    const kernel: ContractKernel = {
      kind: 'contract',
      name: kernelName(
        this.#memory,
        members.map(({ body }) => body.node),
      ),
      ...this.#builder.parts(),
      ...this.#sides(a, b),
      k: this.#summed.map(({ axis }) => axis),
      a,
      b,
      accumulators: [{ kind: 'sum', dtype: this.#dtype() }],
      epilogue,
      hint: (this.#node().attrs as OpAttrs['contract']).hint,
    };
    return { kernel, ...this.#builder.bindings() };
  }

  #node(): SliceNode {
    return this.#memory.slice.nodes[this.#main.body.node];
  }

  #dtype() {
    return this.#node().dtype;
  }

  /**
   * Sorts the output's axes by what really reads them: an operand that is broadcast along an axis does not, and a
   * batch of products with the same right-hand side is one product with more rows.
   */
  #sides(a: ValueId, b: ValueId): Record<'batch' | 'm' | 'n', AxisId[]> {
    const { values } = this.#builder.table;
    const [inA, inB] = [axesBeneath(values, a), axesBeneath(values, b)];
    const sides: Record<'batch' | 'm' | 'n', AxisId[]> = { batch: [], m: [], n: [] };
    for (const { axis } of this.#made) {
      if (inA.has(axis) === inB.has(axis)) sides.batch.push(axis);
      else sides[inA.has(axis) ? 'm' : 'n'].push(axis);
    }
    return sides;
  }

  #axisMap(member: Member): (axis: number) => IndexExpr | undefined {
    const map = new Map<number, IndexExpr>();
    for (const digit of member.rows) {
      map.set(
        digit.axis,
        digitOver(digit, this.#places, (i) => this.#made[i].index),
      );
    }
    if (member === this.#main) member.local.forEach(({ axis }, i) => map.set(axis, this.#summed[i].index));
    return (axis) => map.get(axis);
  }

  #copy(member: Member): Copied {
    let copied = this.#copies.get(member);
    if (!copied) {
      copied = copyValues(member.body.values, this.#builder.table, {
        axis: this.#axisMap(member),
        load: (load) => {
          const producer = this.#members.get(load.operand);
          return producer ? this.#result(producer) : memoryLoad(this.#builder, this.#memory, load);
        },
        scalar: (slot) => this.#builder.scalar(slot),
      });
      this.#copies.set(member, copied);
    }
    return copied;
  }

  #result(member: Member): ValueId {
    if (member === this.#main) return this.#builder.table.add({ op: 'acc', dtype: this.#dtype(), acc: 0 });
    return this.#copy(member).ids[member.body.results[0]];
  }

  #stores(member: Member): Stmt[] {
    const { body } = member;
    const targets = this.#memory.targets(body.node);
    if (targets.length === 0) return [];
    const index = substitute(spell(digitsOver(body, body.space)), this.#axisMap(member));
    const value = this.#result(member);
    return targets.map((buffer) => this.#builder.store(buffer, index, value));
  }
}
