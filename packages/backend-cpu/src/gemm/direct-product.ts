/**
 * Products straight from the operands, where packing would cost more than it saves: of few rows, where the time is that
 * of reading b, and of operands so small that they stay in the first cache. This chooses the form; each has a file of its
 * own.
 */

import type { ModuleBuilder } from '../wasm/index.ts';
import { greatestCount } from './axes.ts';
import { matrixStrides } from './direct-operand.ts';
import { emitDotProduct } from './dot-product.ts';
import type { Product, ProductContext, Sides } from './product-context.ts';
import { emitRowSums } from './row-sums.ts';
import { emitSmallProduct, isSmallProduct } from './small-product.ts';
import type { GemmSpec } from './spec.ts';

/** Rows up to which a product is direct. */
const MOST_ROWS = 7;

type EmitDirect = (module: ModuleBuilder, context: ProductContext) => Product;
/** Chooses a way without packing, where there is one. */
export type DirectForm = (spec: GemmSpec, sides: Sides) => EmitDirect | undefined;

/** How to compute a product without packing, if it is small or one of few rows, and of plain strides. */
export const directForm: DirectForm = (spec, sides) => {
  const { rowExtents, rowSource, columnExtents, columnSource } = sides;
  if (rowExtents.some((extent) => typeof extent !== 'number')) return undefined;
  const rows = matrixStrides(rowSource, rowExtents, spec.k);
  const columns = matrixStrides(columnSource, columnExtents, spec.k);
  if (rows === undefined || columns === undefined) return undefined;
  if (greatestCount(rowExtents) > MOST_ROWS) {
    if (!isSmallProduct(spec, sides, rows, columns)) return undefined;
    return (module, context) => emitSmallProduct(module, context, rows, columns);
  }
  if (columns.outer === 1) return (module, context) => emitRowSums(module, context, rows, columns);
  if (columns.k !== 1) return undefined;
  return (module, context) => emitDotProduct(module, context, rows, columns);
};
