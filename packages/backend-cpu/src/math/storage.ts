/**
 * How elements of each dtype stand in memory and how they come into registers: the accesses by width, and the
 * conversions between stored bits and lanes. Widths below 32 bits are moved as int32 lanes.
 */

import type { DType } from '@tenfold/ir';
import { byteSize } from '@tenfold/ir';
import { i32, i32x4, v128 } from '../wasm/index.ts';
import type { Expr, Local, Statement } from '../wasm/index.ts';
import type { MathContext, Vector } from './context.ts';
import { bfloat16ToFloat32, float16ToFloat32, float32ToBfloat16, float32ToFloat16 } from './half.ts';
import { loadBits16, loadInt8, loadUint8, storeBits16, storeInt8 } from './lane-memory.ts';

/** A place in memory: an address plus a constant number of bytes. */
export interface Address {
  readonly base: Expr<'i32'>;
  readonly offset: number;
}

interface Width {
  /** Elements that a register holds. */
  readonly perRegister: 2 | 4;
  /** The elements of one register from consecutive memory. */
  load(at: Address, signed: boolean): Vector;
  /** One element in all lanes. */
  splat(at: Address, signed: boolean): Vector;
  /** One element in one lane; the others stay. */
  loadLane(at: Address, into: Vector, lane: number, signed: boolean): Vector;
  store(at: Address, from: Local<'v128'>): Statement;
  storeLane(at: Address, from: Local<'v128'>, lane: number): Statement;
}

const load8 = ({ base, offset }: Address, signed: boolean) =>
  signed ? i32.load8_s(base, offset) : i32.load8_u(base, offset);

const WIDTHS: { readonly [bytes: number]: Width } = {
  1: {
    perRegister: 4,
    load: ({ base, offset }, signed) => (signed ? loadInt8(base, offset) : loadUint8(base, offset)),
    splat: (at, signed) => i32x4.splat(load8(at, signed)),
    loadLane: (at, into, lane, signed) => i32x4.replace_lane(into, lane, load8(at, signed)),
    store: ({ base, offset }, from) => storeInt8(base, from, offset),
    storeLane: ({ base, offset }, from, lane) => i32.store8(base, i32x4.extract_lane(from, lane), offset),
  },
  2: {
    perRegister: 4,
    load: ({ base, offset }) => loadBits16(base, offset),
    splat: ({ base, offset }) => i32x4.splat(i32.load16_u(base, offset)),
    loadLane: ({ base, offset }, into, lane) => i32x4.replace_lane(into, lane, i32.load16_u(base, offset)),
    store: ({ base, offset }, from) => storeBits16(base, from, offset),
    storeLane: ({ base, offset }, from, lane) => i32.store16(base, i32x4.extract_lane(from, lane), offset),
  },
  4: {
    perRegister: 4,
    load: ({ base, offset }) => v128.load(base, offset),
    splat: ({ base, offset }) => v128.load32_splat(base, offset),
    loadLane: ({ base, offset }, into, lane) => v128.load32_lane(base, into, lane, offset),
    store: ({ base, offset }, from) => v128.store(base, from, offset),
    storeLane: ({ base, offset }, from, lane) => v128.store32_lane(base, from, lane, offset),
  },
  8: {
    perRegister: 2,
    load: ({ base, offset }) => v128.load(base, offset),
    splat: ({ base, offset }) => v128.load64_splat(base, offset),
    loadLane: ({ base, offset }, into, lane) => v128.load64_lane(base, into, lane, offset),
    store: ({ base, offset }, from) => v128.store(base, from, offset),
    storeLane: ({ base, offset }, from, lane) => v128.store64_lane(base, from, lane, offset),
  },
};

export function widthOf(dtype: DType): Width {
  return WIDTHS[byteSize(dtype)];
}

/** Whether loads of the dtype extend the sign. */
export function isSigned(dtype: DType): boolean {
  return dtype === 'int8';
}

/** Stored bits, widened, as lanes to compute on. */
export function decode(m: MathContext, dtype: DType, bits: Vector): Vector {
  switch (dtype) {
    case 'float16':
      return float16ToFloat32(m, bits);
    case 'bfloat16':
      return bfloat16ToFloat32(m, bits);
    case 'bool':
      return i32x4.ne(bits, m.code.constants.i32x4(0));
    default:
      return bits;
  }
}

/** Lanes as the bits to store, still widened. */
export function encode(m: MathContext, dtype: DType, lanes: Vector): Vector {
  switch (dtype) {
    case 'float16':
      return float32ToFloat16(m, lanes);
    case 'bfloat16':
      return float32ToBfloat16(m, lanes);
    case 'bool':
      return v128.and(lanes, m.code.constants.i32x4(1));
    default:
      return lanes;
  }
}
