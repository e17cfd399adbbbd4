/**
 * Which groups become one kernel. Every body starts as a group of its own; then each is merged with the groups whose
 * values it reads, and at last groups that read the same memory over the same rows are merged. A merge has to be
 * possible (merge.ts), must not make a cycle through a third group, must fit the device's operand limit, and must not
 * take away the parallelism that large work needs.
 */

import { byteSize } from '../dtype.ts';
import type { Slice } from '../run/slice.ts';
import { numel } from '../shape.ts';
import type { Body } from './body.ts';
import { span } from './body.ts';
import { Dependencies } from './dependencies.ts';
import type { Group } from './group.ts';
import { groupOf } from './group.ts';
import { writesWhereItReads } from './in-place.ts';
import { mergeGroups, mergeSiblings } from './merge.ts';

export interface FuseOptions {
  readonly maxOperands: number;
}

/** Fewer rows than this leave processors idle ... */
const FEW_ROWS = 16;
/** ... once all rows together have more elements than this. */
const SMALL_WORK = 16384;
/** How many readers of the same array are considered for merging with another one, and how far apart they may run. */
const SIBLINGS = 8;
const FAR_APART = 500;
/** A contraction's tiles need the registers: it binds only so many operands, its epilogue's included. */
const CONTRACT_OPERANDS = 8;

export function fuse(slice: Slice, bodies: readonly Body[], { maxOperands }: FuseOptions): Group[] {
  const fusion = new Fusion(slice, bodies, maxOperands);
  fusion.mergeProducers();
  fusion.mergeSiblings();
  return fusion.groups();
}

class Fusion {
  readonly #slice: Slice;
  readonly #maxOperands: number;
  readonly #groups: (Group | undefined)[];
  /** The group of each computed node. */
  readonly #home = new Map<number, number>();
  /** The bodies that read each node. */
  readonly #readers = new Map<number, Set<number>>();
  /** The storages that hold each output afterwards. */
  readonly #outputs = new Map<number, number[]>();
  /** The node that reads each storage. */
  readonly #leaves = new Map<number, number>();
  readonly #dependencies: Dependencies;

  constructor(slice: Slice, bodies: readonly Body[], maxOperands: number) {
    this.#slice = slice;
    this.#maxOperands = maxOperands;
    this.#groups = bodies.map(groupOf);
    for (const { node, storage } of slice.outputs)
      this.#outputs.set(node, [...(this.#outputs.get(node) ?? []), storage]);
    this.#dependencies = new Dependencies(bodies.length);
    slice.nodes.forEach(({ op, slot }, id) => {
      if (op === 'leaf') this.#leaves.set(slot, id);
    });
    bodies.forEach(({ node }, at) => this.#home.set(node, at));
    for (const { node, reads } of bodies) {
      for (const { operand } of reads) {
        const readers = this.#readers.get(operand);
        if (readers) readers.add(node);
        else this.#readers.set(operand, new Set([node]));
      }
    }
    for (const [node, readers] of this.#readers) {
      const producer = this.#home.get(node);
      if (producer !== undefined)
        for (const reader of readers) this.#dependencies.add(producer, this.#home.get(reader)!);
    }
    this.#orderWrites();
  }

  groups(): Group[] {
    return this.#groups.filter((group) => group !== undefined);
  }

  /** What overwrites a storage runs after what reads its old contents, where nothing speaks against it. */
  #orderWrites(): void {
    for (const { node, storage } of this.#slice.outputs) {
      const leaf = this.#leaves.get(storage);
      if (leaf === undefined) continue;
      for (const reader of this.#readers.get(leaf) ?? [])
        this.#dependencies.add(this.#home.get(reader)!, this.#home.get(node)!);
    }
  }

  mergeProducers(): void {
    const nodes = [...this.#home.keys()].sort((a, b) => a - b);
    for (const node of nodes) {
      for (let merged = true; merged;) {
        const at = this.#home.get(node)!;
        merged = this.#producersOf(at).some((producer) => this.#tryMerge(producer, at));
      }
    }
  }

  /** The groups whose values a group reads, those that make the most bytes of it first. */
  #producersOf(at: number): number[] {
    const bytes = new Map<number, number>();
    for (const { body } of this.#groups[at]!.members) {
      for (const { operand } of body.reads) {
        const producer = this.#home.get(operand);
        if (producer === undefined || producer === at) continue;
        bytes.set(producer, (bytes.get(producer) ?? 0) + this.#bytes(operand));
      }
    }
    return [...bytes.keys()].sort((a, b) => bytes.get(b)! - bytes.get(a)! || b - a);
  }

  /** Groups that read the same array over the same rows read it once when they are one kernel. */
  mergeSiblings(): void {
    for (const [operand, readers] of this.#readers) {
      const { shape } = this.#slice.nodes[operand];
      if (numel(shape) < 2) continue;
      const seen: number[] = [];
      for (const reader of readers) {
        const at = this.#home.get(reader)!;
        const merged = seen.slice(-SIBLINGS).some((other) => {
          const one = this.#home.get(other)!;
          return (
            one === at ||
            this.#tryMerge(one, at, (a, b) => mergeGroups(a, b) ?? mergeSiblings(a, b, operand, shape))
          );
        });
        if (!merged) seen.push(reader);
      }
    }
  }

  #bytes(node: number): number {
    const { shape, dtype } = this.#slice.nodes[node];
    return numel(shape) * byteSize(dtype);
  }

  #tryMerge(one: number, other: number, merge = mergeGroups): boolean {
    // The group that is read comes first.
    const [a, b] = this.#dependencies.after(other).has(one) ? [other, one] : [one, other];
    const [first, second] = [this.#groups[a]!, this.#groups[b]!];
    if (first.kind === 'single' || second.kind === 'single') return false;
    if (this.#dependencies.distance(a, b) > FAR_APART || this.#dependencies.separated(a, b)) return false;
    const merged = merge(first, second);
    if (!merged || !this.#fits(merged) || !this.#staysParallel(merged, first, second)) return false;
    if (
      this.#overwritesTooEarly(merged) &&
      !this.#overwritesTooEarly(first) &&
      !this.#overwritesTooEarly(second)
    )
      return false;
    this.#groups[a] = merged;
    this.#groups[b] = undefined;
    for (const { body } of second.members) this.#home.set(body.node, a);
    this.#dependencies.merge(a, b);
    return true;
  }

  /** Whether a group would need a copy because it still reads what it writes over. */
  #overwritesTooEarly(group: Group): boolean {
    return group.members.some(({ body }) =>
      (this.#outputs.get(body.node) ?? []).some((storage) => {
        const leaf = this.#leaves.get(storage);
        return leaf !== undefined && !writesWhereItReads(group, body.node, leaf);
      }),
    );
  }

  /** The arrays that a group exchanges with memory. */
  #operands({ members }: Group): Set<string> {
    const made = new Set(members.map(({ body }) => body.node));
    const operands = new Set<string>();
    for (const { body } of members) {
      for (const { operand } of body.reads) if (!made.has(operand)) operands.add(this.#nameOf(operand));
      const storages = this.#outputs.get(body.node);
      const isRead = [...(this.#readers.get(body.node) ?? [])].some((reader) => !made.has(reader));
      if (storages) for (const storage of storages) operands.add(`storage ${storage}`);
      else if (isRead) operands.add(`node ${body.node}`);
    }
    return operands;
  }

  #nameOf(node: number): string {
    const { op, slot } = this.#slice.nodes[node];
    return op === 'leaf' ? `storage ${slot}` : `node ${node}`;
  }

  #fits(group: Group): boolean {
    const { size } = this.#operands(group);
    return (
      size <= (group.kind === 'contract' ? Math.min(this.#maxOperands, CONTRACT_OPERANDS) : this.#maxOperands)
    );
  }

  /**
   * A kernel shares its rows among processors. A merge may not leave few long rows where there were many, nor put
   * several loops into few long rows: a single one can still be split.
   */
  #staysParallel(merged: Group, a: Group, b: Group): boolean {
    if (merged.rows >= FEW_ROWS) return true;
    const lengths = new Set(merged.members.map(({ local }) => span(local)).filter((length) => length > 1));
    let work = 0;
    for (const length of lengths) work += length;
    if (merged.rows * work <= SMALL_WORK) return true;
    return merged.rows >= Math.max(a.rows, b.rows) && (lengths.size < 2 || merged.rows > 1);
  }
}
