/** A max-heap of node ids, each at most once: the order in which backward visits nodes that it discovers on its way. */

import type { NodeId } from '@tenfold/ir';

export class NodeHeap {
  readonly #heap: NodeId[] = [];
  readonly #present = new Set<NodeId>();

  push(node: NodeId): void {
    if (this.#present.has(node)) return;
    this.#present.add(node);
    const heap = this.#heap;
    let at = heap.push(node) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (heap[parent] >= heap[at]) break;
      [heap[parent], heap[at]] = [heap[at], heap[parent]];
      at = parent;
    }
  }

  /** Removes and returns the greatest id, or undefined when the heap is empty. */
  pop(): NodeId | undefined {
    const heap = this.#heap;
    const top = heap[0];
    const last = heap.pop();
    if (last === undefined) return undefined;
    this.#present.delete(top);
    if (heap.length === 0) return top;
    heap[0] = last;
    for (let at = 0; ;) {
      const left = 2 * at + 1;
      if (left >= heap.length) break;
      const child = left + 1 < heap.length && heap[left + 1] > heap[left] ? left + 1 : left;
      if (heap[at] >= heap[child]) break;
      [heap[at], heap[child]] = [heap[child], heap[at]];
      at = child;
    }
    return top;
  }
}
