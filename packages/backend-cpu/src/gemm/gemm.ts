/**
 * A matrix product as generated code: chooses which of m and n runs along the rows of a tile, the blocks and
 * the parts into which threads may split the work, and puts the functions together.
 */

import { call, i32, lesser } from '../wasm/index.ts';
import type { FunctionRef, ModuleBuilder } from '../wasm/index.ts';
import { countOf, greatestCount, mergeAxes } from './axes.ts';
import type { DirectForm } from './direct-product.ts';
import { float32Lanes, float64Lanes } from './lane-type.ts';
import { emitPackedProduct } from './packed-product.ts';
import { sidesOf } from './product-context.ts';
import type { EmitPacker } from './packer.ts';
import type { Product, Sides } from './product-context.ts';
import type { Extent, GemmSpec } from './spec.ts';
import { emitFinishTile, outputLayout } from './tile-store.ts';

/** A function over units that are independent of each other; results do not depend on how they are grouped. */
export interface GemmStage {
  /** (args, begin, end): computes the units [begin, end). */
  readonly run: FunctionRef<readonly ['i32', 'i32', 'i32'], 'void'>;
  /** How many units there are, given the value of every extent. */
  units(valueOf: (extent: Extent) => number): number;
  /** There should be no more tasks than threads. */
  readonly coarse: boolean;
}

/** The product as functions of a module, to be run one after another. */
export interface Gemm {
  readonly stages: readonly GemmStage[];
  /** Memory that each thread needs, aligned to 16 bytes. */
  readonly workspaceBytes: number;
  /** Memory that the stages share. */
  readonly scratchBytes: number;
}

/**
 * `tabled` packs operands that are no matrices; needed if there are any. `directForm` knows ways for few rows that are
 * better than packing.
 */
export function emitGemm(
  module: ModuleBuilder,
  spec: GemmSpec,
  tabled?: EmitPacker,
  directForm?: DirectForm,
): Gemm {
  const type = spec.compute === 'float32' ? float32Lanes : float64Lanes;
  const direct = directForm && chooseDirect(spec, directForm);
  const sides = direct?.sides ?? sidesOf(spec, chooseRows(spec));
  const layout = outputLayout(spec.epilogue, spec, sides.rowsAre);
  const finish = emitFinishTile(module, `${spec.name}_finish`, type, layout);
  const context = { spec, sides, type, layout, finish, tabled };
  const product = direct === undefined ? emitPackedProduct(module, context) : direct.emit(module, context);

  const { second, workspaceBytes, scratchBytes = 0 } = product;
  const stages = [stageOf(module, spec, sides, product, spec.name)];
  if (second && spec.scratch) stages.push(stageOf(module, spec, sides, second, spec.scratch.name()));
  return { stages, workspaceBytes, scratchBytes };
}

function stageOf(
  module: ModuleBuilder,
  spec: GemmSpec,
  sides: Sides,
  product: Product,
  name: string,
): GemmStage {
  const extents = { rows: sides.rowExtents, columns: sides.columnExtents, k: spec.k }[product.splits];
  return {
    run: emitRun(module, spec, sides, product, name),
    coarse: product.coarse,
    units(valueOf) {
      const count = (axes: readonly Extent[]): number =>
        axes.reduce((total: number, extent) => total * valueOf(extent), 1);
      return count(spec.batch) * Math.ceil(count(extents) / product.unitSize);
    },
  };
}

/** Few rows, or few columns, and plain strides: no packing. The smaller side is the rows. */
function chooseDirect(spec: GemmSpec, directForm: DirectForm) {
  const fewerRows = greatestCount(spec.m) <= greatestCount(spec.n);
  for (const rowsAre of fewerRows ? (['m', 'n'] as const) : (['n', 'm'] as const)) {
    const sides = sidesOf(spec, rowsAre);
    const emit = directForm(spec, sides);
    if (emit !== undefined) return { sides, emit };
  }
  return undefined;
}

/** Vectors of a tile lie along columns: they should be the axis along which results are neighbours in memory. */
function chooseRows(spec: GemmSpec): 'm' | 'n' {
  const written = spec.epilogue.operands.filter((operand) => operand.written);
  const contiguous = (side: 'm' | 'n'): number =>
    written.filter((operand) => {
      const innermost = mergeAxes(spec[side], [operand[side]]).at(-1);
      return innermost !== undefined && innermost.steps[0] === 1;
    }).length;
  return contiguous('m') > contiguous('n') ? 'n' : 'm';
}

/** The entry: units are numbered batch by batch, and within a batch panel by panel. */
function emitRun(
  module: ModuleBuilder,
  spec: GemmSpec,
  sides: Sides,
  product: Product,
  name: string,
): GemmStage['run'] {
  const code = module.func(name, { params: ['i32', 'i32', 'i32'], export: true });
  const [args, begin, end] = code.params;
  const rowCount = code.let(countOf(sides.rowExtents, args));
  const columnCount = code.let(countOf(sides.columnExtents, args));
  const size = product.unitSize;
  const kCount = code.let(countOf(spec.k, args));
  const total = { rows: rowCount, columns: columnCount, k: kCount }[product.splits];
  const perBatch = code.let(i32.div_u(i32.add(total, size - 1), size));
  const unit = code.let(begin);
  code.block((done) => {
    code.loop((next) => {
      code.brIf(done, i32.ge_s(unit, end));
      const batch = code.let(i32.div_u(unit, perBatch));
      const first = code.let(i32.sub(unit, i32.mul(batch, perBatch)));
      const left = code.let(i32.sub(end, unit));
      const available = code.let(i32.sub(perBatch, first));
      const panels = code.let(lesser(left, available));
      const from = code.let(i32.mul(first, size));
      const to = code.let(i32.mul(i32.add(first, panels), size));
      code.if(i32.gt_s(to, total), () => code.set(to, total));
      if (product.splits === 'rows') {
        code.emit(call(product.rectangle, args, batch, from, to, 0, columnCount));
      } else {
        code.emit(call(product.rectangle, args, batch, 0, rowCount, from, to));
      }
      code.increment(unit, panels);
      code.br(next);
    });
  });
  return code;
}
