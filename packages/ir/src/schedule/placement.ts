/**
 * Where values are written and in which order kernels run. A storage that is read and written in one run is written
 * in place when the writer can run after every other reader of the old contents, and reads an element itself only
 * before or where it writes it. Otherwise the value goes to a temporary and is copied at the end: swaps, overlapping
 * reads, contractions that read what they write. A temporary that dies in a kernel is overwritten in the same way.
 */

import { unreachable } from '../errors.ts';
import type { Slice, SliceNode } from '../run/slice.ts';
import { numel } from '../shape.ts';
import type { BufferKey } from './buffers.ts';
import { Buffers } from './buffers.ts';
import { Dependencies } from './dependencies.ts';
import type { Memory } from './emission.ts';
import type { Group } from './group.ts';
import { groupOf } from './group.ts';
import { staysInOneLoop, writesWhereItReads } from './in-place.ts';
import { lowerBody } from './lower.ts';

export interface Placement {
  /** Groups, those that copy diverted values among them. */
  readonly groups: readonly Group[];
  readonly memory: Memory;
  /** What must run before what, by the groups' positions. */
  readonly dependencies: Dependencies;
}

export function placeGroups(slice: Slice, groups: readonly Group[]): Placement {
  const placer = new Placer(slice, groups);
  placer.placeOutputs();
  placer.placeTemporaries();
  placer.copyDiverted();
  return placer.placement();
}

const NOBODY: ReadonlySet<number> = new Set();

class Placer {
  readonly #nodes: SliceNode[];
  readonly #slice: Slice;
  readonly #groups: Group[];
  readonly #buffers: Buffers;
  readonly #dependencies: Dependencies;
  /** The group that computes a node, and those that read it. */
  readonly #home = new Map<number, number>();
  readonly #readers = new Map<number, Set<number>>();
  readonly #targets = new Map<number, BufferKey[]>();
  /** Outputs that cannot be written where they belong at once. */
  readonly #diverted = new Map<number, number>();
  /** The node that reads each storage. */
  readonly #leaves = new Map<number, number>();

  constructor(slice: Slice, groups: readonly Group[]) {
    this.#nodes = [...slice.nodes];
    this.#slice = { ...slice, nodes: this.#nodes };
    this.#groups = [...groups];
    this.#buffers = new Buffers(slice);
    this.#dependencies = new Dependencies(groups.length);
    slice.nodes.forEach(({ op, slot }, id) => {
      if (op === 'leaf') this.#leaves.set(slot, id);
    });
    groups.forEach(({ members }, at) => {
      for (const { body } of members) {
        this.#home.set(body.node, at);
        for (const { operand } of body.reads) {
          const readers = this.#readers.get(operand);
          if (readers) readers.add(at);
          else this.#readers.set(operand, new Set([at]));
        }
      }
    });
    for (const [node, at] of this.#home) {
      for (const reader of this.#readersOf(node)) {
        if (!this.#dependencies.add(at, reader)) unreachable('groups that need each other');
      }
    }
  }

  placement(): Placement {
    const source = (node: number) => {
      const { op, slot } = this.#nodes[node];
      if (op === 'leaf') return slot;
      return (
        this.#targets.get(node)?.[0] ??
        unreachable(`node ${node} (${op}) is read from memory but not kept there`)
      );
    };
    const targets = (node: number) => this.#targets.get(node) ?? [];
    const memory = { slice: this.#slice, buffers: this.#buffers, source, targets };
    return { groups: this.#groups, memory, dependencies: this.#dependencies };
  }

  placeOutputs(): void {
    for (const { node, storage } of this.#slice.outputs) {
      const leaf = this.#leaves.get(storage);
      if (leaf === undefined || this.#takesOver(node, leaf)) this.#put(node, storage);
      else this.#diverted.set(storage, node);
    }
  }

  /** Whether a node may be written over what a storage held; orders its group after the other readers if so. */
  #takesOver(node: number, leaf: number): boolean {
    const writer = this.#home.get(node)!;
    const readers = this.#readersOf(leaf);
    if (readers.has(writer) && !writesWhereItReads(this.#groups[writer], node, leaf)) return false;
    // Every reader that can run first does; one that cannot keeps the old contents where they are.
    return [...readers].every((reader) => this.#dependencies.add(reader, writer));
  }

  /** Gives a temporary to every other value that leaves its kernel. */
  placeTemporaries(): void {
    const diverted = new Set(this.#diverted.values());
    for (const node of [...this.#home.keys()].sort((a, b) => a - b)) {
      if (this.#targets.has(node)) continue;
      const at = this.#home.get(node)!;
      let leaves = diverted.has(node);
      for (const reader of this.#readersOf(node)) leaves ||= reader !== at;
      if (leaves)
        this.#put(node, this.#dyingIn(at, node, diverted) ?? this.#buffers.temporary(this.#nodes[node]));
    }
  }

  /** The temporary of a value that only this group reads, and only where it writes the node. */
  #dyingIn(at: number, node: number, diverted: ReadonlySet<number>): BufferKey | undefined {
    const group = this.#groups[at];
    const { dtype, shape } = this.#nodes[node];
    const taken = new Set(group.members.flatMap(({ body }) => this.#targets.get(body.node) ?? []));
    for (const { body } of group.members) {
      for (const { operand } of body.reads) {
        const [buffer, ...more] = this.#targets.get(operand) ?? [];
        if (
          buffer === undefined ||
          more.length > 0 ||
          !this.#buffers.isTemporary(buffer) ||
          taken.has(buffer)
        )
          continue;
        const value = this.#nodes[operand];
        const fits = value.dtype === dtype && numel(value.shape) === numel(shape);
        if (!fits || diverted.has(operand) || this.#readersOf(operand).size > 1) continue;
        if (staysInOneLoop(group, node, operand) && writesWhereItReads(group, node, operand)) return buffer;
      }
    }
    return undefined;
  }

  /** Copies values that had to wait for the readers of what they overwrite. */
  copyDiverted(): void {
    for (const [storage, node] of this.#diverted) {
      const { shape, dtype } = this.#nodes[node];
      const copy =
        this.#nodes.push({ op: 'contiguous', inputs: [node], attrs: undefined, shape, dtype, slot: -1 }) - 1;
      const at = this.#dependencies.addPiece();
      this.#groups.push(groupOf(lowerBody(this.#slice, new Set([node]), copy)));
      this.#put(copy, storage);
      this.#dependencies.add(this.#home.get(node)!, at);
      for (const reader of this.#readersOf(this.#leaves.get(storage)!)) this.#dependencies.add(reader, at);
    }
  }

  #readersOf(node: number): ReadonlySet<number> {
    return this.#readers.get(node) ?? NOBODY;
  }

  #put(node: number, buffer: BufferKey): void {
    const targets = this.#targets.get(node);
    if (targets) targets.push(buffer);
    else this.#targets.set(node, [buffer]);
  }
}
