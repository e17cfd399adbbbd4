/** Products of every layout, size and padding against the definition in float64. */

import { describe, expect, it } from 'vitest';
import {
  convolutionForward,
  convolutionInputGradient,
  convolutionWeightGradient,
} from '../bench/gemm/convolution.ts';
import type { ConvolutionShape } from '../bench/gemm/convolution.ts';
import { matrixProduct, prepare } from '../bench/gemm/product.ts';
import type { PreparedProduct, ProductOptions, ProductShape } from '../bench/gemm/product.ts';
import { referenceProduct } from '../bench/gemm/reference.ts';
import { enableRelaxedSimd } from '../src/wasm/index.ts';

enableRelaxedSimd();

/** Uniform numbers in [-1, 1), from a fixed sequence. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}

type View = Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>;

function view(bytes: Uint8Array<ArrayBuffer>, compute: 'float32' | 'float64'): View {
  const array = compute === 'float32' ? Float32Array : Float64Array;
  return new array(bytes.buffer, bytes.byteOffset, bytes.byteLength / array.BYTES_PER_ELEMENT);
}

/** Runs the product on random operands, in parts, and compares; nothing beside the result may change. */
function verify(shape: ProductShape, options: ProductOptions, parts = 1): void {
  const compute = options.compute ?? 'float32';
  const prepared = prepare(shape, options);
  const random = generator(shape.name.length + shape.c.elements);
  const a = view(prepared.a, compute).map(random);
  const b = view(prepared.b, compute).map(random);
  view(prepared.a, compute).set(a);
  view(prepared.b, compute).set(b);
  runInParts(prepared, parts);
  const expected = referenceProduct(shape, a, b);
  const actual = view(prepared.c, compute);
  const terms = shape.k.reduce((count, extent) => count * extent, 1);
  const tolerance = (compute === 'float32' ? 6e-8 : 1e-16) * (8 + terms);
  expected.forEach((value, i) => {
    if (Number.isNaN(value)) expect(actual[i], `${shape.name}: element ${i} is not written`).toBeNaN();
    else if (!(Math.abs(actual[i] - value) <= tolerance)) {
      expect.fail(`${shape.name}: element ${i} is ${actual[i]}, expected ${value} within ${tolerance}`);
    }
  });
  expect(view(prepared.a, compute)).toEqual(a);
  expect(view(prepared.b, compute)).toEqual(b);
  for (const part of [prepared.a, prepared.b, prepared.c]) {
    const before = new Uint8Array(part.buffer, part.byteOffset - 16, 16);
    const after = new Uint8Array(part.buffer, part.byteOffset + part.byteLength, 16);
    expect([...before, ...after]).toEqual(Array(32).fill(0xff));
  }
}

function runInParts(prepared: PreparedProduct, parts: number): void {
  const size = Math.ceil(prepared.units / parts);
  for (let begin = 0; begin < prepared.units; begin += size) {
    prepared.run(begin, Math.min(prepared.units, begin + size));
  }
}

const layouts = ['NN', 'NT', 'TN', 'TT'] as const;
const sizes: readonly (readonly [number, number, number])[] = [
  [1, 1, 1],
  [5, 7, 3],
  [6, 8, 16],
  [7, 9, 17],
  [5, 33, 64],
  [13, 3, 300],
  [50, 70, 270],
  [1, 20, 40],
  [20, 1, 40],
  [200, 40, 8],
  [3, 2, 0],
];

for (const relaxed of [true, false]) {
  describe(relaxed ? 'float32, fused' : 'float32, not fused', () => {
    for (const layout of layouts) {
      it.each(sizes)(`${layout} %dx%dx%d`, (m, n, k) => verify(matrixProduct(layout, m, n, k), { relaxed }));
    }
  });
}

describe('float64', () => {
  for (const layout of layouts) {
    it.each([
      [7, 9, 17],
      [13, 3, 300],
      [6, 4, 8],
    ])(`${layout} %dx%dx%d`, (m, n, k) => {
      const shape = matrixProduct(layout, m, n, k);
      const wide = {
        ...shape,
        a: { ...shape.a, type: 'float64' },
        b: { ...shape.b, type: 'float64' },
      } as const;
      verify(wide, { relaxed: true, compute: 'float64' });
    });
  }
});

describe('tuples of axes', () => {
  const small: ConvolutionShape = {
    images: 2,
    channels: 3,
    height: 9,
    width: 10,
    filters: 5,
    kernel: 3,
    padding: 1,
    stride: 1,
  };
  const shapes: readonly ConvolutionShape[] = [
    small,
    { ...small, padding: 0 },
    { ...small, kernel: 1, padding: 0 },
    { ...small, kernel: 5, padding: 2, filters: 8 },
    { ...small, padding: 2, dilation: 2 },
    { ...small, width: 7, height: 7, filters: 20 },
    { ...small, width: 16, height: 3, channels: 40 },
  ];
  it.each(shapes)('convolution, forward %#', (shape) => verify(convolutionForward(shape), { relaxed: true }));
  it.each(shapes)('convolution, input gradient %#', (shape) =>
    verify(convolutionInputGradient(shape), { relaxed: true }),
  );
  it.each(shapes)('convolution, weight gradient %#', (shape) =>
    verify(convolutionWeightGradient(shape), { relaxed: true }),
  );
  it('convolution with a stride', () => {
    for (const stride of [2, 3]) {
      verify(convolutionForward({ ...small, stride }), { relaxed: true });
      verify(convolutionWeightGradient({ ...small, stride }), { relaxed: true });
    }
  });

  it('batches with strides, in parts', () => {
    const shape: ProductShape = {
      name: 'attention scores of [time, head, depth]',
      batch: [2, 3],
      m: [11],
      n: [13],
      k: [10],
      a: { type: 'float32', elements: 2 * 11 * 30, batch: [330, 10], outer: [30], k: [1] },
      b: { type: 'float32', elements: 2 * 13 * 30, batch: [390, 10], outer: [30], k: [1] },
      c: { elements: 2 * 3 * 143, batch: [429, 143], m: [13], n: [1] },
    };
    for (const parts of [1, 2, 5]) verify(shape, { relaxed: true }, parts);
  });

  it('results that are neighbours along m, or along nothing', () => {
    const shape = matrixProduct('NN', 21, 19, 30);
    verify({ ...shape, c: { ...shape.c, m: [1], n: [21] } }, { relaxed: true });
    verify({ ...shape, c: { elements: 2 * 21 * 19, batch: [], m: [38], n: [2] } }, { relaxed: true });
  });

  it('the same results however the units are grouped', () => {
    const shape = matrixProduct('NN', 50, 24, 300);
    for (const parts of [2, 3, 9]) verify(shape, { relaxed: true }, parts);
    verify(matrixProduct('NN', 10, 90, 300), { relaxed: true }, 4);
  });

  it('a compact epilogue', () => {
    verify(matrixProduct('NN', 21, 19, 30), { relaxed: true, compact: true });
  });
});
