/**
 * Convolution by Winograd's minimal filtering, for 3x3 windows of stride 1: transform the filters once; then, block by
 * block, transform tiles of the image, multiply position by position, transform back and run the epilogue. A block's
 * transforms stay in the cache, so extra memory does not grow with the images.
 */

import { addTask } from '../codegen/functions.ts';
import type { FunctionTarget, KernelFunctions, Phase } from '../codegen/functions.ts';
import type { ArgumentLayout } from '../codegen/arguments.ts';
import { tileRows, tileVectors } from '../gemm/index.ts';
import type { Epilogue } from '../gemm/index.ts';
import { call, i32, lesser, memory } from '../wasm/index.ts';
import type { Expr, Local } from '../wasm/index.ts';
import { bytesAt, digitsOf } from './addresses.ts';
import { emitFinishRows } from './finish-rows.ts';
import type { Convolution } from './recognise.ts';
import type { Transform } from './transform.ts';
import { emitTransformTiles } from './winograd-input.ts';
import { emitUntransformTiles } from './winograd-output.ts';
import type { TileSize, WinogradPlan } from './winograd-plan.ts';
import { planWinograd, winogradShape } from './winograd-plan.ts';
import { emitStrip } from './winograd-product.ts';
import { emitWeights } from './winograd-weights.ts';

export interface WinogradOptions {
  readonly convolution: Convolution;
  readonly epilogue: Epilogue;
  readonly transform: Transform;
  readonly layout: ArgumentLayout;
  /** Where in scratch memory the transformed filters stand. */
  readonly scratchAt: number;
}

/** The GEMM's tile in the code that is being made. */
export function tileSizeOf({ relaxed, pairing }: FunctionTarget): TileSize {
  return { tileRows: tileRows(relaxed), tileColumns: 4 * tileVectors(pairing !== undefined) };
}

/** Multiply-adds that a thread does in a nanosecond. */
const SPEED = 25;

export function winogradFunctions(target: FunctionTarget, options: WinogradOptions): KernelFunctions {
  const { convolution, transform, layout, scratchAt } = options;
  const shape = winogradShape(convolution);
  const plan = planWinograd(shape, transform.outputs, tileSizeOf(target));
  const weightsOf = (args: Local<'i32'>): Expr<'i32'> => i32.add(i32.load(args, layout.scratch), scratchAt);
  const weights = emitWeights(target, convolution, plan, transform, weightsOf);
  const blocks = emitBlocks(target, options, plan, weightsOf);
  return {
    phases: [weights, blocks],
    scratch: () => plan.weightBytes,
    workspaceBytes: plan.workspace.bytes,
  };
}

/** One unit of the grid is a block of tiles against a part of the filters. */
function emitBlocks(
  target: FunctionTarget,
  { convolution, epilogue, transform }: WinogradOptions,
  plan: WinogradPlan,
  weightsOf: (args: Local<'i32'>) => Expr<'i32'>,
): Phase {
  const { module, relaxed } = target;
  const { image, groups, images, channels, rows, columns } = convolution;
  const { steps } = image;
  const { index, code, args, begin, end } = addTask(target);
  const name = `f${index}`;

  const transformTiles = emitTransformTiles(module, {
    name: `${name}_input`,
    relaxed,
    transform,
    plan,
    rows,
    columns,
    rowStep: steps.row,
  });
  const strip = (height: number) =>
    emitStrip(module, {
      name: `${name}_strip${height}`,
      relaxed,
      rows: height,
      columns: plan.tileColumns,
      leftPitch: plan.panelRows,
      rightPitch: plan.pitch,
      resultPitch: plan.pitch,
      accumulates: false,
    });
  const rest = plan.filters % plan.panelRows;
  const wholeStrip = plan.filters >= plan.panelRows ? strip(plan.panelRows) : undefined;
  const restStrip = rest > 0 ? strip(rest) : undefined;
  const untransform = emitUntransformTiles(module, { name: `${name}_output`, relaxed, transform, plan });
  const finish = emitFinishRows(module, `${name}_finish`, convolution, epilogue);

  const workspaceImport = module.importFunction('env', 'workspace', { params: [], result: 'i32' });
  const workspace = code.let(call(workspaceImport));
  const at = (offset: number): Local<'i32'> => code.let(i32.add(workspace, offset));
  const transformed = at(plan.workspace.inputs);
  const products = at(plan.workspace.outputs);
  const rowSums = at(plan.workspace.rows);
  code.emit(memory.fill(at(plan.workspace.zeros), 0, plan.inputWidth * 4));
  const allWeights = code.let(weightsOf(args));
  const imageBase = code.let(i32.add(image.address(args), 4 * steps.offset));

  const unit = code.let(begin);
  code.countedLoop(unit, end, 1, () => {
    const [group, block, part] = digitsOf(code, unit, [plan.blocks, plan.filterParts]);
    const [band, segment] = digitsOf(code, block, [plan.segments]);
    const firstTile = code.let(i32.mul(segment, plan.segment));
    const firstRow = code.let(i32.mul(band, plan.blockRows));
    const tileRowCount = code.let(lesser(code.let(i32.sub(plan.tileRows, firstRow)), plan.blockRows));
    const tiles = code.let(lesser(code.let(i32.sub(plan.tilesAcross, firstTile)), plan.segment));
    const blockTiles = i32.mul(tileRowCount, plan.segment);
    const columnPanels = code.let(i32.div_u(i32.add(blockTiles, plan.tileColumns - 1), plan.tileColumns));

    /** Visits the rows of tiles of the block: which image, which row of tiles in it, how far into the block. */
    const eachTileRow = (
      body: (image: Local<'i32'>, row: Local<'i32'>, offset: Local<'i32'>) => void,
    ): void => {
      const r = code.let(i32.const(0));
      code.countedLoop(r, tileRowCount, 1, () => {
        const all = code.let(i32.add(firstRow, r));
        const which = code.let(i32.div_u(all, plan.tilesDown));
        const row = code.let(i32.sub(all, i32.mul(which, plan.tilesDown)));
        body(which, row, code.let(i32.mul(r, plan.segment * 4)));
      });
    };

    const channel = code.let(i32.const(0));
    code.countedLoop(channel, plan.channels, 1, () => {
      const channelBytes = bytesAt(code, args, 4, [
        [groups, steps.groups, group],
        [channels, steps.channels, channel],
      ]);
      const source = code.let(i32.add(imageBase, channelBytes));
      const out = code.let(i32.add(transformed, i32.mul(channel, plan.pitch)));
      eachTileRow((which, row, offset) => {
        const plane = i32.add(source, bytesAt(code, args, 4, [[images, steps.images, which]]));
        const y = i32.add(i32.mul(row, plan.outputs), rows.origin);
        const x = i32.add(i32.mul(firstTile, plan.outputs), columns.origin);
        code.emit(call(transformTiles, plane, y, x, workspace, i32.add(out, offset), tiles));
      });
    });

    // The panels of this part, as many at once as their products have room.
    const firstPanel = code.let(i32.div_u(i32.mul(part, plan.panels), plan.filterParts));
    const endPanel = code.let(i32.div_u(i32.mul(i32.add(part, 1), plan.panels), plan.filterParts));
    code.countedLoop(firstPanel, endPanel, plan.panelsAtOnce, () => {
      const panelCount = code.let(lesser(code.let(i32.sub(endPanel, firstPanel)), plan.panelsAtOnce));
      const panelBytes = plan.panelRows * plan.channels * 4;
      const planeWeights = code.let(i32.add(allWeights, i32.mul(group, plan.weightGroup)));
      code.increment(planeWeights, i32.mul(firstPanel, panelBytes));
      const planeInputs = code.let(transformed);
      const planeProducts = code.let(products);
      const position = code.let(i32.const(0));
      code.countedLoop(position, plan.inputs * plan.inputs, 1, () => {
        const panel = code.let(i32.const(0));
        const [left, result] = [code.let(planeWeights), code.let(planeProducts)];
        code.countedLoop(panel, panelCount, 1, () => {
          const operands = [left, planeInputs, result, plan.channels, columnPanels] as const;
          const isWhole = i32.le_s(
            i32.mul(i32.add(i32.add(firstPanel, panel), 1), plan.panelRows),
            plan.filters,
          );
          if (wholeStrip && restStrip) {
            code.if(
              isWhole,
              () => code.emit(call(wholeStrip, ...operands)),
              () => code.emit(call(restStrip, ...operands)),
            );
          } else {
            const only = wholeStrip ?? restStrip;
            if (only) code.emit(call(only, ...operands));
          }
          code.increment(left, panelBytes);
          code.increment(result, plan.panelRows * plan.pitch);
        });
        code.increment(planeWeights, plan.weightPlane);
        code.increment(planeInputs, plan.inputPlane);
        code.increment(planeProducts, plan.outputPlane);
      });

      const filter = code.let(i32.mul(firstPanel, plan.panelRows));
      const past = code.let(i32.add(filter, i32.mul(panelCount, plan.panelRows)));
      const lastFilter = code.let(lesser(past, plan.filters));
      const source = code.let(products);
      code.countedLoop(filter, lastFilter, 1, () => {
        eachTileRow((which, row, offset) => {
          code.emit(call(untransform, i32.add(source, offset), rowSums, tiles));
          const y = code.let(i32.mul(row, plan.outputs));
          const x = code.let(i32.mul(firstTile, plan.outputs));
          const height = lesser(code.let(i32.sub(plan.height, y)), plan.outputs);
          const width = lesser(code.let(i32.sub(plan.width, x)), i32.mul(tiles, plan.outputs));
          const where = [group, which, filter, y, x, height, width] as const;
          code.emit(call(finish, args, rowSums, plan.rowPitch, ...where));
        });
        code.increment(source, plan.pitch);
      });
    });
  });

  const units = plan.groups * plan.blocks * plan.filterParts;
  const multiplications =
    plan.groups * plan.tileRows * plan.tilesAcross * plan.inputs ** 2 * plan.channels * plan.filters;
  return { function: index, grid: () => units, grain: 1, nanoseconds: multiplications / SPEED / units };
}
