/** Packs a matrix: an operand whose lanes and whose k each advance by one fixed stride, without padding. */

import { call, i32 } from '../wasm/index.ts';
import type { ModuleBuilder } from '../wasm/index.ts';
import { readers } from './element-reader.ts';
import { emitPackStrided } from './pack-strided.ts';
import { operandBase } from './packer.ts';
import type { OperandPacker, PackedOperand } from './packer.ts';

/** `laneStride` and `kStride` in elements. */
export function stridedOperand(
  module: ModuleBuilder,
  operand: PackedOperand,
  laneStride: number,
  kStride: number,
): OperandPacker {
  const reader = readers[operand.source.type];
  const pack = emitPackStrided(module, { ...operand, reader, laneStride, kStride });
  return {
    workspaceBytes: 0,
    open(code, args, batch) {
      const base = operandBase(code, operand, args, batch);
      const blockK = code.local('i32');
      const kCount = code.local('i32');
      const block = code.local('i32');
      return {
        startK(first, count) {
          code.set(blockK, i32.add(base, i32.mul(first, kStride * reader.bytes)));
          code.set(kCount, count);
        },
        startLanes(first) {
          code.set(block, i32.mul(first, laneStride * reader.bytes));
        },
        packPanel(target, lane, valid) {
          const start = i32.add(i32.add(blockK, block), i32.mul(lane, laneStride * reader.bytes));
          code.emit(call(pack, target, start, kCount, valid));
        },
      };
    },
  };
}
