/**
 * Chooses how an operand is packed: matrices of fixed strides one way, everything else (tuples of axes, zero
 * padding) through tables of offsets.
 */

import type { ModuleBuilder } from '../wasm/index.ts';
import { mergeAxes } from './axes.ts';
import type { OperandPacker, PackedOperand } from './packer.ts';
import { stridedOperand } from './strided-operand.ts';
import { tabledOperand } from './tabled-operand.ts';

export function operandPacker(module: ModuleBuilder, operand: PackedOperand): OperandPacker {
  const { source } = operand;
  const lanes = mergeAxes(operand.outer, [source.outer]);
  const k = mergeAxes(operand.k, [source.k]);
  if (source.guards.length > 0 || lanes.length > 1 || k.length > 1) return tabledOperand(module, operand);
  return stridedOperand(module, operand, lanes[0]?.steps[0] ?? 0, k[0]?.steps[0] ?? 0);
}
