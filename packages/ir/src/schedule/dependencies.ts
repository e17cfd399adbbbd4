/** A graph of what must run before what, among numbered pieces of work that may be merged. */

export class Dependencies {
  readonly #after: Set<number>[];
  readonly #before: Set<number>[];

  constructor(count: number) {
    this.#after = Array.from({ length: count }, () => new Set());
    this.#before = Array.from({ length: count }, () => new Set());
  }

  /** Adds a piece of work and returns its number. */
  addPiece(): number {
    this.#after.push(new Set());
    this.#before.push(new Set());
    return this.#after.length - 1;
  }

  /** `first` must run before `then`. */
  add(first: number, then: number): void {
    if (first === then) return;
    this.#after[first].add(then);
    this.#before[then].add(first);
  }

  /** As `add`, unless the opposite is already required; tells whether it was added. */
  tryAdd(first: number, then: number): boolean {
    if (first === then || this.reaches(then, first)) return false;
    this.add(first, then);
    return true;
  }

  before(piece: number): ReadonlySet<number> {
    return this.#before[piece];
  }

  after(piece: number): ReadonlySet<number> {
    return this.#after[piece];
  }

  /** Whether `from` must run before `to`, directly or through others. */
  reaches(from: number, to: number): boolean {
    return this.#search(from, to, false);
  }

  /** Whether one of the two must run before the other with something in between: then they cannot be merged. */
  separated(a: number, b: number): boolean {
    return this.#search(a, b, true) || this.#search(b, a, true);
  }

  #search(from: number, to: number, indirect: boolean): boolean {
    const seen = new Set<number>([from]);
    const stack: number[] = [];
    for (const next of this.#after[from]) {
      if (next === to && indirect) continue;
      stack.push(next);
      seen.add(next);
    }
    while (stack.length > 0) {
      const at = stack.pop()!;
      if (at === to) return true;
      for (const next of this.#after[at]) {
        if (seen.has(next) && next !== to) continue;
        seen.add(next);
        stack.push(next);
      }
    }
    return false;
  }

  /** Makes `gone` part of `kept`. */
  merge(kept: number, gone: number): void {
    for (const next of this.#after[gone]) {
      this.#before[next].delete(gone);
      this.add(kept, next);
    }
    for (const earlier of this.#before[gone]) {
      this.#after[earlier].delete(gone);
      this.add(earlier, kept);
    }
    this.#after[gone].clear();
    this.#before[gone].clear();
  }

  /** All of `pieces` in an order that respects every requirement; among those that may run next, the lowest `rank` does. */
  order(pieces: readonly number[], rank: (piece: number) => number): number[] {
    const waiting = new Map(pieces.map((piece) => [piece, this.#before[piece].size]));
    const ready = pieces.filter((piece) => waiting.get(piece) === 0);
    const ordered: number[] = [];
    while (ready.length > 0) {
      let best = 0;
      for (let i = 1; i < ready.length; i++) if (rank(ready[i]) < rank(ready[best])) best = i;
      const [piece] = ready.splice(best, 1);
      ordered.push(piece);
      for (const next of this.#after[piece]) {
        const left = waiting.get(next)! - 1;
        waiting.set(next, left);
        if (left === 0) ready.push(next);
      }
    }
    return ordered;
  }
}
