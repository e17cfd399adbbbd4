/** Matrix products in generated WebAssembly: packed, blocked, register-tiled, with a fused epilogue. */

export { emitGemm } from './gemm.ts';
export type {
  Epilogue,
  EpilogueOperand,
  EpiloguePosition,
  Extent,
  GemmSpec,
  Source,
  SourceType,
} from './spec.ts';
