/**
 * Where values are written and in which order kernels run. A storage that is read and written in one run is written
 * in place when the writer can run after every other reader of the old contents, and reads an element itself only
 * before or where it writes it. Otherwise the value goes to a temporary and is copied at the end: swaps, overlapping
 * reads, contractions that read what they write.
 */

import { unreachable } from '../errors.ts';
import type { Slice, SliceNode } from '../run/slice.ts';
import type { BufferKey } from './buffers.ts';
import { Buffers } from './buffers.ts';
import { Dependencies } from './dependencies.ts';
import type { Memory } from './emission.ts';
import type { Group } from './group.ts';
import { groupOf } from './group.ts';
import { writesWhereItReads } from './in-place.ts';
import { lowerBody } from './lower.ts';

export interface Placement {
  /** Groups, those that copy diverted values among them. */
  readonly groups: readonly Group[];
  readonly memory: Memory;
  /** What must run before what, by the groups' positions. */
  readonly dependencies: Dependencies;
}

export function placeGroups(slice: Slice, fused: readonly Group[]): Placement {
  const nodes: SliceNode[] = [...slice.nodes];
  const extended: Slice = { ...slice, nodes };
  const groups = [...fused];
  const buffers = new Buffers(slice);
  const targets = new Map<number, BufferKey[]>();
  const home = new Map<number, number>();
  const readersOf = new Map<number, Set<number>>();
  const dependencies = new Dependencies(groups.length);

  const enter = (group: Group, at: number) => {
    for (const { body } of group.members) home.set(body.node, at);
    for (const { body } of group.members) {
      for (const { operand } of body.reads) {
        let readers = readersOf.get(operand);
        if (!readers) readersOf.set(operand, (readers = new Set()));
        readers.add(at);
      }
    }
  };
  groups.forEach(enter);
  for (const [node, readers] of readersOf) {
    const producer = home.get(node);
    if (producer === undefined) continue;
    for (const reader of readers) if (!dependencies.add(producer, reader)) unreachable('groups that need each other');
  }

  const leafOf = new Map<number, number>();
  slice.nodes.forEach(({ op, slot }, id) => {
    if (op === 'leaf') leafOf.set(slot, id);
  });
  /** Whether the node's group may write it over the storage's old contents; orders it after the other readers if so. */
  const takeOver = (node: number, leaf: number): boolean => {
    const writer = home.get(node)!;
    const readers = readersOf.get(leaf) ?? new Set<number>();
    if (readers.has(writer) && !writesWhereItReads(groups[writer], node, leaf)) return false;
    // Every reader that can run first does; one that cannot keeps the old contents where they are.
    return [...readers].every((reader) => dependencies.add(reader, writer));
  };

  const diverted: { node: number; storage: number }[] = [];
  for (const { node, storage } of slice.outputs) {
    const leaf = leafOf.get(storage);
    if (leaf === undefined || takeOver(node, leaf)) append(targets, node, storage);
    else diverted.push({ node, storage });
  }
  for (const [node, at] of home) {
    if (targets.has(node)) continue;
    const leaves = [...(readersOf.get(node) ?? [])].some((reader) => reader !== at);
    if (leaves || diverted.some((output) => output.node === node)) append(targets, node, buffers.temporary(nodes[node]));
  }
  for (const { node, storage } of diverted) {
    const { shape, dtype } = nodes[node];
    const copy = nodes.push({ op: 'contiguous', inputs: [node], attrs: undefined, shape, dtype, slot: -1 }) - 1;
    const at = dependencies.addPiece();
    groups.push(groupOf(lowerBody(extended, new Set([node]), copy)));
    home.set(copy, at);
    targets.set(copy, [storage]);
    dependencies.add(home.get(node)!, at);
    for (const reader of readersOf.get(leafOf.get(storage)!) ?? []) dependencies.add(reader, at);
  }

  const memory: Memory = {
    slice: extended,
    buffers,
    source(node) {
      const { op, slot } = nodes[node];
      if (op === 'leaf') return slot;
      return targets.get(node)?.[0] ?? unreachable(`node ${node} (${op}) is read from memory but not kept there`);
    },
    targets: (node) => targets.get(node) ?? [],
  };
  return { groups, memory, dependencies };
}

function append(lists: Map<number, number[]>, key: number, value: number): void {
  const list = lists.get(key);
  if (list) list.push(value);
  else lists.set(key, [value]);
}
