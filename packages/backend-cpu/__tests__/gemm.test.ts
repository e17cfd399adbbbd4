/** Products of every layout, size and padding against the definition in float64. */

import { describe, expect, it } from 'vitest';
import {
  convolutionForward,
  convolutionInputGradient,
  convolutionWeightGradient,
} from '../bench/gemm/convolution.ts';
import type { ConvolutionShape } from '../bench/gemm/convolution.ts';
import { matrixProduct, prepare, productSpec } from '../bench/gemm/product.ts';
import type { PreparedProduct, ProductOptions, ProductShape } from '../bench/gemm/product.ts';
import { referenceProduct } from '../bench/gemm/reference.ts';
import { emitGemm } from '../src/gemm/index.ts';
import { directForm } from '../src/gemm/direct-product.ts';
import type { Extent, GemmSpec } from '../src/gemm/index.ts';
import { makeHostFunctions } from '../src/math/index.ts';
import { enableRelaxedSimd, f32, f32x4, i32, ModuleBuilder, v128 } from '../src/wasm/index.ts';
import type { FunctionBuilder, Local } from '../src/wasm/index.ts';

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
function expectProduct(shape: ProductShape, options: ProductOptions, parts = 1): void {
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
  // Elements that the product does not write are NaN in both.
  const wrong = Array.from(expected.keys()).filter(
    (i) => !Object.is(actual[i], expected[i]) && !(Math.abs(actual[i] - expected[i]) <= tolerance),
  );
  const examples = wrong.slice(0, 5).map((i) => `element ${i} is ${actual[i]}, expected ${expected[i]}`);
  expect(examples, `${shape.name}: ${wrong.length} elements off by more than ${tolerance}`).toEqual([]);
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
  [64, 64, 64],
  [3, 2, 0],
];

for (const options of [{ relaxed: true }, { relaxed: false }, { relaxed: true, paired: true }]) {
  describe(`float32, ${JSON.stringify(options)}`, () => {
    for (const layout of layouts) {
      it.each(sizes)(`${layout} %dx%dx%d`, (m, n, k) =>
        expectProduct(matrixProduct(layout, m, n, k), options),
      );
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
      expectProduct(wide, { relaxed: true, compute: 'float64' });
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
  it.each(shapes)('convolution, forward %#', (shape) =>
    expectProduct(convolutionForward(shape), { relaxed: true }),
  );
  it.each(shapes)('convolution, input gradient %#', (shape) =>
    expectProduct(convolutionInputGradient(shape), { relaxed: true }),
  );
  it.each(shapes)('convolution, weight gradient %#', (shape) =>
    expectProduct(convolutionWeightGradient(shape), { relaxed: true }),
  );
  it('convolution in float64', () => {
    const wide = (shape: ProductShape): ProductShape => ({
      ...shape,
      a: { ...shape.a, type: 'float64' },
      b: { ...shape.b, type: 'float64' },
    });
    for (const shape of [small, { ...small, padding: 2, dilation: 2 }, { ...small, stride: 2 }]) {
      expectProduct(wide(convolutionForward(shape)), { relaxed: true, compute: 'float64' });
      expectProduct(wide(convolutionWeightGradient(shape)), { relaxed: true, compute: 'float64' });
      if (shape.stride === 1)
        expectProduct(wide(convolutionInputGradient(shape)), { relaxed: true, compute: 'float64' });
    }
  });
  it('convolution with a stride', () => {
    for (const stride of [2, 3]) {
      expectProduct(convolutionForward({ ...small, stride }), { relaxed: true });
      expectProduct(convolutionWeightGradient({ ...small, stride }), { relaxed: true });
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
    for (const parts of [1, 2, 5]) expectProduct(shape, { relaxed: true }, parts);
  });

  it('results that are neighbours along m, or along nothing', () => {
    const shape = matrixProduct('NN', 21, 19, 30);
    expectProduct({ ...shape, c: { ...shape.c, m: [1], n: [21] } }, { relaxed: true });
    expectProduct({ ...shape, c: { elements: 2 * 21 * 19, batch: [], m: [38], n: [2] } }, { relaxed: true });
  });

  it('the same results however the units are grouped', () => {
    const shape = matrixProduct('NN', 50, 24, 300);
    for (const parts of [2, 3, 9]) expectProduct(shape, { relaxed: true }, parts);
    expectProduct(matrixProduct('NN', 10, 90, 300), { relaxed: true }, 4);
  });

  it('a compact epilogue', () => {
    expectProduct(matrixProduct('NN', 21, 19, 30), { relaxed: true, compact: true });
  });
});

describe('operands of narrow types', () => {
  /** Small whole numbers, which every type holds, as the bytes of the type. */
  const encode = {
    float16: (x: number): number => (x === 0 ? 0 : float16Bits(x)),
    bfloat16: (x: number): number => new Uint32Array(Float32Array.of(x).buffer)[0] >>> 16,
    int8: (x: number): number => x & 255,
    uint8: (x: number): number => x & 255,
  } as const;
  const float16Bits = (x: number): number => {
    const exponent = Math.floor(Math.log2(Math.abs(x)));
    const fraction = (Math.abs(x) / 2 ** exponent - 1) * 1024;
    return (x < 0 ? 0x8000 : 0) | ((exponent + 15) << 10) | fraction;
  };

  for (const type of ['float16', 'bfloat16', 'int8', 'uint8'] as const) {
    it.each([
      [1, 37, 29],
      [4, 13, 21],
      [17, 22, 35],
    ])(`${type}, b of %dx%dx%d`, (m, n, k) => {
      for (const layout of layouts) {
        const plain = matrixProduct(layout, m, n, k);
        const shape: ProductShape = { ...plain, b: { ...plain.b, type } };
        const prepared = prepare(shape, { relaxed: true });
        const random = generator(m * n);
        const a = view(prepared.a, 'float32').map(random);
        const least = type === 'uint8' ? 0 : -9;
        const b = Array.from({ length: n * k }, () => least + Math.floor((random() + 1) * 9));
        view(prepared.a, 'float32').set(a);
        const bits = b.map(encode[type]);
        if (type === 'int8' || type === 'uint8') prepared.b.set(bits);
        else new Uint16Array(prepared.b.buffer, prepared.b.byteOffset, b.length).set(bits);
        prepared.run();
        const expected = referenceProduct(shape, a, b);
        view(prepared.c, 'float32').forEach((value, i) => {
          expect(Math.abs(value - expected[i]), `${layout}, element ${i}`).toBeLessThan(1e-4);
        });
      }
    });
  }
});

describe('extents that are known only at run time', () => {
  const limit = { m: 40, n: 30, k: 700 };

  /** A product whose three extents stand in the arguments, behind the addresses. */
  function dynamicProduct() {
    const module = new ModuleBuilder();
    module.importMemory('env', 'memory', { initial: 200 });
    const extent = (max: number, at: number): Extent => ({ max, value: (args) => i32.load(args, at) });
    const spec = productSpec(matrixProduct('NN', limit.m, limit.n, limit.k), { relaxed: true });
    const [m, n, k] = [extent(limit.m, 16), extent(limit.n, 20), extent(limit.k, 24)];
    const gemm = emitGemm(module, { ...spec, m: [m], n: [n], k: [k] }, undefined, directForm);
    const memory = new WebAssembly.Memory({ initial: 200 });
    const compiled = new WebAssembly.Module(module.toBytes());
    const instance = new WebAssembly.Instance(compiled, {
      env: { memory },
      math: { ...makeHostFunctions() },
    });
    const run = instance.exports.product as (args: number, begin: number, end: number) => void;
    return {
      memory,
      run,
      units: (values: Map<Extent, number>) => gemm.stages[0].units((e) => values.get(e) ?? NaN),
      m,
      n,
      k,
    };
  }

  it('covers every size up to the greatest', () => {
    const { memory, run, units, m, n, k } = dynamicProduct();
    const [a, b, c, workspace] = [65536, 262144, 524288, 1048576];
    for (const [rows, columns, depth] of [
      [40, 30, 700],
      [1, 1, 1],
      [5, 29, 300],
      [37, 8, 3],
      [6, 30, 0],
      [0, 7, 5],
    ]) {
      const random = generator(rows + columns);
      // Strides are those of the greatest size.
      const left = new Float32Array(memory.buffer, a, limit.m * limit.k).map(random);
      const right = new Float32Array(memory.buffer, b, limit.k * limit.n).map(random);
      new Float32Array(memory.buffer, a).set(left);
      new Float32Array(memory.buffer, b).set(right);
      const result = new Float32Array(memory.buffer, c, limit.m * limit.n).fill(NaN);
      new Int32Array(memory.buffer, 64).set([a, b, c, workspace, rows, columns, depth]);
      run(
        64,
        0,
        units(
          new Map([
            [m, rows],
            [n, columns],
            [k, depth],
          ]),
        ),
      );
      result.forEach((value, i) => {
        const [row, column] = [Math.floor(i / limit.n), i % limit.n];
        let sum = 0;
        for (let p = 0; p < depth; p++) sum += left[row * limit.k + p] * right[p * limit.n + column];
        // What lies beyond the sizes of this run stays as it was.
        const expected = row < rows && column < columns ? sum : NaN;
        expect(value).toSatisfy((x: number) => Object.is(x, expected) || Math.abs(x - expected) < 1e-4);
      });
    }
  });
});

describe('an epilogue that reads', () => {
  it('adds a bias along n and a residual, in place of what was there', () => {
    for (const [m, n] of [
      [13, 21],
      [3, 22],
      [1, 5],
    ]) {
      const shape = matrixProduct('NT', m, n, 40);
      const module = new ModuleBuilder();
      module.importMemory('env', 'memory', { initial: 40 });
      const spec = productSpec(shape, { relaxed: true });
      const at = { a: 4096, b: 65536, c: 131072, bias: 196608, workspace: 262144 };
      const plain = spec.epilogue.operands[0];
      const bias = { ...plain, written: false, m: [0], n: [1], address: () => i32.const(at.bias) };
      const load = (
        code: FunctionBuilder,
        lanes: number,
        base: Local<'i32'>,
        offset: number,
      ): Local<'v128'> => code.let(lanes === 1 ? v128.load32_zero(base, offset) : v128.load(base, offset));
      const fused = {
        ...spec,
        epilogue: {
          compact: false,
          operands: [plain, bias],
          emit(code, value, position) {
            const [output, biasAt] = position.operands;
            // Lanes lie along n here, or along m where n is the smaller.
            const biasStride = position.laneStrides[1];
            const added =
              biasStride === 1
                ? load(code, position.lanes, biasAt.base, biasAt.offset)
                : code.let(v128.load32_splat(biasAt.base, biasAt.offset));
            const stride = position.laneStrides[0];
            for (let lane = 0; lane < position.lanes; lane++) {
              const offset = output.offset + 4 * lane * stride;
              const old = v128.load32_splat(output.base, offset);
              const sum = f32x4.add(f32x4.add(value, added), old);
              code.emit(f32.store(output.base, f32x4.extract_lane(sum, lane), offset));
            }
          },
        },
      } satisfies GemmSpec;
      const gemm = emitGemm(module, fused, undefined, directForm);
      const memory = new WebAssembly.Memory({ initial: 40 });
      const compiled = new WebAssembly.Module(module.toBytes());
      const instance = new WebAssembly.Instance(compiled, {
        env: { memory },
        math: { ...makeHostFunctions() },
      });
      const floats = (address: number, count: number): Float32Array<ArrayBuffer> =>
        new Float32Array(memory.buffer, address, count);
      const random = generator(m + n);
      for (const [address, count] of [
        [at.a, m * 40],
        [at.b, n * 40],
        [at.c, m * n],
        [at.bias, n],
      ]) {
        floats(address, count).set(Float32Array.from({ length: count }, random));
      }
      const before = floats(at.c, m * n).slice();
      new Int32Array(memory.buffer, 64).set([at.a, at.b, at.c, at.workspace]);
      (instance.exports.product as (args: number, begin: number, end: number) => void)(
        64,
        0,
        gemm.stages[0].units((extent) => (typeof extent === 'number' ? extent : extent.max)),
      );
      const product = referenceProduct(shape, floats(at.a, m * 40), floats(at.b, n * 40));
      floats(at.c, m * n).forEach((value, i) => {
        expect(value).toBeCloseTo(product[i] + floats(at.bias, n)[i % n] + before[i], 4);
      });
    }
  });
});

describe('few rows', () => {
  it.each([
    [1, 271, 301],
    [3, 241, 303],
    [7, 102, 701],
    [2, 2000, 9],
  ])('a large b, in parts of k where that pays: %dx%dx%d', (m, n, k) => {
    for (const layout of layouts) {
      expectProduct(matrixProduct(layout, m, n, k), { relaxed: true }, 3);
    }
  });

  it('parts of k are cut by the sizes alone, so that threads do not change results', () => {
    const shape = matrixProduct('NN', 1, 250, 600);
    const results = [1, 2, 5].map((parts) => {
      const prepared = prepare(shape, { relaxed: true });
      const random = generator(3);
      view(prepared.a, 'float32').set(view(prepared.a, 'float32').map(random));
      view(prepared.b, 'float32').set(view(prepared.b, 'float32').map(random));
      expect(prepared.units).toBe(4);
      runInParts(prepared, parts);
      return Array.from(prepared.c);
    });
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).toEqual(results[0]);
  });
});
