/**
 * Reads elements of an operand as lanes of the compute type: float16, bfloat16 and 8-bit integers are
 * converted on the way, so packed panels hold only float32 or float64.
 */

import {
  bfloat16ToFloat32,
  float16ToFloat32,
  int32ToFloat32,
  loadBits16,
  loadInt8,
  loadUint8,
} from '../math/index.ts';
import type { MathContext } from '../math/index.ts';
import { i32, i32x4, v128 } from '../wasm/index.ts';
import type { Expr } from '../wasm/index.ts';
import type { SourceType } from './spec.ts';

type Address = Expr<'i32'>;
type Vector = Expr<'v128'>;

export interface ElementReader {
  /** Bytes of one element in memory. */
  readonly bytes: number;
  /** As many consecutive elements as the compute type has lanes. */
  loadVector(m: MathContext, address: Address, offset?: number): Vector;
  /** One element, in every lane. */
  loadSplat(m: MathContext, address: Address, offset?: number): Vector;
  /** The raw bits of one element into one lane of gathered bits; `convert` then makes values of them. */
  gatherLane(address: Address, bits: Vector, lane: number, offset?: number): Vector;
  convert(m: MathContext, bits: Vector): Vector;
}

const asIs = (_: MathContext, bits: Vector): Vector => bits;

/** Elements that are lanes already. */
function whole(
  bytes: number,
  loadSplat: typeof v128.load32_splat,
  gatherLane: typeof v128.load32_lane,
): ElementReader {
  return {
    bytes,
    loadVector: (_, address, offset) => v128.load(address, offset),
    loadSplat: (_, address, offset) => loadSplat(address, offset),
    gatherLane,
    convert: asIs,
  };
}

/** Elements narrower than a lane: bits are widened to int32 lanes, and then converted. */
function narrow(
  bytes: number,
  load4: (address: Address, offset: number) => Vector,
  load1: (address: Address, offset: number) => Expr<'i32'>,
  convert: (m: MathContext, bits: Vector) => Vector,
): ElementReader {
  return {
    bytes,
    loadVector: (m, address, offset = 0) => convert(m, load4(address, offset)),
    loadSplat: (m, address, offset = 0) => convert(m, i32x4.splat(load1(address, offset))),
    gatherLane: (address, bits, lane, offset = 0) => i32x4.replace_lane(bits, lane, load1(address, offset)),
    convert,
  };
}

/** Types that are computed in float32, and float64 in its own. */
export const readers: Readonly<Record<SourceType, ElementReader>> = {
  float32: whole(4, v128.load32_splat, v128.load32_lane),
  float64: whole(8, v128.load64_splat, v128.load64_lane),
  float16: narrow(2, loadBits16, i32.load16_u, float16ToFloat32),
  bfloat16: narrow(2, loadBits16, i32.load16_u, bfloat16ToFloat32),
  int8: narrow(1, loadInt8, i32.load8_s, (_, bits) => int32ToFloat32(bits)),
  uint8: narrow(1, loadUint8, i32.load8_u, (_, bits) => int32ToFloat32(bits)),
};

/** The first `width` of consecutive elements in the low lanes, zeros in the others, touching no element beyond them. */
export function loadFew(
  m: MathContext,
  reader: ElementReader,
  lanes: number,
  width: number,
  address: Address,
  offset = 0,
): Vector {
  if (width === lanes) return reader.loadVector(m, address, offset);
  // Two float32 elements are the common case: the rest of a panel of six lanes.
  const bytes = width * reader.bytes;
  if (reader.convert === asIs && bytes <= 8) {
    return bytes === 4 ? v128.load32_zero(address, offset) : v128.load64_zero(address, offset);
  }
  const bits = m.code.let(m.code.constants.i32x4(0));
  for (let lane = 0; lane < width; lane++) {
    m.code.set(bits, reader.gatherLane(address, bits, lane, offset + lane * reader.bytes));
  }
  return reader.convert(m, bits);
}
