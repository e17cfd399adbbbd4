/**
 * A graph of what must run before what, among numbered pieces of work that may be merged. It keeps an order of the
 * pieces that respects every requirement, and repairs only the stretch of it that a change affects (Pearce and Kelly,
 * "A dynamic topological sort algorithm for directed acyclic graphs", 2007); searches never leave that stretch.
 */

export class Dependencies {
  readonly #after: Set<number>[] = [];
  readonly #before: Set<number>[] = [];
  /** The piece at each place of the order, and the place of each piece. */
  readonly #order: number[] = [];
  readonly #place: number[] = [];

  constructor(count: number) {
    while (this.#order.length < count) this.addPiece();
  }

  /** Adds a piece of work, last in the order, and returns its number. */
  addPiece(): number {
    const piece = this.#order.length;
    this.#after.push(new Set());
    this.#before.push(new Set());
    this.#order.push(piece);
    this.#place.push(piece);
    return piece;
  }

  /** `first` must run before `then`; false, and nothing is changed, if that contradicts what is required already. */
  add(first: number, then: number): boolean {
    if (first === then || this.#after[first].has(then)) return true;
    if (this.#place[first] > this.#place[then] && !this.#reorder(first, then)) return false;
    this.#link(first, then);
    return true;
  }

  after(piece: number): ReadonlySet<number> {
    return this.#after[piece];
  }

  before(piece: number): ReadonlySet<number> {
    return this.#before[piece];
  }

  /** How far apart two pieces stand in the order. */
  distance(a: number, b: number): number {
    return Math.abs(this.#place[a] - this.#place[b]);
  }

  /** Whether one of two pieces must run before the other with something in between: then they cannot be merged. */
  separated(a: number, b: number): boolean {
    const [first, then] = this.#place[a] < this.#place[b] ? [a, b] : [b, a];
    const between = this.#reachable(first, this.#place[then]);
    for (const piece of between) if (this.#after[piece].has(then)) return true;
    return false;
  }

  /** Makes two pieces one, under the number of the first; they must not be separated. */
  merge(kept: number, gone: number): void {
    const [first, then] = this.#place[kept] < this.#place[gone] ? [kept, gone] : [gone, kept];
    const [begin, end] = [this.#place[first], this.#place[then]];
    // What must run after the earlier piece moves behind the place of the later one.
    const later = this.#reachable(first, end);
    const window = this.#order.slice(begin + 1, end);
    const next = [
      gone,
      ...window.filter((piece) => !later.has(piece)),
      kept,
      ...window.filter((piece) => later.has(piece)),
    ];
    next.forEach((piece, i) => this.#put(piece, begin + i));
    for (const piece of this.#after[gone]) {
      this.#before[piece].delete(gone);
      this.#link(kept, piece);
    }
    for (const piece of this.#before[gone]) {
      this.#after[piece].delete(gone);
      this.#link(piece, kept);
    }
    this.#after[gone].clear();
    this.#before[gone].clear();
  }

  /** The pieces in an order that respects every requirement; among those that may run next, the lowest `rank` does. */
  ordered(pieces: readonly number[], rank: (piece: number) => number): number[] {
    const waiting = new Map(pieces.map((piece) => [piece, this.#before[piece].size]));
    const ready = pieces.filter((piece) => waiting.get(piece) === 0).sort((a, b) => rank(b) - rank(a));
    const result: number[] = [];
    for (let piece = ready.pop(); piece !== undefined; piece = ready.pop()) {
      result.push(piece);
      for (const next of this.#after[piece]) {
        const left = waiting.get(next)! - 1;
        waiting.set(next, left);
        if (left === 0) insert(ready, next, rank);
      }
    }
    return result;
  }

  #link(first: number, then: number): void {
    if (first === then) return;
    this.#after[first].add(then);
    this.#before[then].add(first);
  }

  #put(piece: number, place: number): void {
    this.#order[place] = piece;
    this.#place[piece] = place;
  }

  /** The pieces that must run after one, among those before `end` in the order. */
  #reachable(from: number, end: number): Set<number> {
    return this.#search(from, this.#after, (piece) => this.#place[piece] < end);
  }

  #search(
    from: number,
    edges: readonly ReadonlySet<number>[],
    within: (piece: number) => boolean,
  ): Set<number> {
    const seen = new Set<number>();
    const stack = [from];
    for (let piece = stack.pop(); piece !== undefined; piece = stack.pop()) {
      for (const next of edges[piece]) {
        if (seen.has(next) || !within(next)) continue;
        seen.add(next);
        stack.push(next);
      }
    }
    return seen;
  }

  /** Moves `first` before `then`, with what each must take along; false if `then` must run before `first`. */
  #reorder(first: number, then: number): boolean {
    const [low, high] = [this.#place[then], this.#place[first]];
    const forward = this.#search(then, this.#after, (piece) => this.#place[piece] <= high);
    if (forward.has(first)) return false;
    const backward = this.#search(first, this.#before, (piece) => this.#place[piece] > low);
    const byPlace = (a: number, b: number) => this.#place[a] - this.#place[b];
    const pieces = [...[...backward, first].sort(byPlace), ...[...forward, then].sort(byPlace)];
    const places = pieces.map((piece) => this.#place[piece]).sort((a, b) => a - b);
    pieces.forEach((piece, i) => this.#put(piece, places[i]));
    return true;
  }
}

/** Inserts into a list of descending rank. */
function insert(list: number[], item: number, rank: (item: number) => number): void {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rank(list[middle]) > rank(item)) low = middle + 1;
    else high = middle;
  }
  list.splice(low, 0, item);
}
