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
  load(at: Address): Vector;
  /** One element in all lanes. */
  splat(at: Address): Vector;
  /** One element in one lane; the others stay. */
  loadLane(at: Address, into: Vector, lane: number): Vector;
  store(at: Address, from: Local<'v128'>): Statement;
  storeLane(at: Address, from: Local<'v128'>, lane: number): Statement;
}

/** Widths below a lane: elements are widened when they are loaded, and lose their high bits when they are stored. */
function narrow(
  load: typeof loadInt8,
  loadOne: typeof i32.load8_s,
  store: typeof storeInt8,
  storeOne: typeof i32.store8,
): Width {
  return {
    perRegister: 4,
    load: ({ base, offset }) => load(base, offset),
    splat: ({ base, offset }) => i32x4.splat(loadOne(base, offset)),
    loadLane: ({ base, offset }, into, lane) => i32x4.replace_lane(into, lane, loadOne(base, offset)),
    store: ({ base, offset }, from) => store(base, from, offset),
    storeLane: ({ base, offset }, from, lane) => storeOne(base, i32x4.extract_lane(from, lane), offset),
  };
}

function whole(
  perRegister: 2 | 4,
  splat: typeof v128.load32_splat,
  loadLane: typeof v128.load32_lane,
  storeLane: typeof v128.store32_lane,
): Width {
  return {
    perRegister,
    load: ({ base, offset }) => v128.load(base, offset),
    splat: ({ base, offset }) => splat(base, offset),
    loadLane: ({ base, offset }, into, lane) => loadLane(base, into, lane, offset),
    store: ({ base, offset }, from) => v128.store(base, from, offset),
    storeLane: ({ base, offset }, from, lane) => storeLane(base, from, lane, offset),
  };
}

const INT8 = narrow(loadInt8, i32.load8_s, storeInt8, i32.store8);
const WIDTHS: { readonly [bytes: number]: Width } = {
  1: narrow(loadUint8, i32.load8_u, storeInt8, i32.store8),
  2: narrow(loadBits16, i32.load16_u, storeBits16, i32.store16),
  4: whole(4, v128.load32_splat, v128.load32_lane, v128.store32_lane),
  8: whole(2, v128.load64_splat, v128.load64_lane, v128.store64_lane),
};

export function widthOf(dtype: DType): Width {
  return dtype === 'int8' ? INT8 : WIDTHS[byteSize(dtype)];
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
