/**
 * Contractions on the GEMM template with all it can do: operands that are no matrices (convolutions, padded and
 * windowed reads) packed through tables of offsets, and few rows without packing. Without this lowering both are plain
 * loops.
 */

import { directForm } from '../gemm/direct-product.ts';
import { tabledOperand } from '../gemm/tabled-operand.ts';
import { contractFunctions } from './contract.ts';
import type { Lowering } from './lowering.ts';

export const tabledContractions: Lowering = (kernel, target) =>
  kernel.kind === 'contract'
    ? contractFunctions(kernel, { ...target, tabled: tabledOperand, direct: directForm })
    : undefined;
