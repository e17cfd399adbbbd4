/** Text as numbers for a character model, batches of it to train on, and characters drawn from what the model says. */

/** What stands for a character that has no number of its own. */
const OTHER = '\ufffd';

/** The characters of a text, numbered; the rarest share one number where there are more than `limit`. */
export class Vocabulary {
  readonly characters: readonly string[];
  readonly #numbers: ReadonlyMap<string, number>;

  constructor(text: string, limit = 128) {
    const counts = new Map<string, number>();
    for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
    const byCount = [...counts].sort(([, a], [, b]) => b - a).map(([character]) => character);
    const kept = byCount.length > limit ? [...byCount.slice(0, limit - 1), OTHER] : byCount;
    this.characters = kept.sort();
    this.#numbers = new Map(this.characters.map((character, number) => [character, number]));
  }

  get size(): number {
    return this.characters.length;
  }

  /** Numbers of the characters; one that is unknown gets the number that the rare ones share, or is left out. */
  encode(text: string): Int32Array {
    const other = this.#numbers.get(OTHER);
    const numbers = [...text].map((character) => this.#numbers.get(character) ?? other);
    return Int32Array.from(numbers.filter((number) => number !== undefined));
  }

  decode(numbers: Iterable<number>): string {
    return [...numbers].map((number) => this.characters[number]).join('');
  }
}

export interface TextBatch {
  /** Characters by number, `[count, length]`. */
  readonly inputs: Int32Array<ArrayBuffer>;
  /** The character after each. */
  readonly targets: Int32Array<ArrayBuffer>;
}

/** `count` pieces of `length` characters from random places of a text that is longer than that. */
export function randomPieces(
  text: Int32Array,
  count: number,
  length: number,
  random: () => number,
): TextBatch {
  const [inputs, targets] = [new Int32Array(count * length), new Int32Array(count * length)];
  for (let i = 0; i < count; i++) {
    const start = Math.floor(random() * (text.length - length));
    inputs.set(text.subarray(start, start + length), i * length);
    targets.set(text.subarray(start + 1, start + length + 1), i * length);
  }
  return { inputs, targets };
}

/** As many pieces of `length` characters as a text has one after the other, `count` at a time; what is left over is left out. */
export function* consecutivePieces(text: Int32Array, count: number, length: number): Generator<TextBatch> {
  const total = Math.floor((text.length - 1) / length);
  for (let first = 0; first < total; first += count) {
    const [start, end] = [first * length, Math.min(first + count, total) * length];
    yield { inputs: text.slice(start, end), targets: text.slice(start + 1, end + 1) };
  }
}

/**
 * A number drawn with the probabilities softmax(logits / temperature): the lower the temperature, the likelier the
 * likeliest, and 0 always takes that.
 */
export function drawNumber(logits: ArrayLike<number>, temperature: number, random: () => number): number {
  const values = Array.from(logits);
  const greatest = Math.max(...values);
  if (temperature <= 0) return values.indexOf(greatest);
  const weights = values.map((value) => Math.exp((value - greatest) / temperature));
  let left = random() * weights.reduce((sum, weight) => sum + weight, 0);
  const found = weights.findIndex((weight) => (left -= weight) < 0);
  return found < 0 ? values.indexOf(greatest) : found;
}
