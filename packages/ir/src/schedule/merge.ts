/**
 * Whether two groups can be one kernel, and how. Nothing here knows an operation by name: members are pointwise,
 * reductions or a contraction, and everything follows from the indices at which they read each other. Whether a merge
 * pays is decided elsewhere.
 */

import type { Body, Digit } from './body.ts';
import { digitsOver, span } from './body.ts';
import type { Layout } from './alignment.ts';
import { follow, producerLayout, readerLayout, readsOwnRow } from './alignment.ts';
import { canonical } from './canonical.ts';
import { refine } from './digits.ts';
import type { Group, Member } from './group.ts';
import type { Shape } from '../shape.ts';
import type { LoadValue } from './value-table.ts';

/** A read of a value that is made in the other group. */
interface CrossRead {
  readonly producer: Member;
  readonly reader: Member;
  readonly load: LoadValue;
}

/** One group of the members of both, where `b` reads `a`; or undefined. */
export function mergeGroups(a: Group, b: Group): Group | undefined {
  if (a.kind === 'single' || b.kind === 'single') return undefined;
  if (a.kind === 'contract' && b.kind === 'contract') return undefined;
  const reads = crossReads(a, b);
  if (reads.length === 0 || reads.some(({ load }) => load.guards.length > 0)) return undefined;
  const merged =
    sideBySide(a, b, reads) ??
    across(a, b, reads) ??
    across(b, a, reads) ??
    readerFollows(a, b, reads) ??
    producerFollows(a, b, reads);
  return merged && isSound(merged) ? merged : undefined;
}

/** One group of two that do not read each other but read `shared`, at equal places of equal rows; or undefined. */
export function mergeSiblings(a: Group, b: Group, shared: number, shape: Shape): Group | undefined {
  if (a.kind !== 'loop' || b.kind !== 'loop' || crossReads(a, b).length > 0) return undefined;
  const merged =
    sideBySide(a, b, []) ??
    across(a, b, []) ??
    across(b, a, []) ??
    followsThrough(a, b, shared, shape) ??
    followsThrough(b, a, shared, shape);
  return merged && isSound(merged) && readTogether(merged, a, shared) ? merged : undefined;
}

/** The flexible group lays itself over the fixed one's rows so that both read the shared array in the same row. */
function followsThrough(fixed: Group, flexible: Group, shared: number, shape: Shape): Group | undefined {
  if (!isFlexible(flexible)) return undefined;
  const array = arrayBody(shared, shape);
  for (const reader of fixed.members) {
    if (reader.phase !== 'row') continue;
    for (const load of reader.body.reads) {
      const layout = load.operand === shared ? producerLayout(array, reader, load.index) : undefined;
      const moved = layout && withReader(flexible, { body: array, phase: 'row', ...layout }, fixed.rows);
      if (moved) return joined(fixed, { ...flexible, members: moved }, fixed.rows);
    }
  }
  return undefined;
}

/** The group's members, laid out so that a read of `array` is of the row in which it stands. */
function withReader(group: Group, array: Member, rows: number): Member[] | undefined {
  for (const { body } of group.members) {
    const load = body.reads.find(({ operand }) => operand === array.body.node);
    const layout = load && readerLayout(array, rows, body, body.space, load.index);
    if (layout) return moveMembers(group, body.node, layout);
  }
  return undefined;
}

/** An array in memory, as if it were made in the group. */
function arrayBody(node: number, shape: Shape): Body {
  const space = shape.map((_, axis) => axis);
  return { node, kind: 'pointwise', axes: shape, space, inner: [], values: [], results: [], reads: [] };
}

/** Whether members of both halves of a merged group read an element of the array at the same time. */
function readTogether(merged: Group, half: Group, shared: number): boolean {
  const inHalf = new Set(half.members.map(({ body }) => body.node));
  const keys = new Set<string>();
  const keysOf = (member: Member) =>
    member.body.reads
      .filter(({ operand }) => operand === shared)
      .map(({ index }) => canonical(merged, member, index).key);
  for (const member of merged.members)
    if (inHalf.has(member.body.node)) for (const key of keysOf(member)) keys.add(key);
  return merged.members.some(
    (member) => !inHalf.has(member.body.node) && keysOf(member).some((key) => keys.has(key)),
  );
}

function crossReads(a: Group, b: Group): CrossRead[] {
  const byNode = new Map(a.members.map((member) => [member.body.node, member]));
  return b.members.flatMap((reader) =>
    reader.body.reads.flatMap((load): CrossRead[] => {
      const producer = byNode.get(load.operand);
      return producer ? [{ producer, reader, load }] : [];
    }),
  );
}

function joined(a: Group, b: Group, rows: number): Group {
  const members = [...a.members, ...b.members].sort((x, y) => x.body.node - y.body.node);
  return { kind: a.kind === 'contract' || b.kind === 'contract' ? 'contract' : 'loop', rows, members };
}

/** Both groups as they are, over the same rows. */
function sideBySide(a: Group, b: Group, reads: readonly CrossRead[]): Group | undefined {
  if (a.rows !== b.rows) return undefined;
  return reads.every(fits) ? joined(a, b, a.rows) : undefined;
}

function fits({ producer, reader, load }: CrossRead): boolean {
  if (producer.phase !== 'row') return reader.phase === 'after' && load.index.terms.length === 0;
  return reader.phase !== 'after' && readsOwnRow(producer, reader, load.index);
}

/**
 * The guest has one row: its reductions accumulate across the rows of the host, and the rest follows after them. What
 * a reduction reads of its own group would have to be known before the first row, so there is nothing of the kind.
 */
function across(host: Group, guest: Group, reads: readonly CrossRead[]): Group | undefined {
  if (guest.rows !== 1 || host.rows === 1 || host.kind === 'contract') return undefined;
  const known = new Map(host.members.map((member) => [member.body.node, member]));
  const members = new Map<number, Member>();
  for (const member of guest.members) {
    const moved =
      member.body.kind === 'reduce' ? meeting(member, known, host.rows) : following(member, known);
    if (!moved) return undefined;
    known.set(member.body.node, moved);
    members.set(member.body.node, moved);
  }
  const current = (member: Member) => members.get(member.body.node) ?? member;
  const moved = reads.map(({ producer, reader, load }) => ({
    producer: current(producer),
    reader: current(reader),
    load,
  }));
  return moved.every(fits)
    ? joined(host, { ...guest, members: [...members.values()] }, host.rows)
    : undefined;
}

function meeting({ body }: Member, known: ReadonlyMap<number, Member>, rows: number): Member | undefined {
  let layout: Layout | undefined;
  for (const { operand, index } of body.reads) {
    const producer = known.get(operand);
    if (!producer) continue;
    if (producer.phase !== 'row') return undefined;
    layout ??= readerLayout(producer, rows, body, body.inner, index);
    if (!layout || !readsOwnRow(producer, layout, index)) return undefined;
  }
  layout ??= leadingRows(body, rows);
  return layout && { body, phase: 'across', ...layout };
}

/** The outermost variables of a reduction as rows, the others as places. */
function leadingRows(body: Body, rows: number): Layout | undefined {
  for (let count = 1; count <= body.inner.length; count++) {
    const digits = digitsOver(body, body.inner.slice(0, count));
    if (span(digits) === rows) return { rows: digits, local: digitsOver(body, body.inner.slice(count)) };
  }
  return undefined;
}

function following(member: Member, known: ReadonlyMap<number, Member>): Member | undefined {
  if (member.local.length > 0) return undefined;
  const ready = member.body.reads.every(({ operand, index, guards }) => {
    const producer = known.get(operand);
    return !producer || (producer.phase !== 'row' && index.terms.length === 0 && guards.length === 0);
  });
  return ready ? { ...member, phase: 'after', rows: [] } : undefined;
}

/** Whether a group's rows may be any of its members' axes: all are pointwise, and every element is a row by now. */
function isFlexible({ kind, members }: Group): boolean {
  return (
    kind === 'loop' &&
    members.every(
      ({ body, phase, local }) => body.kind === 'pointwise' && phase === 'row' && local.length === 0,
    )
  );
}

/** A pointwise group `b` lays itself over the rows of `a`, whose values it reads. */
function readerFollows(a: Group, b: Group, reads: readonly CrossRead[]): Group | undefined {
  if (!isFlexible(b)) return undefined;
  return realigned(a, b, reads, ({ producer, reader: { body }, load }) =>
    producer.phase === 'row'
      ? { member: body.node, layout: readerLayout(producer, a.rows, body, body.space, load.index) }
      : undefined,
  );
}

/** A pointwise group `a` lays itself over the rows of `b`, which reads it. */
function producerFollows(a: Group, b: Group, reads: readonly CrossRead[]): Group | undefined {
  if (!isFlexible(a)) return undefined;
  return realigned(b, a, reads, ({ producer: { body }, reader, load }) =>
    reader.phase === 'row' && reader.body.kind !== 'contract'
      ? { member: body.node, layout: producerLayout(body, reader, load.index) }
      : undefined,
  );
}

interface Realignment {
  readonly member: number;
  readonly layout: Layout | undefined;
}

/** The pointwise group's members take the layout that one read asks of one of them, if all reads then fit. */
function realigned(
  fixed: Group,
  flexible: Group,
  reads: readonly CrossRead[],
  asked: (read: CrossRead) => Realignment | undefined,
): Group | undefined {
  const tried = new Set<string>();
  for (const read of reads) {
    const change = asked(read);
    if (!change?.layout) continue;
    const key = `${change.member}:${describe(change.layout.rows)}|${describe(change.layout.local)}`;
    if (tried.has(key)) continue;
    tried.add(key);
    const members = moveMembers(flexible, change.member, change.layout);
    if (!members) continue;
    const byNode = new Map(members.map((member) => [member.body.node, member]));
    const current = (member: Member) => byNode.get(member.body.node) ?? member;
    const moved = reads.map(({ producer, reader, load }) => ({
      producer: current(producer),
      reader: current(reader),
      load,
    }));
    if (moved.every(fits)) return joined(fixed, { ...flexible, members }, fixed.rows);
  }
  return undefined;
}

function describe(digits: readonly Digit[]): string {
  return digits.map(({ axis, radix }) => `${axis}*${radix}`).join('+');
}

function moveMembers(group: Group, leader: number, layout: Layout): Member[] | undefined {
  const before = group.members.find(({ body }) => body.node === leader)!.rows;
  const moved: Member[] = [];
  for (const member of group.members) {
    const next = member.body.node === leader ? layout : follow(before, layout, member.rows);
    if (!next) return undefined;
    moved.push({ ...member, ...next });
  }
  return moved;
}

/** What every group must satisfy, however it came about. */
function isSound({ kind, rows, members }: Group): boolean {
  if (members.some(({ phase, rows: digits }) => phase !== 'after' && span(digits) !== rows)) return false;
  if (kind === 'contract') {
    const epilogue = members.filter(({ body }) => body.kind !== 'contract');
    if (
      !epilogue.every(
        ({ body, phase, local }) => body.kind === 'pointwise' && phase === 'row' && local.length === 0,
      )
    )
      return false;
    if (!readsOnlyOutside(members)) return false;
  }
  const lengths = new Set(members.map(({ local }) => span(local)));
  return (
    refine(members.map((member) => member.rows)) !== undefined &&
    [...lengths].every(
      (length) =>
        refine(members.filter(({ local }) => span(local) === length).map(({ local }) => local)) !== undefined,
    )
  );
}

/** A contraction reads nothing that its own kernel makes. */
function readsOnlyOutside(members: readonly Member[]): boolean {
  const made = new Set(members.map(({ body }) => body.node));
  return members.every(
    ({ body }) => body.kind !== 'contract' || body.reads.every(({ operand }) => !made.has(operand)),
  );
}
