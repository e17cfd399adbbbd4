/**
 * One matrix product compiled and ready to run on arrays: the harness of the benchmark and of the tests. The
 * result is stored plainly, c[batch, m, n] at its strides.
 */

import { emitGemm } from '../../src/gemm/index.ts';
import { directForm } from '../../src/gemm/direct-product.ts';
import { tabledOperand } from '../../src/gemm/tabled-operand.ts';
import type { GemmSpec, SourceGuard, SourceType } from '../../src/gemm/spec.ts';
import { HOST_MODULE, makeHostFunctions } from '../../src/math/index.ts';
import { i32, ModuleBuilder, v128 } from '../../src/wasm/index.ts';

export interface OperandShape {
  readonly type: SourceType;
  /** Elements of the array. */
  readonly elements: number;
  readonly offset?: number;
  readonly batch: readonly number[];
  /** Steps of m (for a) or n (for b). */
  readonly outer: readonly number[];
  readonly k: readonly number[];
  readonly guards?: readonly SourceGuard[];
}

export interface OutputShape {
  readonly elements: number;
  readonly batch: readonly number[];
  readonly m: readonly number[];
  readonly n: readonly number[];
}

export interface ProductShape {
  readonly name: string;
  readonly batch: readonly number[];
  readonly m: readonly number[];
  readonly n: readonly number[];
  readonly k: readonly number[];
  readonly a: OperandShape;
  readonly b: OperandShape;
  readonly c: OutputShape;
}

export interface PreparedProduct {
  /** The bytes of the operands and of the result; views of one memory. */
  readonly a: Uint8Array<ArrayBuffer>;
  readonly b: Uint8Array<ArrayBuffer>;
  readonly c: Uint8Array<ArrayBuffer>;
  readonly units: number;
  readonly codeBytes: number;
  /** Units of the first stage; its last unit is followed by the second stage, if there is one. */
  run(begin?: number, end?: number): void;
}

const bytesOf: Readonly<Record<SourceType, number>> = {
  float32: 4,
  float64: 8,
  float16: 2,
  bfloat16: 2,
  int8: 1,
  uint8: 1,
};

const ARGS = 64;
/** The name of a second stage. */
const SECOND = 'second';
const slot = { a: 0, b: 4, c: 8, workspace: 12, scratch: 16 } as const;

export interface ProductOptions {
  readonly relaxed: boolean;
  readonly paired?: boolean;
  readonly compute?: 'float32' | 'float64';
  readonly compact?: boolean;
}

export function productSpec(shape: ProductShape, options: ProductOptions): GemmSpec {
  const compute = options.compute ?? 'float32';
  const bytes = bytesOf[compute];
  const { batch, m, n, k } = shape;
  return {
    name: 'product',
    compute,
    relaxed: options.relaxed,
    paired: options.paired ?? false,
    batch,
    m,
    n,
    k,
    a: { offset: 0, guards: [], ...shape.a, address: (args) => i32.load(args, slot.a) },
    b: { offset: 0, guards: [], ...shape.b, address: (args) => i32.load(args, slot.b) },
    epilogue: {
      compact: options.compact ?? false,
      operands: [{ bytes, written: true, offset: 0, ...shape.c, address: (args) => i32.load(args, slot.c) }],
      emit(code, value, { lanes, operands: [{ base, offset }], laneStrides: [stride] }) {
        const storeLane = bytes === 4 ? v128.store32_lane : v128.store64_lane;
        if (lanes > 1 && stride === 1) {
          code.emit(v128.store(base, value, offset));
          return;
        }
        for (let lane = 0; lane < lanes; lane++) {
          code.emit(storeLane(base, value, lane, offset + lane * stride * bytes));
        }
      },
    },
    workspace: (args) => i32.load(args, slot.workspace),
    scratch: { address: (args) => i32.load(args, slot.scratch), name: () => SECOND },
  };
}

/** Operands and result lie one after another, each between guard bytes of `margin` (0xff: NaN if ever read). */
export function prepare(shape: ProductShape, options: ProductOptions, margin = 64): PreparedProduct {
  const module = new ModuleBuilder();
  const limits = { initial: 1, maximum: 65536 };
  module.importMemory('env', 'memory', limits);
  const gemm = emitGemm(module, productSpec(shape, options), tabledOperand, directForm);

  const sizes = {
    a: shape.a.elements * bytesOf[shape.a.type],
    b: shape.b.elements * bytesOf[shape.b.type],
    c: shape.c.elements * bytesOf[options.compute ?? 'float32'],
  };
  let used = 4096;
  const place = (bytes: number): number => {
    used = Math.ceil(used / 64) * 64 + margin;
    const address = used;
    used += bytes + margin;
    return address;
  };
  const addresses = { a: place(sizes.a), b: place(sizes.b), c: place(sizes.c) };
  const workspace = place(gemm.workspaceBytes);
  const scratch = place(gemm.scratchBytes);

  const memory = new WebAssembly.Memory({ ...limits, initial: Math.ceil(used / 65536) });
  const bytes = module.toBytes();
  const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), {
    env: { memory },
    [HOST_MODULE]: { ...makeHostFunctions() },
  });
  new Uint8Array(memory.buffer).fill(0xff, 4096);
  const words = new Int32Array(memory.buffer, ARGS, 5);
  words.set([addresses.a, addresses.b, addresses.c, workspace, scratch]);
  const stages = gemm.stages.map(({ units }, i) => ({
    run: instance.exports[i === 0 ? 'product' : SECOND] as (args: number, begin: number, end: number) => void,
    units: units((extent) => (typeof extent === 'number' ? extent : extent.max)),
  }));
  const [{ run, units }, ...rest] = stages;
  return {
    a: new Uint8Array(memory.buffer, addresses.a, sizes.a),
    b: new Uint8Array(memory.buffer, addresses.b, sizes.b),
    c: new Uint8Array(memory.buffer, addresses.c, sizes.c),
    units,
    codeBytes: bytes.length,
    run(begin = 0, end = units) {
      run(ARGS, begin, end);
      if (end === units) for (const stage of rest) stage.run(ARGS, 0, stage.units);
    },
  };
}

/** a[m, k] · b[k, n], each stored as named (N) or transposed (T). */
export function matrixProduct(
  layout: 'NN' | 'NT' | 'TN' | 'TT',
  m: number,
  n: number,
  k: number,
): ProductShape {
  const type = 'float32';
  return {
    name: `${layout} ${m}x${n}x${k}`,
    batch: [],
    m: [m],
    n: [n],
    k: [k],
    a: {
      type,
      elements: m * k,
      batch: [],
      ...(layout[0] === 'N' ? { outer: [k], k: [1] } : { outer: [1], k: [m] }),
    },
    b: {
      type,
      elements: n * k,
      batch: [],
      ...(layout[1] === 'N' ? { outer: [1], k: [n] } : { outer: [k], k: [1] }),
    },
    c: { elements: m * n, batch: [], m: [n], n: [1] },
  };
}
