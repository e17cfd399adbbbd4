/**
 * Contractions whose operands are no matrices (convolutions, padded and windowed reads) on the GEMM template, packed
 * through tables of offsets. Without this lowering they are plain loops.
 */

import { tabledOperand } from '../gemm/tabled-operand.ts';
import { contractFunctions } from './contract.ts';
import type { Lowering } from './lowering.ts';

export const tabledContractions: Lowering = (kernel, target) =>
  kernel.kind === 'contract' ? contractFunctions(kernel, { ...target, tabled: tabledOperand }) : undefined;
