/** Matrix products in generated WebAssembly: packed, blocked, register-tiled, with a fused epilogue. */

export { mapAt, mergeAxes } from './axes.ts';
export type { DirectForm } from './direct-product.ts';
export { workspaceLayout } from './blocked-product.ts';
export { chooseBlocking } from './blocking.ts';
export { isSourceType } from './element-reader.ts';
export { emitGemm } from './gemm.ts';
export { tableShape } from './offset-table.ts';
export { fixedStrides } from './operand-packer.ts';
export { float32Lanes } from './lane-type.ts';
export type { EmitPacker } from './packer.ts';
export { chunksOf, storeChunk } from './panel.ts';
export { greatest } from './spec.ts';
export type { Epilogue, EpilogueOperand, EpiloguePosition, Extent, GemmSpec, Source } from './spec.ts';
export { allocateTile, emitTileLoop, tileRows, tileVectors } from './tile-kernel.ts';
