/**
 * Plans by the structural key of their slice. A hash finds the candidates and the whole key decides, so a collision
 * can never give a wrong plan. Least recently used plans leave first.
 */

import type { Executable } from './engine.ts';

const BYTES_PER_NUMBER = 8;

interface Entry {
  readonly hash: number;
  readonly key: readonly number[];
  readonly plan: Executable;
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

/** Whether two keys are equal. The two zeros differ: padding with one or the other does. */
function sameKey(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((number, i) => Object.is(number, b[i]));
}

export class PlanCache {
  readonly counters: PlanCacheCounters = { hits: 0, misses: 0, evictions: 0 };
  readonly #capacity: number;
  readonly #keyBytes: number;
  readonly #buckets = new Map<number, Entry[]>();
  /** The least recently used one first. */
  readonly #entries = new Set<Entry>();
  #bytes = 0;

  /** Holds at most `capacity` plans, and keys of at most `keyBytes` bytes together. */
  constructor(capacity = 256, keyBytes = 32 << 20) {
    this.#capacity = capacity;
    this.#keyBytes = keyBytes;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** The plan of a key, made by `prepare` if it is not there; `onMiss` is then told the keys that are. */
  get(
    key: readonly number[],
    prepare: () => Executable,
    onMiss?: (known: (readonly number[])[]) => void,
  ): Executable {
    const hash = hashKey(key);
    const found = this.#buckets.get(hash)?.find((entry) => sameKey(entry.key, key));
    if (found) {
      this.counters.hits++;
      this.#entries.delete(found);
      this.#entries.add(found);
      return found.plan;
    }
    this.counters.misses++;
    onMiss?.([...this.#entries].map((entry) => entry.key));
    const entry = { hash, key, plan: prepare() };
    const bytes = key.length * BYTES_PER_NUMBER;
    for (const oldest of this.#entries) {
      if (this.#entries.size < this.#capacity && this.#bytes + bytes <= this.#keyBytes) break;
      this.#evict(oldest);
    }
    this.#buckets.set(hash, [...(this.#buckets.get(hash) ?? []), entry]);
    this.#entries.add(entry);
    this.#bytes += bytes;
    return entry.plan;
  }

  #evict(entry: Entry): void {
    this.#entries.delete(entry);
    const rest = this.#buckets.get(entry.hash)!.filter((other) => other !== entry);
    if (rest.length > 0) this.#buckets.set(entry.hash, rest);
    else this.#buckets.delete(entry.hash);
    this.#bytes -= entry.key.length * BYTES_PER_NUMBER;
    this.counters.evictions++;
  }
}
