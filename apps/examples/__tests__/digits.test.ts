import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { manualSeed, optim } from 'tenfold';
import { predict, toSamples, trainEpoch } from '../src/lib/classifier.ts';
import { generateDigits } from '../src/lib/digits.ts';
import { mlp } from '../src/lib/models.ts';
import { drawStrokes } from '../src/lib/pen.ts';
import { textArt } from '../src/lib/text-art.ts';
import { drawings } from './support/drawings.ts';

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

describe('generated digits', () => {
  test('are the same everywhere for the same seed', () => {
    const { images, labels } = generateDigits(200, 1);
    expect(sha256(images)).toBe('97f3377742f0b6b427348b43335ad9186c02dbea42afd9d86da4ed8b9947964d');
    expect(sha256(labels)).toBe('033d9440d671b69bafdedb8dcdb46228e9f1107373de0d386f65690890dcdb0f');
    expect(sha256(generateDigits(200, 2).images)).not.toBe(sha256(images));
  });

  test('begin with the same images, however many are asked for', () => {
    const few = generateDigits(3, 5).images;
    expect(Buffer.from(generateDigits(10, 5).images.subarray(0, few.length))).toEqual(Buffer.from(few));
  });

  test('have all ten classes, and ink that leaves most of the image white', () => {
    const { images, labels } = generateDigits(300, 3);
    expect(new Set(labels).size).toBe(10);
    for (let i = 0; i < labels.length; i++) {
      const image = images.subarray(i * 784, (i + 1) * 784);
      const share = image.filter(Boolean).length / 784;
      expect(share).toBeGreaterThan(0.03);
      expect(share).toBeLessThan(0.5);
    }
  });
});

test('a network trained on generated digits reads what a hand has drawn', async () => {
  manualSeed(0);
  const model = mlp();
  const optimizer = new optim.Adam(model.parameters());
  const options = { batchSize: 64, seed: 0, learningRate: () => 1e-3 };
  await trainEpoch(model, optimizer, toSamples(generateDigits(12_000, 1)), options);
  const images = new Uint8Array(drawings.length * 784);
  drawings.forEach(({ strokes }, i) => images.set(drawStrokes(strokes, 1.35).map((ink) => 255 * ink), i * 784)); // prettier-ignore
  const labels = Uint8Array.from(drawings, ({ label }) => label);
  const count = drawings.length;
  const guesses = await predict(model, toSamples({ images, labels, count, rows: 28, columns: 28 }));
  const right = guesses.filter((guess, i) => guess === labels[i]).length;
  expect(right).toBeGreaterThanOrEqual(count - 1);
});

describe('images as text', () => {
  test('are cut to their ink and stand side by side', () => {
    const cross = new Uint8Array(36);
    for (const pixel of [8, 13, 14, 15, 20]) cross[pixel] = 255;
    const bar = new Uint8Array(36);
    for (const pixel of [9, 15, 21, 27]) bar[pixel] = 255;
    expect(textArt([cross, bar], 6, ['+', 'bar'])).toBe(['=@=   @', ' =    @', '', '+     bar'].join('\n'));
  });
});
