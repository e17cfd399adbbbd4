import {
  complex,
  fft,
  fromBuffer,
  hammingWindow,
  hannWindow,
  istft,
  kaiserWindow,
  stft,
  tensor,
} from 'tenfold';
import type { Tensor } from 'tenfold';
import { describe, expect, it } from 'vitest';
import { SeededRandom } from '@tenfold/testing';

function signal(shape: readonly number[], dtype: 'float32' | 'float64' = 'float64'): Tensor {
  const random = new SeededRandom(7);
  const count = shape.reduce((a, b) => a * b, 1);
  return fromBuffer(
    Float64Array.from({ length: count }, () => 2 * random.next() - 1),
    [...shape],
    { dtype },
  );
}

/** The definition, row by row. */
function definition(x: Float64Array, n: number, sign: 1 | -1): number[] {
  const rows = x.length / (2 * n);
  const made: number[] = [];
  for (let row = 0; row < rows; row++) {
    for (let k = 0; k < n; k++) {
      let [re, im] = [0, 0];
      for (let j = 0; j < n; j++) {
        const angle = (2 * Math.PI * sign * ((j * k) % n)) / n;
        const [a, b] = [x[2 * (row * n + j)], x[2 * (row * n + j) + 1]];
        re += a * Math.cos(angle) - b * Math.sin(angle);
        im += a * Math.sin(angle) + b * Math.cos(angle);
      }
      made.push(re, im);
    }
  }
  return made;
}

function numbers(x: Tensor): Float64Array {
  return Float64Array.from(x.dataSync(), Number);
}

/** The greatest difference, in parts of the greatest magnitude. */
function difference(found: Tensor, expected: ArrayLike<number>): number {
  const list = Array.from(expected);
  const scale = Math.max(...list.map(Math.abs));
  const data = numbers(found);
  expect(data.length).toBe(list.length);
  return Math.max(...list.map((x, i) => Math.abs(x - data[i]))) / scale;
}

/** A matrix; two factors; three; a prime by a matrix; a convolution; a large prime factor. */
const LENGTHS = [1, 2, 3, 8, 60, 64, 66, 96, 127, 131, 163, 256, 326, 1155];

describe('transforms', () => {
  it.each(LENGTHS)('of %i numbers follow the definition', (n) => {
    const x = signal([2, n, 2]);
    const data = numbers(x);
    expect(difference(fft.fft(x), definition(data, n, -1))).toBeLessThan(1e-13);
    const single = signal([2, n, 2], 'float32');
    expect(difference(fft.fft(single), definition(numbers(single), n, -1))).toBeLessThan(1e-6);
    const inverse = definition(data, n, 1).map((value) => value / n);
    expect(difference(fft.ifft(x), inverse)).toBeLessThan(1e-13);
  });

  it.each(LENGTHS)('of %i real numbers are the first half, and come back', (n) => {
    const x = signal([3, n]);
    const whole = fft.fft(complex(x));
    const half = fft.rfft(x);
    expect(half.shape).toEqual([3, Math.floor(n / 2) + 1, 2]);
    expect(difference(half, numbers(whole.slice(1, 0, Math.floor(n / 2) + 1)))).toBeLessThan(1e-13);
    expect(difference(fft.irfft(half, n), numbers(x))).toBeLessThan(1e-13);
    expect(difference(fft.hfft(fft.ihfft(x), n), numbers(x))).toBeLessThan(1e-13);
  });

  it('along other axes are those of the transposed', () => {
    const x = signal([5, 70, 3, 2]);
    const expected = fft.fft(x.permute(0, 2, 1, 3), 80).permute(0, 2, 1, 3);
    expect(difference(fft.fft(x, 80, 1), numbers(expected))).toBeLessThan(1e-13);
    expect(difference(fft.ifftn(fft.fftn(x, null, [0, -1], { norm: 'ortho' }), null, [0, -1], { norm: 'ortho' }), numbers(x))).toBeLessThan(1e-13);
    const y = signal([4, 6, 9]);
    expect(difference(fft.irfftn(fft.rfftn(y), [4, 6, 9]), numbers(y))).toBeLessThan(1e-13);
  }); // prettier-ignore

  it('do not look at imaginary parts that a real signal has not', () => {
    const half = signal([34, 2]);
    const clean = half.mul(tensor(Array.from({ length: 34 }, (_, k) => [1, k === 0 || k === 33 ? 0 : 1])));
    expect(difference(fft.irfft(half), numbers(fft.irfft(clean)))).toBeLessThan(1e-14);
  });

  it('name what does not fit', () => {
    expect(() => fft.fft(signal([4, 3]))).toThrow(
      /fft: expected complex numbers .* got shape \[4, 3\].*complex/,
    );
    expect(() => fft.rfft(signal([4]), 0)).toThrow(/rfft: a transform of 0 elements/);
    expect(() => fft.rfft(signal([4]), null, 1)).toThrow(/rfft/);
    expect(() => fft.fftn(signal([4, 2]), [2, 2])).toThrow(/s names 2 sizes for 1 axes/);
    expect(() => fft.fft2(signal([4, 4, 2]), null, [0, 0])).toThrow(/axis 0 is named twice/);
    const norm = 'unitary' as 'ortho';
    expect(() => fft.rfft(signal([4]), null, -1, { norm })).toThrow(/norm is 'unitary'/);
  });
});

describe('frequencies', () => {
  it('are PyTorch’s', () => {
    expect(fft.fftfreq(5, 0.5).mul(2.5).round().tolistSync()).toEqual([0, 1, 2, -2, -1]);
    expect(fft.rfftfreq(4).mul(4).tolistSync()).toEqual([0, 1, 2]);
    expect(fft.fftshift(tensor([0, 1, 2, -2, -1])).tolistSync()).toEqual([-2, -1, 0, 1, 2]);
    expect(fft.ifftshift(tensor([-2, -1, 0, 1, 2])).tolistSync()).toEqual([0, 1, 2, -2, -1]);
  });
});

describe('short-time transforms', () => {
  it.each([
    { nFft: 16, hopLength: 4, winLength: 16 },
    { nFft: 16, hopLength: 5, winLength: 12 },
    { nFft: 15, hopLength: 1, winLength: 15 },
  ])('come back: %o', ({ nFft, ...options }) => {
    const x = signal([2, 100]);
    const window = hannWindow(options.winLength, true, { dtype: 'float64' }).add(0.01);
    for (const onesided of [true, false]) {
      const frames = stft(x, nFft, { ...options, window, normalized: true, onesided });
      expect(frames.shape).toEqual([
        2,
        onesided ? Math.floor(nFft / 2) + 1 : nFft,
        1 + Math.floor((100 + 2 * Math.floor(nFft / 2) - nFft) / options.hopLength),
        2,
      ]);
      const back = istft(frames, nFft, { ...options, window, normalized: true, onesided, length: 90 });
      expect(difference(back, numbers(x.slice(1, 0, 90)))).toBeLessThan(1e-12);
    }
  });

  it('name what does not fit', () => {
    expect(() => stft(signal([4]), 16)).toThrow(/padMode: 'constant'/);
    expect(() => stft(signal([40]), 8, { window: hammingWindow(7) })).toThrow(/window has shape \[7\]/);
    expect(() => istft(signal([5, 3, 2]), 16)).toThrow(/expected \[9, windows, 2\]/);
  });
});

describe('windows', () => {
  it('are the symmetric ones without their last element, or those', () => {
    expect(hannWindow(4).tolistSync()).toEqual([0, 0.5, 1, 0.5]);
    expect(hannWindow(3, false).tolistSync()).toEqual([0, 1, 0]);
    const kaiser = numbers(kaiserWindow(5, false, 8, { dtype: 'float64' }));
    expect(kaiser[2]).toBe(1);
    expect(kaiser[0]).toBeCloseTo(1 / 427.56411572, 12);
  });
});
