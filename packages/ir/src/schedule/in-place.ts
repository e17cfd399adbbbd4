/**
 * Whether a kernel may write a storage over the contents that it reads itself. What matters is that no element is read
 * after it was written, by any row, in any order of the rows.
 */

import type { IndexExpr } from '../index-expr/index-expr.ts';
import { isScalar } from './alignment.ts';
import { digitsOver, span, spell } from './body.ts';
import { canonical } from './canonical.ts';
import type { Group, Member } from './group.ts';
import { stagesOf } from './stages.ts';

/**
 * Whether a group that reads a storage may write `node` over it: each of its reads is of the element that the same
 * row and place writes, and no read comes in a later loop of the row than the write.
 */
export function writesWhereItReads(group: Group, node: number, leaf: number): boolean {
  const writer = group.members.find(({ body }) => body.node === node)!;
  const written = canonical(group, writer, spell(digitsOver(writer.body, writer.body.space)));
  const { stage } = stagesOf(group);
  const last = lastStages(group, stage);
  const moved = computedElsewhere(group);
  const inTime = (reader: Member) => {
    if (writer.phase === 'after' || writer.local.length === 0)
      return writer.phase === 'after' || reader.phase !== 'after';
    return reader.phase !== 'after' && last.get(reader)! <= stage.get(writer)!;
  };
  return group.members.every((member) =>
    member.body.reads.every(
      ({ operand, index }) =>
        operand !== leaf ||
        (!moved.has(member) &&
          readsElementwise(member, index) &&
          inTime(member) &&
          canonical(group, member, index).key === written.key),
    ),
  );
}

/** Whether everything in a group that reads a value does so in the loop that writes `node`. */
export function staysInOneLoop(group: Group, node: number, value: number): boolean {
  const { stage } = stagesOf(group);
  const writer = group.members.find(({ body }) => body.node === node)!;
  return group.members.every(
    (member) =>
      member.body.reads.every(({ operand }) => operand !== value) ||
      (member.phase === writer.phase &&
        stage.get(member) === stage.get(writer) &&
        span(member.local) === span(writer.local)),
  );
}

/** Contractions, attention and routines read elements again and again; a scatter reads its base, and only that, element by element. */
function readsElementwise({ body }: Member, index: IndexExpr): boolean {
  if (body.kind === 'scatter') return index.key === spell(digitsOver(body, body.space)).key;
  return body.kind !== 'contract' && body.kind !== 'attention' && body.kind !== 'routine';
}

/** Members whose value some reader wants at another place than where it is made: they are computed there as well. */
function computedElsewhere(group: Group): Set<Member> {
  const byNode = new Map(group.members.map((member) => [member.body.node, member]));
  const elsewhere = new Set<Member>();
  for (const reader of [...group.members].reverse()) {
    for (const { operand, index } of reader.body.reads) {
      const producer = byNode.get(operand);
      if (!producer || isScalar(producer)) continue;
      const made = canonical(group, producer, spell(digitsOver(producer.body, producer.body.space)));
      const samePlace =
        span(reader.local) === span(producer.local) && canonical(group, reader, index).key === made.key;
      if (!samePlace || elsewhere.has(reader)) elsewhere.add(producer);
    }
  }
  return elsewhere;
}

/** The last stage in which each member's reads may happen: those of a value computed again happen with its readers. */
function lastStages(group: Group, stage: ReadonlyMap<Member, number>): Map<Member, number> {
  const byNode = new Map(group.members.map((member) => [member.body.node, member]));
  const last = new Map(stage);
  for (const member of [...group.members].reverse()) {
    for (const { operand } of member.body.reads) {
      const producer = byNode.get(operand);
      if (producer?.body.kind !== 'pointwise') continue;
      last.set(producer, Math.max(last.get(producer)!, last.get(member)!));
    }
  }
  return last;
}
