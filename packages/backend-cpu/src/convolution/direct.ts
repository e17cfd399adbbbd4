/**
 * Direct convolution, of any window, stride, dilation and grouping: a few filters against a few vectors of neighbouring
 * outputs in registers, over all taps of all channels, from rows that were copied with their padding. It needs hardly
 * any memory, and where a group has few filters, or a convolution is depthwise, nothing is faster.
 */

import type { ArgumentLayout } from '../codegen/arguments.ts';
import { addTask } from '../codegen/functions.ts';
import type { FunctionTarget, KernelFunctions, Phase } from '../codegen/functions.ts';
import { allocateTile, float32Lanes, tileRows } from '../gemm/index.ts';
import type { Epilogue } from '../gemm/index.ts';
import { call, i32, lesser, memory, v128 } from '../wasm/index.ts';
import type { Expr, FunctionBuilder, FunctionRef, Local, ModuleBuilder } from '../wasm/index.ts';
import { bytesAt, digitsOf } from './addresses.ts';
import { emitCopyRow } from './copy-row.ts';
import type { DirectPlan } from './direct-plan.ts';
import { planDirect } from './direct-plan.ts';
import { emitFinishRows } from './finish-rows.ts';
import { emitPackFilters } from './pack-filters.ts';
import type { Convolution } from './recognise.ts';
import { count } from './sizes.ts';

export interface DirectOptions {
  readonly convolution: Convolution;
  readonly epilogue: Epilogue;
  readonly layout: ArgumentLayout;
  /** Where in scratch memory the packed filters stand. */
  readonly scratchAt: number;
}

/** Multiply-adds that a thread does in a nanosecond. */
const SPEED = 20;

export function directFunctions(target: FunctionTarget, options: DirectOptions): KernelFunctions {
  const { convolution, layout, scratchAt } = options;
  const { rows, columns } = convolution;
  const shape = {
    groups: count(convolution.groups),
    images: count(convolution.images),
    channels: count(convolution.channels),
    filters: count(convolution.filters),
    rows,
    columns,
  };
  const plan = planDirect(shape, tileRows(target.relaxed));
  const weightsOf = (args: Local<'i32'>): Expr<'i32'> => i32.add(i32.load(args, layout.scratch), scratchAt);
  return {
    phases: [
      emitPackFilters(target, convolution, plan, weightsOf),
      emitBands(target, options, plan, weightsOf),
    ],
    scratch: () => plan.weightBytes,
    workspaceBytes: plan.workspace.bytes,
  };
}

/** One unit of the grid is a band of output rows of one image, for all filters of a group. */
function emitBands(
  target: FunctionTarget,
  { convolution, epilogue }: DirectOptions,
  plan: DirectPlan,
  weightsOf: (args: Local<'i32'>) => Expr<'i32'>,
): Phase {
  const { module, relaxed } = target;
  const { image, groups, images, channels, rows, columns } = convolution;
  const { steps } = image;
  const { index, code, args, begin, end } = addTask(target);
  const copyRow = emitCopyRow(module, `f${index}_copy`, columns, plan.phasePitch);
  const sumRow = emitSumRow(module, `f${index}_row`, plan, relaxed);
  const finish = emitFinishRows(module, `f${index}_finish`, convolution, epilogue);

  const workspaceImport = module.importFunction('env', 'workspace', { params: [], result: 'i32' });
  const workspace = code.let(call(workspaceImport));
  const at = (offset: number): Local<'i32'> => code.let(i32.add(workspace, offset));
  const [offsets, copies, sums] = [
    at(plan.workspace.offsets),
    at(plan.workspace.image),
    at(plan.workspace.sums),
  ];
  fillOffsets(code, plan, offsets);
  code.emit(memory.fill(copies, 0, plan.channels * plan.channelPitch));
  const imageBase = code.let(i32.add(image.address(args), 4 * steps.offset));
  const weights = code.let(weightsOf(args));
  const panelBytes = 4 * plan.panelRows * plan.terms;

  const unit = code.let(begin);
  code.countedLoop(unit, end, 1, () => {
    const [group, which, band] = digitsOf(code, unit, [plan.images, plan.bands]);
    const firstRow = code.let(i32.mul(band, plan.bandRows));
    const rowCount = code.let(lesser(code.let(i32.sub(rows.outputs, firstRow)), plan.bandRows));

    const imagePlace = bytesAt(code, args, 4, [
      [groups, steps.groups, group],
      [images, steps.images, which],
    ]);
    const plane = code.let(i32.add(imageBase, imagePlace));
    const channel = code.let(i32.const(0));
    const copy = code.let(copies);
    code.countedLoop(channel, plan.channels, 1, () => {
      const source = code.let(i32.add(plane, bytesAt(code, args, 4, [[channels, steps.channels, channel]])));
      const y = code.let(i32.add(i32.mul(firstRow, rows.stride), rows.origin));
      const past = code.let(i32.add(y, plan.inputRows));
      code.countedLoop(y, past, 1, () => {
        code.if(
          i32.lt_u(y, rows.extent),
          () => code.emit(call(copyRow, i32.add(source, i32.mul(y, 4 * steps.row)), copy)),
          () => code.emit(memory.fill(copy, 0, plan.rowPitch)),
        );
        code.increment(copy, plan.rowPitch);
      });
    });

    const filter = code.let(i32.const(0));
    const panel = code.let(i32.add(weights, i32.mul(group, plan.panels * panelBytes)));
    code.countedLoop(filter, plan.filters, plan.panelRows, () => {
      const r = code.let(i32.const(0));
      const source = code.let(copies);
      const out = code.let(sums);
      code.countedLoop(r, rowCount, 1, () => {
        code.emit(call(sumRow, source, panel, offsets, out));
        code.increment(source, rows.stride * plan.rowPitch);
        code.increment(out, plan.sumPitch);
      });
      const f = code.let(filter);
      const past = code.let(i32.add(filter, plan.panelRows));
      const finished = code.let(sums);
      code.countedLoop(f, lesser(past, plan.filters), 1, () => {
        const place = [group, which, f, firstRow, 0, rowCount, columns.outputs] as const;
        code.emit(call(finish, args, finished, plan.sumPitch, ...place));
        code.increment(finished, plan.sumPlane);
      });
      code.increment(panel, panelBytes);
    });
  });

  const units = plan.groups * plan.images * plan.bands;
  const multiplications =
    plan.groups * plan.images * plan.filters * rows.outputs * columns.outputs * plan.terms;
  return { function: index, grid: () => units, grain: 1, nanoseconds: multiplications / SPEED / units };
}

/** Where each term of a sum stands, from the place of the output's first tap: [channel, tap row, tap column]. */
function fillOffsets(code: FunctionBuilder, plan: DirectPlan, offsets: Local<'i32'>): void {
  const { rows, columns } = plan;
  const out = code.let(offsets);
  const channel = code.let(i32.const(0));
  code.countedLoop(channel, plan.channels * plan.channelPitch, plan.channelPitch, () => {
    const row = code.let(i32.const(0));
    const rowStep = rows.dilation * plan.rowPitch;
    code.countedLoop(row, rows.taps * rowStep, rowStep, () => {
      const c = code.let(i32.const(0));
      code.countedLoop(c, columns.taps * columns.dilation, columns.dilation, () => {
        const phase = i32.mul(i32.rem_u(c, columns.stride), plan.phasePitch);
        const column = i32.add(phase, i32.shl(i32.div_u(c, columns.stride), 2));
        code.emit(i32.store(out, i32.add(i32.add(channel, row), column)));
        code.increment(out, 4);
      });
    });
  });
}

/** (place of the first output's first tap, weights of the panel, offsets, sums): one row of sums of a panel. */
function emitSumRow(
  module: ModuleBuilder,
  name: string,
  plan: DirectPlan,
  relaxed: boolean,
): FunctionRef<readonly ['i32', 'i32', 'i32', 'i32'], 'void'> {
  const { panelRows, vectors } = plan;
  const code = module.func(name, { params: ['i32', 'i32', 'i32', 'i32'] });
  const [source, weights, offsets, sums] = code.params;
  const tile = allocateTile(code, panelRows, vectors);
  const zero = code.constants.i32x4(0);
  const end = code.let(i32.add(offsets, 4 * plan.terms));
  const stop = code.let(i32.add(sums, plan.sumPitch));
  const [offset, w] = [code.local('i32'), code.local('i32')];
  const columns = tile[0].map(() => code.local('v128'));
  code.countedLoop(sums, stop, 16 * vectors, () => {
    tile.flat().forEach((sum) => code.set(sum, zero));
    code.set(offset, offsets);
    code.set(w, weights);
    code.block((exit) => {
      // One term per iteration, tested in front once: see `gemm/tile-kernel.ts`.
      code.brIf(exit, i32.eq(offset, end));
      code.loop((next) => {
        const at = code.let(i32.add(source, i32.load(offset)));
        columns.forEach((column, v) => code.set(column, v128.load(at, 16 * v)));
        tile.forEach((row, r) => {
          const weight = code.let(float32Lanes.loadSplat(w, 4 * r));
          row.forEach((sum, v) => code.set(sum, float32Lanes.multiplyAdd(weight, columns[v], sum, relaxed)));
        });
        code.increment(w, 4 * panelRows);
        code.brIf(next, i32.ne(code.tee(offset, i32.add(offset, 4)), end));
      });
    });
    tile.forEach((row, r) => {
      row.forEach((sum, v) => code.emit(v128.store(sums, sum, r * plan.sumPlane + 16 * v)));
    });
    code.increment(source, 16 * vectors);
  });
  return code;
}
