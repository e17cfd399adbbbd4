/** Matrix products in generated WebAssembly: packed, blocked, register-tiled, with a fused epilogue. */

export { isSourceType } from './element-reader.ts';
export { emitGemm } from './gemm.ts';
export { fixedStrides } from './operand-packer.ts';
export type { EmitPacker } from './packer.ts';
export { greatest } from './spec.ts';
export type { Epilogue, EpilogueOperand, EpiloguePosition, Extent, GemmSpec, Source } from './spec.ts';
