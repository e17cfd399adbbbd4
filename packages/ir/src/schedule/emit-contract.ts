/**
 * From a contraction and its elementwise followers to a contract kernel: the followers become the epilogue, which
 * runs once for each output element with the sum at hand.
 */

import { unreachable } from '../errors.ts';
import type { OpAttrs } from '../graph/ops.ts';
import type { IndexExpr } from '../index-expr/index-expr.ts';
import { substitute } from '../index-expr/index-expr.ts';
import type { AxisId, ContractKernel, Stmt, ValueId } from '../kernel/kernel.ts';
import { digitsOver, spell } from './body.ts';
import { contractionLabels } from './contraction.ts';
import { digitOver, refine } from './digits.ts';
import type { EmittedKernel, Memory } from './emission.ts';
import { kernelName, memoryLoad } from './emission.ts';
import type { Group, Member } from './group.ts';
import { KernelBuilder } from './kernel-builder.ts';
import type { Copied } from './value-table.ts';
import { copyValues } from './value-table.ts';

export function emitContractKernel({ members }: Group, memory: Memory): EmittedKernel {
  const builder = new KernelBuilder(memory.buffers, memory.slice.scalars);
  const main =
    members.find(({ body }) => body.kind === 'contract') ??
    unreachable('a contract group without contraction');
  const places =
    refine(members.map(({ rows }) => rows)) ?? unreachable('an epilogue splits an index in another way');
  const made = places.map(({ extent }) => builder.axis(extent));
  const summed = main.local.map(({ extent }) => builder.axis(extent));

  const axisMap = (member: Member): ((axis: number) => IndexExpr | undefined) => {
    const map = new Map<number, IndexExpr>();
    for (const digit of member.rows)
      map.set(
        digit.axis,
        digitOver(digit, places, (i) => made[i].index),
      );
    if (member === main) main.local.forEach(({ axis }, i) => map.set(axis, summed[i].index));
    return (axis) => map.get(axis);
  };

  const acc = builder.table;
  const sum = (): ValueId => acc.add({ op: 'acc', dtype: memory.slice.nodes[main.body.node].dtype, acc: 0 });
  const byNode = new Map(members.map((member) => [member.body.node, member]));
  const copies = new Map<Member, Copied>();
  const copy = (member: Member): Copied => {
    let copied = copies.get(member);
    if (!copied) {
      copied = copyValues(member.body.values, builder.table, {
        axis: axisMap(member),
        load: (load) => {
          const producer = byNode.get(load.operand);
          return producer ? result(producer) : memoryLoad(builder, memory, load);
        },
        scalar: (slot) => builder.scalar(slot),
      });
      copies.set(member, copied);
    }
    return copied;
  };
  const result = (member: Member): ValueId =>
    member === main ? sum() : copy(member).ids[member.body.results[0]];

  const [a, b] = main.body.results.map((id) => copy(main).ids[id]);
  const epilogue = members.flatMap((member): Stmt[] => {
    const targets = memory.targets(member.body.node);
    if (targets.length === 0) return [];
    const index = substitute(spell(digitsOver(member.body, member.body.space)), axisMap(member));
    const value = result(member);
    return targets.map((buffer) => builder.store(buffer, index, value));
  });

  const labels = contractionLabels(memory.slice.nodes[main.body.node].attrs as OpAttrs['contract']);
  /** The kernel's axes that a list of labels was split into. */
  const axesOf = (wanted: readonly number[]): AxisId[] =>
    made.flatMap(({ axis }, i) => {
      const { radix } = places[i];
      const owner = main.rows.find((digit) => radix >= digit.radix && radix < digit.radix * digit.extent);
      return owner && wanted.includes(owner.axis) ? [axis] : [];
    });
  const kernel: ContractKernel = {
    kind: 'contract',
    name: kernelName(
      memory,
      members.map(({ body }) => body.node),
    ),
    ...builder.parts(),
    batch: axesOf(labels.batch),
    m: axesOf(labels.m),
    n: axesOf(labels.n),
    k: summed.map(({ axis }) => axis),
    a,
    b,
    accumulators: [{ kind: 'sum', dtype: memory.slice.nodes[main.body.node].dtype }],
    epilogue,
  };
  return { kernel, ...builder.bindings() };
}
