/** Indices of different members of a group, made comparable. */

import { unreachable } from '../errors.ts';
import type { IndexExpr } from '../index-expr/index-expr.ts';
import { substitute, variable } from '../index-expr/index-expr.ts';
import type { Digit } from './body.ts';
import { span } from './body.ts';
import { digitOver, refine } from './digits.ts';
import type { Group, Member } from './group.ts';

/** A member's index over variables that all members of the group share: the places of the row, then those inside it. */
export function canonical(group: Group, member: Member, index: IndexExpr): IndexExpr {
  const map = new Map<number, IndexExpr>();
  const put = (digits: readonly Digit[], all: readonly (readonly Digit[])[], first: number) => {
    const places = refine(all) ?? unreachable('members of a group disagree on how to split an index');
    const at = (i: number) => variable(first + i, places[i].extent);
    for (const digit of digits) map.set(digit.axis, digitOver(digit, places, at));
  };
  const rowDigits = group.members.map(({ rows }) => rows);
  put(member.rows, rowDigits, 0);
  const length = span(member.local);
  put(
    member.local,
    group.members.filter(({ local }) => span(local) === length).map(({ local }) => local),
    LOCAL_AXES,
  );
  return substitute(index, (axis) => map.get(axis));
}

/** Above any number of row places. */
const LOCAL_AXES = 1000;
