/**
 * Plans by the structural key of their slice. A hash finds the candidates and the whole key decides, so a collision
 * can never give a wrong plan. Least recently used plans leave first.
 */

import type { Executable } from './engine.ts';

const BYTES_PER_NUMBER = 8;

interface Entry {
  readonly key: readonly number[];
  readonly plan: Executable;
  lastUse: number;
}

export interface PlanCacheCounters {
  hits: number;
  misses: number;
  /** Plans dropped because the cache was full. */
  evictions: number;
}

function hashKey(key: readonly number[]): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ (key[i] | 0), 0x01000193) ^ (hash >>> 15);
  return hash;
}

/** Index of the first number that differs, or -1. The two zeros differ: padding with one or the other does. */
function firstDifference(a: readonly number[], b: readonly number[]): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) if (!Object.is(a[i], b[i])) return i;
  return a.length === b.length ? -1 : length;
}

function sameKey(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && firstDifference(a, b) < 0;
}

export class PlanCache {
  readonly counters: PlanCacheCounters = { hits: 0, misses: 0, evictions: 0 };
  readonly #capacity: number;
  readonly #keyBytes: number;
  readonly #buckets = new Map<number, Entry[]>();
  #count = 0;
  #bytes = 0;
  #clock = 0;

  /** Holds at most `capacity` plans, and keys of at most `keyBytes` bytes together. */
  constructor(capacity = 256, keyBytes = 32 << 20) {
    this.#capacity = capacity;
    this.#keyBytes = keyBytes;
  }

  get size(): number {
    return this.#count;
  }

  /** The plan of a key, made by `prepare` if it is not there. `onMiss` is told how far the nearest known key agreed. */
  get(key: readonly number[], prepare: () => Executable, onMiss?: (agreed: number) => void): Executable {
    const hash = hashKey(key);
    const bucket = this.#buckets.get(hash);
    const found = bucket?.find((entry) => sameKey(entry.key, key));
    if (found) {
      this.counters.hits++;
      found.lastUse = ++this.#clock;
      return found.plan;
    }
    this.counters.misses++;
    onMiss?.(this.#longestAgreement(key));
    const plan = prepare();
    const bytes = key.length * BYTES_PER_NUMBER;
    while (this.#count > 0 && (this.#count >= this.#capacity || this.#bytes + bytes > this.#keyBytes))
      this.#evict();
    const entry = { key, plan, lastUse: ++this.#clock };
    const home = this.#buckets.get(hash);
    if (home) home.push(entry);
    else this.#buckets.set(hash, [entry]);
    this.#count++;
    this.#bytes += bytes;
    return plan;
  }

  #longestAgreement(key: readonly number[]): number {
    let longest = 0;
    for (const bucket of this.#buckets.values()) {
      for (const entry of bucket) longest = Math.max(longest, firstDifference(entry.key, key));
    }
    return longest;
  }

  #evict(): void {
    let oldest: { hash: number; entry: Entry } | undefined;
    for (const [hash, bucket] of this.#buckets) {
      for (const entry of bucket)
        if (!oldest || entry.lastUse < oldest.entry.lastUse) oldest = { hash, entry };
    }
    if (!oldest) return;
    const rest = this.#buckets.get(oldest.hash)!.filter((entry) => entry !== oldest.entry);
    if (rest.length > 0) this.#buckets.set(oldest.hash, rest);
    else this.#buckets.delete(oldest.hash);
    this.#count--;
    this.#bytes -= oldest.entry.key.length * BYTES_PER_NUMBER;
    this.counters.evictions++;
  }
}
