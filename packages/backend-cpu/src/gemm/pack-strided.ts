/**
 * Packs one panel of an operand whose lanes and whose k each advance by one fixed stride: a matrix, in any
 * layout. Rows that are contiguous along the lanes are copied, rows contiguous along k are transposed in
 * squares of vectors, anything else goes element by element. Nothing outside the operand is read.
 */

import type { MathContext } from '../math/index.ts';
import { i32 } from '../wasm/index.ts';
import type { FunctionRef, Local, ModuleBuilder } from '../wasm/index.ts';
import { loadFew } from './element-reader.ts';
import type { ElementReader } from './element-reader.ts';
import type { LaneType } from './lane-type.ts';
import { chunksOf, lanePointers, storeChunk, storeTransposed } from './panel.ts';

/** (target, source, count of k, valid lanes). `source` is the element of the first lane at the first k. */
export type PackStrided = FunctionRef<readonly ['i32', 'i32', 'i32', 'i32'], 'void'>;

export interface StridedPanel {
  readonly name: string;
  readonly type: LaneType;
  readonly reader: ElementReader;
  readonly width: number;
  /** In elements. */
  readonly laneStride: number;
  readonly kStride: number;
  readonly relaxed: boolean;
}

export function emitPackStrided(module: ModuleBuilder, panel: StridedPanel): PackStrided {
  const { type, reader, width, laneStride, kStride } = panel;
  const code = module.func(panel.name, { params: ['i32', 'i32', 'i32', 'i32'] });
  const m: MathContext = { module, code, relaxed: panel.relaxed };
  const [target, source, count, valid] = code.params;
  const laneBytes = laneStride * reader.bytes;
  const kBytes = kStride * reader.bytes;
  const pitch = width * type.bytes;
  const chunks = chunksOf(width, type);
  const k = code.local('i32');

  /** The rest of k, one element at a time, from pointers that stand at k. */
  const elementwise = (pointers: readonly Local<'i32'>[]): void => {
    code.countedLoop(k, count, 1, () => {
      pointers.forEach((pointer, lane) => {
        const element = code.let(reader.loadSplat(m, pointer));
        code.emit(type.storeLane(target, element, 0, lane * type.bytes));
        code.increment(pointer, kBytes);
      });
      code.increment(target, pitch);
    });
  };

  if (laneStride === 1) {
    code.if(
      i32.eq(valid, width),
      () => {
        code.countedLoop(k, count, 1, () => {
          // All loads before the stores, so that neighbours can be paired.
          const vectors = chunks.map(({ start, width: lanes }) =>
            code.let(loadFew(m, reader, type.lanes, lanes, source, start * reader.bytes)),
          );
          chunks.forEach((chunk, i) => storeChunk(code, type, target, chunk, vectors[i]));
          code.increment(source, kBytes);
          code.increment(target, pitch);
        });
      },
      () => elementwise(lanePointers(code, source, width, laneBytes, valid)),
    );
    return code;
  }

  const pointers = lanePointers(code, source, width, laneBytes, valid);
  if (kStride === 1) {
    const whole = code.let(i32.and(count, -type.lanes));
    code.countedLoop(k, whole, type.lanes, () => {
      for (const chunk of chunks) {
        const rows = pointers.slice(chunk.start, chunk.start + chunk.width);
        const vectors = rows.map((pointer) => code.let(reader.loadVector(m, pointer)));
        storeTransposed(code, type, target, chunk, vectors, width);
      }
      for (const pointer of pointers) code.increment(pointer, type.lanes * kBytes);
      code.increment(target, type.lanes * pitch);
    });
  }
  elementwise(pointers);
  return code;
}
