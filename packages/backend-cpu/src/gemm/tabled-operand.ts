/**
 * Packs an operand whose lanes or k are tuples of axes, or which is padded with zeros: both indices go
 * through tables of offsets and coordinates, filled once per block.
 */

import { call, i32 } from '../wasm/index.ts';
import type { ModuleBuilder } from '../wasm/index.ts';
import { readers } from './element-reader.ts';
import { emitFillTable, tableEntry, tableShape } from './offset-table.ts';
import { emitPackTabled } from './pack-tabled.ts';
import { operandBase } from './packer.ts';
import type { OperandPacker, PackedOperand } from './packer.ts';

export function tabledOperand(module: ModuleBuilder, operand: PackedOperand): OperandPacker {
  const { name, type, source, width } = operand;
  const { guards } = source;
  const reader = readers[source.type];
  const guardSteps = (side: 'outer' | 'k'): (readonly number[])[] => guards.map((guard) => guard[side]);
  const lanes = tableShape(operand.outer, source.outer, guardSteps('outer'), operand.laneBlock);
  const k = tableShape(operand.k, source.k, guardSteps('k'), operand.kBlock);
  const fillLanes = emitFillTable(module, `${name}_lanes`, lanes, reader.bytes, operand.batch, guards);
  const fillK = emitFillTable(module, `${name}_k`, k, reader.bytes, operand.batch, []);
  const extents = guards.map((guard) => guard.extent);
  const pack = emitPackTabled(module, { ...operand, reader, lanes, k, extents });
  const kTableAt = Math.ceil(lanes.bytes / 16) * 16;

  return {
    workspaceBytes: kTableAt + k.bytes,
    open(code, args, batch, workspace) {
      const base = operandBase(code, operand, args, batch);
      const laneTable = workspace;
      const kTable = code.let(i32.add(workspace, kTableAt));
      const kCount = code.local('i32');
      return {
        startK(first, count) {
          code.set(kCount, count);
          code.emit(call(fillK, args, kTable, batch, first, count, count));
        },
        startLanes(first, count) {
          // The last panel and the vectors of its last chunk reach beyond the lanes.
          const padded = i32.add(count, width + type.lanes);
          code.emit(call(fillLanes, args, laneTable, batch, first, count, padded));
        },
        packPanel(target, lane) {
          code.emit(call(pack, target, base, tableEntry(laneTable, lane), kTable, kCount));
        },
      };
    },
  };
}
