/**
 * Reads elements of an operand as lanes of the compute type: float16, bfloat16 and 8-bit integers are
 * converted on the way, so packed panels hold only float32 or float64.
 */

import type { DType } from '@tenfold/ir';
import { byteSize } from '@tenfold/ir';
import { decode, float16PairToFloat32, int32ToFloat32, widthOf } from '../math/index.ts';
import type { MathContext } from '../math/index.ts';
import { v128 } from '../wasm/index.ts';
import type { Expr } from '../wasm/index.ts';
import type { SourceType } from './spec.ts';

type Address = Expr<'i32'>;
type Vector = Expr<'v128'>;

export interface ElementReader {
  /** Bytes of one element in memory. */
  readonly bytes: number;
  /** As many consecutive elements as the compute type has lanes. */
  loadVector(m: MathContext, address: Address, offset?: number): Vector;
  /** As many of those, one behind the other. */
  loadVectors(m: MathContext, address: Address, count: number): readonly Vector[];
  /** One element, in every lane. */
  loadSplat(m: MathContext, address: Address, offset?: number): Vector;
  /** The raw bits of one element into one lane of gathered bits; `convert` then makes values of them. */
  gatherLane(address: Address, bits: Vector, lane: number, offset?: number): Vector;
  convert(m: MathContext, bits: Vector): Vector;
}

function reader(type: SourceType): ElementReader {
  const width = widthOf(type);
  const integer = type === 'int8' || type === 'uint8';
  const convert = (m: MathContext, bits: Vector) => (integer ? int32ToFloat32(bits) : decode(m, type, bits));
  const bytes = byteSize(type);
  const vectorBytes = bytes * width.perRegister;
  return {
    bytes,
    loadVectors(m, base, count) {
      const load = (v: number): Vector => convert(m, width.load({ base, offset: v * vectorBytes }));
      if (type !== 'float16' || count % 2 > 0) return Array.from({ length: count }, (_, v) => load(v));
      return Array.from({ length: count / 2 }, (_, pair) =>
        float16PairToFloat32(m, m.code.let(v128.load(base, pair * 16))),
      ).flat();
    },
    loadVector: (m, base, offset = 0) => convert(m, width.load({ base, offset })),
    loadSplat: (m, base, offset = 0) => convert(m, width.splat({ base, offset })),
    gatherLane: (base, bits, lane, offset = 0) => width.loadLane({ base, offset }, bits, lane),
    convert,
  };
}

/** Types that are computed in float32, and float64 in its own. */
export const readers: Readonly<Record<SourceType, ElementReader>> = {
  float32: reader('float32'),
  float64: reader('float64'),
  float16: reader('float16'),
  bfloat16: reader('bfloat16'),
  int8: reader('int8'),
  uint8: reader('uint8'),
};

/** Whether products can read operands of the type. */
export function isSourceType(dtype: DType): dtype is SourceType {
  return dtype in readers;
}

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
  if (reader.bytes >= 4 && bytes <= 8) {
    return bytes === 4 ? v128.load32_zero(address, offset) : v128.load64_zero(address, offset);
  }
  const bits = m.code.let(m.code.constants.i32x4(0));
  for (let lane = 0; lane < width; lane++) {
    m.code.set(bits, reader.gatherLane(address, bits, lane, offset + lane * reader.bytes));
  }
  return reader.convert(m, bits);
}
