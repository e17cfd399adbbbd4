/**
 * The order of the loops inside a row. A loop that needs the result of a reduction over the row starts after the
 * reduction's loop has ended: it is one stage later.
 */

import type { Group, Member } from './group.ts';

export interface Stages {
  /** The stage in which a member with places inside the row has its loop. */
  readonly stage: ReadonlyMap<Member, number>;
}

export function stagesOf({ members }: Group): Stages {
  const stage = new Map<Member, number>();
  /** The first stage that may use a member's value. */
  const ready = new Map<number, number>();
  for (const member of members) {
    const { body, local } = member;
    let at = 0;
    for (const { operand } of body.reads) at = Math.max(at, ready.get(operand) ?? 0);
    stage.set(member, at);
    ready.set(body.node, body.kind === 'reduce' && local.length > 0 ? at + 1 : at);
  }
  return { stage };
}
