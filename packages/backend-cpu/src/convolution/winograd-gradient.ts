/**
 * The gradient of 3x3 weights by Winograd's filtering, F(3x3, m x m): tiles of the inputs and of the outputs' gradients
 * are transformed, their products are summed over all tiles, and only the sums are transformed back. The first phase
 * leaves the sums of each part, the second adds them and runs the epilogue.
 */

import type { ArgumentLayout } from '../codegen/arguments.ts';
import { addTask } from '../codegen/functions.ts';
import type { FunctionTarget, KernelFunctions, Phase } from '../codegen/functions.ts';
import { mergeAxes } from '../gemm/index.ts';
import type { Epilogue } from '../gemm/index.ts';
import type { MathContext } from '../math/index.ts';
import { call, f32x4, i32, lesser, memory, v128 } from '../wasm/index.ts';
import type { Expr, Local } from '../wasm/index.ts';
import { bytesAt, digitsOf } from './addresses.ts';
import { emitFinishRows } from './finish-rows.ts';
import type { Outputs } from './finish-rows.ts';
import type { Convolution } from './recognise.ts';
import type { Transform } from './transform.ts';
import type { GradientPlan } from './winograd-gradient-plan.ts';
import type { WinogradShape } from './winograd-plan.ts';
import { planGradient } from './winograd-gradient-plan.ts';
import { count } from './sizes.ts';
import { emitStrip } from './winograd-product.ts';
import { emitTransformQuads } from './winograd-quads.ts';
import { tileSizeOf } from './winograd.ts';

export interface GradientOptions {
  readonly convolution: Convolution;
  readonly epilogue: Epilogue;
  readonly transform: Transform;
  readonly layout: ArgumentLayout;
  /** Where in scratch memory the sums stand. */
  readonly scratchAt: number;
}

/** Multiply-adds that a thread does in a nanosecond. */
const SPEED = 25;

export function winogradGradientFunctions(target: FunctionTarget, options: GradientOptions): KernelFunctions {
  const { convolution, transform, layout, scratchAt } = options;
  const plan = planGradient(gradientShape(convolution), transform.outputs, tileSizeOf(target));
  const sumsOf = (args: Local<'i32'>): Expr<'i32'> => i32.add(i32.load(args, layout.scratch), scratchAt);
  return {
    phases: [emitParts(target, options, plan, sumsOf), emitFinish(target, options, plan, sumsOf)],
    scratch: () => plan.parts * plan.partBytes,
    workspaceBytes: plan.workspace.bytes,
  };
}

/** As a convolution, the gradient of weights has three outputs a side, and the outputs' gradients as its filters. */
export function gradientShape({
  groups,
  images,
  channels,
  filters,
  rows,
  columns,
}: Pick<Convolution, 'groups' | 'images' | 'channels' | 'filters' | 'rows' | 'columns'>): WinogradShape {
  return {
    groups: count(groups),
    images: count(channels),
    channels: count(images),
    filters: count(filters),
    height: rows.taps,
    width: columns.taps,
    inputWidth: columns.extent,
  };
}

function emitParts(
  target: FunctionTarget,
  { convolution, transform }: GradientOptions,
  plan: GradientPlan,
  sumsOf: (args: Local<'i32'>) => Expr<'i32'>,
): Phase {
  const { module, relaxed } = target;
  const { image, filter, groups, images, channels, filters, rows, columns } = convolution;
  const { index, code, args, begin, end } = addTask(target);
  const name = `f${index}`;
  const positions = plan.inputs * plan.inputs;

  const shared = {
    relaxed,
    step: plan.outputs,
    positions: plan.inputs,
    bandPitch: plan.bandPitch,
    bandBytes: plan.bandBytes,
    workspace: plan.workspace,
  };
  const transformInputs = emitTransformQuads(module, {
    ...shared,
    name: `${name}_inputs`,
    map: transform.input,
    inputs: plan.inputs,
    height: rows.extent,
    width: columns.extent,
    rowStep: image.steps.row,
    pitch: plan.inputPitch,
    plane: plan.inputPlane,
  });
  const transformGradients = emitTransformQuads(module, {
    ...shared,
    name: `${name}_gradients`,
    map: transform.gradient,
    inputs: plan.outputs,
    height: rows.taps,
    width: columns.taps,
    rowStep: filter.steps.row,
    pitch: plan.gradientPitch,
    plane: plan.gradientPlane,
  });
  const strip = emitStrip(module, {
    name: `${name}_strip`,
    relaxed,
    rows: plan.panelRows,
    columns: plan.tileColumns,
    leftPitch: plan.gradientPitch / 4,
    rightPitch: plan.inputPitch,
    resultPitch: plan.productPitch,
    accumulates: true,
  });

  const workspaceImport = module.importFunction('env', 'workspace', { params: [], result: 'i32' });
  const workspace = code.let(call(workspaceImport));
  const at = (offset: number): Local<'i32'> => code.let(i32.add(workspace, offset));
  const [gradients, inputs, products] = [
    at(plan.workspace.gradients),
    at(plan.workspace.inputs),
    at(plan.workspace.products),
  ];
  code.emit(memory.fill(at(plan.workspace.zeros), 0, 4 * Math.max(plan.inputWidth, plan.width)));
  const imageBase = code.let(i32.add(image.address(args), 4 * image.steps.offset));
  const filterBase = code.let(i32.add(filter.address(args), 4 * filter.steps.offset));
  const sums = code.let(sumsOf(args));

  const unit = code.let(begin);
  code.countedLoop(unit, end, 1, () => {
    const radices = [plan.groups, plan.filterBlocks, plan.channelBlocks];
    const [part, group, filterBlock, channelBlock] = digitsOf(code, unit, radices);
    const firstChannel = code.let(i32.mul(channelBlock, plan.channelBlock));
    const firstFilter = code.let(i32.mul(filterBlock, plan.filterBlock));
    const strips = code.let(i32.mul(part, plan.partStrips));
    const lastStrip = code.let(lesser(code.let(i32.add(strips, plan.partStrips)), plan.strips));
    const channelCount = code.let(lesser(code.let(i32.sub(plan.channels, firstChannel)), plan.channelBlock));
    const filterCount = code.let(lesser(code.let(i32.sub(plan.filters, firstFilter)), plan.filterBlock));
    const channelTiles = code.let(i32.div_u(i32.add(channelCount, plan.tileColumns - 1), plan.tileColumns));
    code.emit(memory.fill(products, 0, positions * plan.productPlane));

    code.countedLoop(strips, lastStrip, plan.blockRows, () => {
      const tiles = code.let(i32.const(0));
      const current = code.let(strips);
      const lastOfBlock = code.let(i32.add(strips, plan.blockRows));
      code.set(lastOfBlock, lesser(lastOfBlock, lastStrip));
      code.countedLoop(current, lastOfBlock, 1, () => {
        const row = code.let(i32.div_u(current, plan.segments));
        const firstTile = code.let(i32.mul(i32.rem_u(current, plan.segments), plan.segment));
        const stripTiles = code.let(lesser(code.let(i32.sub(plan.tilesAcross, firstTile)), plan.segment));
        const which = code.let(i32.div_u(row, plan.tilesDown));
        const y = code.let(i32.mul(i32.rem_u(row, plan.tilesDown), plan.outputs));
        const x = code.let(i32.mul(firstTile, plan.outputs));

        /** Transforms this row of tiles of some channels, four at a time; the last repeat the last channel. */
        const quads = (
          transformQuads: typeof transformInputs,
          base: Expr<'i32'>,
          first: Local<'i32'>,
          amount: Local<'i32'>,
          most: number,
          bytesOf: (channel: Local<'i32'>) => Expr<'i32'>,
          corner: readonly [Expr<'i32'>, Expr<'i32'>],
          out: Expr<'i32'>,
        ): void => {
          const start = code.let(base);
          const to = code.let(out);
          const q = code.let(i32.const(0));
          code.countedLoop(q, amount, 4, () => {
            const [p0, p1, p2, p3] = [0, 1, 2, 3].map((lane) => {
              const channel = code.let(i32.add(i32.add(first, q), lane));
              code.set(channel, lesser(channel, most - 1));
              return code.let(i32.add(start, bytesOf(channel)));
            });
            code.emit(call(transformQuads, p0, p1, p2, p3, ...corner, workspace, to, stripTiles));
            code.increment(to, 16);
          });
        };
        const imagePlace = bytesAt(code, args, 4, [
          [groups, image.steps.groups, group],
          [channels, image.steps.channels, which],
        ]);
        quads(
          transformInputs,
          i32.add(imageBase, imagePlace),
          firstChannel,
          channelCount,
          plan.channels,
          (channel) => bytesAt(code, args, 4, [[images, image.steps.images, channel]]),
          [i32.add(y, rows.origin), i32.add(x, columns.origin)],
          i32.add(inputs, i32.mul(tiles, plan.inputPitch)),
        );
        const filterPlace = bytesAt(code, args, 4, [
          [groups, filter.steps.groups, group],
          [channels, filter.steps.channels, which],
        ]);
        quads(
          transformGradients,
          i32.add(filterBase, filterPlace),
          firstFilter,
          filterCount,
          plan.filters,
          (channel) => bytesAt(code, args, 4, [[filters, filter.steps.filters, channel]]),
          [y, x],
          i32.add(gradients, i32.mul(tiles, plan.gradientPitch)),
        );
        code.increment(tiles, stripTiles);
      });

      const [left, right, plane] = [code.let(gradients), code.let(inputs), code.let(products)];
      const position = code.let(i32.const(0));
      code.countedLoop(position, positions, 1, () => {
        const f = code.let(i32.const(0));
        const result = code.let(plane);
        code.countedLoop(f, filterCount, plan.panelRows, () => {
          code.emit(call(strip, i32.add(left, i32.shl(f, 2)), right, result, tiles, channelTiles));
          code.increment(result, plan.panelRows * plan.productPitch);
        });
        code.increment(left, plan.gradientPlane);
        code.increment(right, plan.inputPlane);
        code.increment(plane, plan.productPlane);
      });
    });

    const out = code.let(i32.add(sums, i32.mul(part, plan.partBytes)));
    const firstSum = i32.add(i32.mul(group, plan.filters), firstFilter);
    code.increment(out, i32.mul(i32.add(i32.mul(firstSum, plan.channels), firstChannel), 36));
    emitTaps({ module, code, relaxed }, plan, transform, { products, out, filterCount, channelCount });
  });

  const units = plan.parts * plan.groups * plan.filterBlocks * plan.channelBlocks;
  const tilesInAll = plan.groups * plan.tileRows * plan.tilesAcross;
  const multiplications = tilesInAll * positions * plan.channels * plan.filters;
  return { function: index, grid: () => units, grain: 1, nanoseconds: multiplications / SPEED / units };
}

interface Sums {
  readonly products: Local<'i32'>;
  /** Where the sums of the block's first filter and channel go. */
  readonly out: Local<'i32'>;
  readonly filterCount: Local<'i32'>;
  readonly channelCount: Local<'i32'>;
}

/** Transforms the products back, four channels at a time, into nine sums for each filter and channel. */
function emitTaps(m: MathContext, plan: GradientPlan, transform: Transform, sums: Sums): void {
  const { code } = m;
  const all = Array.from({ length: plan.inputs }, (_, i) => i);
  const f = code.let(i32.const(0));
  code.countedLoop(f, sums.filterCount, 1, () => {
    const c = code.let(i32.const(0));
    const source = code.let(i32.add(sums.products, i32.mul(f, plan.productPitch)));
    const out = code.let(i32.add(sums.out, i32.mul(f, 36 * plan.channels)));
    code.countedLoop(c, sums.channelCount, 4, () => {
      const columns = all.map((j) =>
        transform.taps(
          m,
          all.map((i) => code.let(v128.load(source, (i * plan.inputs + j) * plan.productPlane))),
        ),
      );
      const taps = [0, 1, 2].flatMap((row) =>
        transform.taps(
          m,
          columns.map((column) => column[row]),
        ),
      );
      for (let lane = 0; lane < 4; lane++) {
        code.if(i32.lt_s(i32.add(c, lane), sums.channelCount), () => {
          taps.forEach((tap, i) => code.emit(v128.store32_lane(out, tap, lane, 36 * lane + 4 * i)));
        });
      }
      code.increment(source, 16);
      code.increment(out, 144);
    });
  });
}

/** One unit of the grid is a filter: the sums of all parts in order, then the epilogue. */
function emitFinish(
  target: FunctionTarget,
  { convolution, epilogue }: GradientOptions,
  plan: GradientPlan,
  sumsOf: (args: Local<'i32'>) => Expr<'i32'>,
): Phase {
  const { module } = target;
  const { index, code, args, begin, end } = addTask(target);
  const asOneRow = oneRow(convolution, epilogue);
  const finish = emitFinishRows(module, `f${index}_finish`, asOneRow ?? convolution, epilogue);
  const elements = 9 * plan.channels;
  const sums = code.let(sumsOf(args));
  const unit = code.let(begin);
  code.countedLoop(unit, end, 1, () => {
    const first = code.let(i32.add(sums, i32.mul(unit, 4 * elements)));
    const part = code.let(first);
    const p = code.let(i32.const(1));
    code.countedLoop(p, plan.parts, 1, () => {
      code.increment(part, plan.partBytes);
      const to = code.let(first);
      const from = code.let(part);
      const addSome = (load: typeof v128.load, store: (sum: Expr<'v128'>) => void, bytes: number): void => {
        store(f32x4.add(load(to), load(from)));
        code.increment(to, bytes);
        code.increment(from, bytes);
      };
      const e = code.let(i32.const(0));
      code.countedLoop(e, elements & -4, 4, () =>
        addSome(v128.load, (sum) => code.emit(v128.store(to, sum)), 16),
      );
      code.countedLoop(e, elements, 1, () =>
        addSome(v128.load32_zero, (sum) => code.emit(v128.store32_lane(to, sum, 0)), 4),
      );
    });
    const [group, filter] = digitsOf(code, unit, [plan.filters]);
    if (asOneRow) {
      code.emit(call(finish, args, first, 0, group, 0, filter, 0, 0, 1, elements));
    } else {
      const channel = code.let(i32.const(0));
      code.countedLoop(channel, plan.channels, 1, () => {
        code.emit(call(finish, args, first, 12, group, channel, filter, 0, 0, 3, 3));
        code.increment(first, 36);
      });
    }
  });
  return {
    function: index,
    grid: () => plan.groups * plan.filters,
    grain: 1,
    nanoseconds: elements * (1 + 0.3 * plan.parts),
  };
}

/** The outputs of a filter as one row, where all that the epilogue touches walks through them in one stride. */
function oneRow(convolution: Convolution, epilogue: Epilogue): Outputs | undefined {
  const { groups, filters, images, outputSteps } = convolution;
  const straight = epilogue.operands.every((operand) => {
    const { images: steps, row, column } = outputSteps(operand);
    const [channel, ...more] = mergeAxes(images, [steps]);
    const along = channel === undefined || channel.steps[0] === 9 * column;
    return row === 3 * column && along && more.length === 0;
  });
  if (!straight) return undefined;
  return {
    groups,
    filters,
    images: [],
    outputSteps: (operand) => ({ ...outputSteps(operand), images: [], row: 0 }),
  };
}
