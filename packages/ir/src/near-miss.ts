/**
 * Finds the key that somebody probably meant: the same key under another prefix (`module.fc.weight` for
 * `fc.weight`), or else the one at the smallest edit distance.
 */

/** Keys compared at most; error messages of a model with more are still given, without a suggestion from the rest. */
const MAX_CANDIDATES = 20_000;

/** The candidate nearest to `key`; undefined when none shares its ending or is within a third of its length. */
export function closest(key: string, candidates: Iterable<string>): string | undefined {
  let limit = Math.max(1, Math.floor(key.length / 3));
  let best: string | undefined;
  let compared = 0;
  for (const candidate of candidates) {
    if (++compared > MAX_CANDIDATES) break;
    if (key.endsWith(`.${candidate}`) || candidate.endsWith(`.${key}`)) return candidate;
    if (Math.abs(candidate.length - key.length) > limit) continue;
    const distance = editDistance(key, candidate, limit);
    if (distance > limit) continue;
    best = candidate;
    limit = distance - 1;
    if (limit < 0) break;
  }
  return best;
}

/** Levenshtein distance, given up (with a value above `limit`) as soon as it must exceed the limit. */
function editDistance(a: string, b: string, limit: number): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substitution, row[j]! + 1, next[j - 1]! + 1));
    }
    if (Math.min(...next) > limit) return limit + 1;
    row = next;
  }
  return row[b.length]!;
}
