/**
 * Which ranges of an address space are free: two-level segregated fit (Masmano et al. 2004). Free blocks hang in lists
 * by size class (powers of two, each in eight steps), a block is found in constant time, and neighbours merge as soon
 * as they are free. It manages numbers only and never touches the memory itself.
 */

import type { MemoryReport } from '@tenfold/ir';
import { unreachable } from '@tenfold/ir';

/** Every block starts at a multiple of this and has a size that is one. */
export const ALIGNMENT = 64;

const STEPS = 8;
const CLASSES = 33 * STEPS;

interface Block {
  address: number;
  size: number;
  free: boolean;
  /** What was asked for when it was taken. */
  bytes: number;
  /** Neighbours in address order. */
  before: Block | undefined;
  after: Block | undefined;
  /** Neighbours in the list of the size class, while free. */
  previous: Block | undefined;
  next: Block | undefined;
}

/** Of the bytes under management; what they might grow to is not known here. */
export type SpaceReport = Omit<MemoryReport, 'capacity'>;

/** The class of blocks of this size: all of them are at least as large as the class's lower bound. */
function classOf(size: number): number {
  const power = 31 - Math.clz32(size >>> 0);
  const step = (size / 2 ** power - 1) * STEPS;
  return power * STEPS + Math.floor(step);
}

/** The first class whose every block holds `size` bytes. */
function fittingClass(size: number): number {
  const power = 31 - Math.clz32(size >>> 0);
  const step = Math.ceil((size / 2 ** power - 1) * STEPS);
  return power * STEPS + step;
}

export class FreeSpace {
  readonly #lists: (Block | undefined)[] = new Array<Block | undefined>(CLASSES).fill(undefined);
  /** Bit `c` of word `c / 32`: whether list `c` has a block. */
  readonly #occupied = new Uint32Array(Math.ceil(CLASSES / 32));
  readonly #taken = new Map<number, Block>();
  #last: Block | undefined;
  #total = 0;
  #used = 0;
  #peak = 0;

  /** Adds the range [address, address + size), which follows everything added before. */
  extend(address: number, size: number): void {
    const last = this.#last;
    if (last && last.address + last.size !== address) unreachable('free space must grow without gaps');
    this.#total += size;
    this.#release(this.#insert(last, address, size));
  }

  /** The address of a free block of at least `bytes`, now taken; undefined where none is large enough. */
  take(bytes: number): number | undefined {
    const size = roundUp(bytes);
    const block = this.#find(size);
    if (block === undefined) return undefined;
    this.#unlink(block);
    if (block.size - size >= ALIGNMENT) this.#split(block, size);
    block.bytes = bytes;
    this.#taken.set(block.address, block);
    this.#used += block.size;
    this.#peak = Math.max(this.#peak, this.#used);
    return block.address;
  }

  /** Gives a block back. False where no block starts at the address. */
  give(address: number): boolean {
    const block = this.#taken.get(address);
    if (block === undefined) return false;
    this.#taken.delete(address);
    this.#used -= block.size;
    this.#release(block);
    return true;
  }

  /** The bytes asked for of the taken block that starts at the address. */
  sizeOf(address: number): number | undefined {
    return this.#taken.get(address)?.bytes;
  }

  /** Bytes of the free block that ends where the managed range ends; growth adds to it. */
  freeAtEnd(): number {
    return this.#last?.free ? this.#last.size : 0;
  }

  report(): SpaceReport {
    let largestFree = 0;
    for (const list of this.#lists) {
      for (let block = list; block; block = block.next) largestFree = Math.max(largestFree, block.size);
    }
    const [total, used] = [this.#total, this.#used];
    const fragmentation = total > used ? 1 - largestFree / (total - used) : 0;
    return { total, used, peak: this.#peak, largestFree, fragmentation, blocks: this.#taken.size };
  }

  /** A block of a fitting class; where all of those are empty, one that happens to be large enough in the class below. */
  #find(size: number): Block | undefined {
    const first = fittingClass(size);
    for (let word = first >>> 5; word < this.#occupied.length; word++) {
      const bits = word === first >>> 5 ? this.#occupied[word] & (-1 << (first & 31)) : this.#occupied[word];
      if (bits !== 0) return this.#lists[word * 32 + 31 - Math.clz32(bits & -bits)];
    }
    let block = this.#lists[classOf(size)];
    while (block && block.size < size) block = block.next;
    return block;
  }

  #split(block: Block, size: number): void {
    this.#link(this.#insert(block, block.address + size, block.size - size));
    block.size = size;
  }

  /** A new block behind `before` in address order. */
  #insert(before: Block | undefined, address: number, size: number): Block {
    const after = before?.after;
    const block: Block = {
      address, size, bytes: 0, free: false, before, after, previous: undefined, next: undefined,
    }; // prettier-ignore
    if (before) before.after = block;
    if (after) after.before = block;
    else this.#last = block;
    return block;
  }

  #release(block: Block): void {
    let merged = block;
    const { before, after } = block;
    if (after?.free) {
      this.#unlink(after);
      this.#absorb(block, after);
    }
    if (before?.free) {
      this.#unlink(before);
      this.#absorb(before, block);
      merged = before;
    }
    this.#link(merged);
  }

  /** `block` takes over `next`, its neighbour to the right. */
  #absorb(block: Block, next: Block): void {
    block.size += next.size;
    block.after = next.after;
    if (next.after) next.after.before = block;
    else this.#last = block;
  }

  #link(block: Block): void {
    const list = classOf(block.size);
    block.free = true;
    block.previous = undefined;
    block.next = this.#lists[list];
    if (block.next) block.next.previous = block;
    this.#lists[list] = block;
    this.#occupied[list >>> 5] |= 1 << (list & 31);
  }

  #unlink(block: Block): void {
    const list = classOf(block.size);
    if (block.next) block.next.previous = block.previous;
    if (block.previous) block.previous.next = block.next;
    else this.#lists[list] = block.next;
    if (!this.#lists[list]) this.#occupied[list >>> 5] &= ~(1 << (list & 31));
    block.free = false;
  }
}

function roundUp(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / ALIGNMENT)) * ALIGNMENT;
}
