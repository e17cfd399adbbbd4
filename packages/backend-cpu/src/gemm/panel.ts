/**
 * The packed form of an operand: panels of `width` lanes (rows of a, columns of b), and in a panel, for every
 * k, the lanes side by side. Emitters that write one step of k, or a transposed square of them.
 */

import { i32, v128 } from '../wasm/index.ts';
import type { FunctionBuilder, Local } from '../wasm/index.ts';
import type { LaneType } from './lane-type.ts';

/** A run of lanes that go through one vector. */
export interface Chunk {
  readonly start: number;
  readonly width: number;
}

/** A panel's lanes as whole vectors and a rest. */
export function chunksOf(width: number, type: LaneType): Chunk[] {
  const chunks: Chunk[] = [];
  for (let start = 0; start < width; start += type.lanes) {
    chunks.push({ start, width: Math.min(type.lanes, width - start) });
  }
  return chunks;
}

/** Stores the first lanes of a vector as one chunk of one step of k. */
export function storeChunk(
  code: FunctionBuilder,
  type: LaneType,
  target: Local<'i32'>,
  chunk: Chunk,
  vector: Local<'v128'>,
  offset = 0,
): void {
  const at = offset + chunk.start * type.bytes;
  if (chunk.width === type.lanes) {
    code.emit(v128.store(target, vector, at));
    return;
  }
  let lane = 0;
  if (chunk.width >= 2) {
    code.emit(v128.store64_lane(target, vector, 0, at));
    lane = 2;
  }
  for (; lane < chunk.width; lane++) code.emit(type.storeLane(target, vector, lane, at + lane * type.bytes));
}

/**
 * Stores one chunk of several steps of k, given one vector per lane that holds its consecutive k. The steps
 * lie `width` lanes apart, the width of the panel.
 */
export function storeTransposed(
  code: FunctionBuilder,
  type: LaneType,
  target: Local<'i32'>,
  chunk: Chunk,
  vectors: readonly Local<'v128'>[],
  width: number,
): void {
  const pitch = width * type.bytes;
  if (chunk.width === 1) {
    for (let step = 0; step < type.lanes; step++) {
      code.emit(type.storeLane(target, vectors[0], step, step * pitch + chunk.start * type.bytes));
    }
    return;
  }
  // A missing fourth row is any vector: its lane is not stored.
  const rows = Array.from({ length: type.lanes }, (_, lane) => vectors[Math.min(lane, vectors.length - 1)]);
  type.transpose(code, rows).forEach((column, step) => {
    storeChunk(code, type, target, chunk, column, step * pitch);
  });
}

/** The addresses of `width` lanes; where fewer are `valid`, the others repeat the last. */
export function lanePointers(
  code: FunctionBuilder,
  source: Local<'i32'>,
  width: number,
  laneBytes: number,
  valid: Local<'i32'> | undefined,
): Local<'i32'>[] {
  const last = valid && code.let(i32.sub(valid, 1));
  return Array.from({ length: width }, (_, lane) => {
    if (last === undefined || lane === 0) return code.let(i32.add(source, lane * laneBytes));
    const index = code.let(i32.const(lane));
    code.if(i32.gt_s(index, last), () => code.set(index, last));
    return code.let(i32.add(source, i32.mul(index, laneBytes)));
  });
}
