import { describe, expect, test } from 'vitest';
import { Vocabulary, consecutivePieces, drawNumber, randomPieces } from '../src/lib/characters.ts';
import { seededRandom } from '../src/lib/random.ts';
import { generateTales } from '../src/lib/tales.ts';

describe('a vocabulary', () => {
  test('gives every character a number and back', () => {
    const text = 'the cat sat on the mat';
    const vocabulary = new Vocabulary(text);
    expect(vocabulary.size).toBe(new Set(text).size);
    expect(vocabulary.decode(vocabulary.encode(text))).toBe(text);
  });

  test('leaves unknown characters out where it has a number for all of its text', () => {
    const vocabulary = new Vocabulary('abc');
    expect(vocabulary.decode(vocabulary.encode('a-b-c'))).toBe('abc');
  });

  test('lets the rarest characters share a number', () => {
    const vocabulary = new Vocabulary('aaaabbbccd', 3);
    expect(vocabulary.size).toBe(3);
    expect(vocabulary.decode(vocabulary.encode('abcdz'))).toBe('ab\ufffd\ufffd\ufffd');
  });

  test('counts characters beyond 16 bits as one', () => {
    const vocabulary = new Vocabulary('a🙂b');
    expect(vocabulary.encode('🙂')).toHaveLength(1);
  });
});

test('pieces come with the characters after them', () => {
  const text = Int32Array.from({ length: 50 }, (_, i) => i);
  const { inputs, targets } = randomPieces(text, 4, 8, seededRandom(1));
  expect(inputs).toHaveLength(32);
  expect([...targets]).toEqual([...inputs].map((number) => number + 1));
  const steps = [...inputs.keys()].filter((i) => i % 8 > 0).map((i) => inputs[i] - inputs[i - 1]);
  expect(new Set(steps)).toEqual(new Set([1]));
});

test('pieces one after the other are the whole text, but for what is left over', () => {
  const text = Int32Array.from({ length: 50 }, (_, i) => i);
  const pieces = [...consecutivePieces(text, 4, 8)];
  expect(pieces.map(({ inputs }) => inputs.length)).toEqual([32, 16]);
  expect(pieces.flatMap(({ inputs }) => [...inputs])).toEqual([...text.subarray(0, 48)]);
  expect(pieces.flatMap(({ targets }) => [...targets])).toEqual([...text.subarray(1, 49)]);
});

describe('a number is drawn', () => {
  test('as the logits say', () => {
    const random = seededRandom(2);
    const counts = [0, 0, 0];
    for (let i = 0; i < 4000; i++) counts[drawNumber([Math.log(1), Math.log(2), Math.log(5)], 1, random)]++;
    expect(counts.map((count) => count / 500)).toEqual([
      expect.closeTo(1, 0),
      expect.closeTo(2, 0),
      expect.closeTo(5, 0),
    ]);
  });

  test('as the likeliest at temperature 0', () => {
    expect(drawNumber([1, 3, 2], 0, () => 0.99)).toBe(1);
  });
});

describe('generated tales', () => {
  test('are the same for the same seed, and long enough', () => {
    const text = generateTales(2000, 1);
    expect(text.length).toBeGreaterThanOrEqual(2000);
    expect(generateTales(2000, 1)).toBe(text);
    expect(generateTales(2000, 2)).not.toBe(text);
  });

  test('are sentences', () => {
    for (const tale of generateTales(3000, 3).trim().split('\n\n')) expect(tale).toMatch(/^[A-Z].+[.]$/);
  });
});
