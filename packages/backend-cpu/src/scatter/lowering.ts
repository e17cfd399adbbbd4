/**
 * Scatters. A lane, one row or column along the scattered axis, is written in the order of the source. Lanes that are
 * apart in memory are a task each. Where they lie side by side, an index either differs from lane to lane: then a task
 * takes a strip of neighbouring lanes; or it sends whole rows, as when the gradients of an embedding are added up: then a
 * task takes a range of the target's rows, and of the source what goes there. So no two tasks share an element, and the
 * number of threads changes nothing.
 */

import type { Dependencies, Guard, LoopKernel, LoopStmt, Stmt } from '@tenfold/ir';
import { add, byteSize, dependenciesOf, dependenciesOfIndex, scale, variable } from '@tenfold/ir';
import { NANOSECONDS } from '../codegen/cost.ts';
import type { FunctionTarget, KernelFunctions } from '../codegen/functions.ts';
import { gridSize, maxGrid } from '../codegen/grid.ts';
import { emitterOf } from '../codegen/loop-functions.ts';
import { maxExtent, planLoops } from '../codegen/loop-plan.ts';
import type { Lowering } from '../codegen/lowering.ts';
import type { Cut, GuardedLoop } from './emit-lanes.ts';
import { emitLanes } from './emit-lanes.ts';
import type { Nest, Scatter } from './recognise.ts';
import { recognise } from './recognise.ts';

/** How many tasks there should be. */
const TASKS = 16;
/**
 * Least bytes of a strip's rows: narrower ones of a matrix whose rows are a power of two apart would share few of the
 * cache's sets. Bytes of a row that are worth another task that looks at its index.
 */
const STRIP_BYTES = 512;
const LOOK_BYTES = 128;

export const scatters: Lowering = (kernel, target) => {
  const scatter = kernel.kind === 'loop' ? recognise(kernel) : undefined;
  return kernel.kind === 'loop' && scatter ? scatterFunctions(kernel, scatter, target) : undefined;
};

function scatterFunctions(kernel: LoopKernel, scatter: Scatter, target: FunctionTarget): KernelFunctions {
  const dependencies = dependenciesOf(kernel.values);
  const side = scatter.lanes.find((lane) => liesSideBySide(lane, scatter));
  const apart = inOrder(scatter.lanes.filter((lane) => lane !== side));
  const cut = side && cutOf(kernel, scatter, side, TASKS / Math.max(1, maxGrid(kernel, apart)), dependencies);
  const nests = [...(scatter.fill ? [scatter.fill] : []), cut ? cut.write : scatter.write];
  const lane = nests.map((nest) => inside(nest, side, dependencies));
  const axes = cut ? cut.axes : kernel.axes;
  const loops = lane.map(({ loop }) => loop);
  const body = apart.reduceRight<readonly Stmt[]>((inner, loop) => [{ ...loop, body: inner }], loops);
  const arranged: LoopKernel = { ...kernel, axes, body };

  const plan = planLoops(arranged, dependencies, target.pairing);
  const { index, code } = target.add();
  const [, begin, end] = code.params;
  const e = emitterOf(arranged, target, dependencies, plan)(code);
  emitLanes(e, apart, lane, cut, begin, end);
  e.finish();
  const tasks = (size: (loops: readonly LoopStmt[]) => number) =>
    size(apart) * (cut ? Math.ceil(size([cut.loop]) / cut.width) : 1);
  const most = tasks((loops) => maxGrid(arranged, loops));
  const nanoseconds = (plan.total * NANOSECONDS) / Math.max(1, most);
  const grid = (extents: readonly number[]) => tasks((loops) => gridSize(arranged, loops, extents));
  return {
    phases: [{ function: index, grid, grain: 1, nanoseconds }],
    scratch: () => 0,
    workspaceBytes: plan.workspaceBytes,
  };
}

/** Whether neighbouring lanes are neighbours in memory. */
function liesSideBySide({ axis }: LoopStmt, { write }: Scatter): boolean {
  return write.store.index.terms.some(
    ({ atom, coefficient }) => coefficient === 1 && atom.kind === 'var' && atom.axis === axis,
  );
}

/** How lanes side by side are cut into about so many tasks. */
function cutOf(
  kernel: LoopKernel,
  { fill, write, position }: Scatter,
  side: LoopStmt,
  tasks: number,
  dependencies: readonly Dependencies[],
): Cut & { readonly write: Nest; readonly axes: LoopKernel['axes'] } {
  const bytes = byteSize(kernel.operands[write.store.operand].dtype);
  const rowBytes = maxExtent(kernel, side.axis) * bytes;
  const sendsRows = !dependenciesOfIndex(position.index, dependencies).axes.has(side.axis);
  if (!sendsRows || (fill && fill.loops.length !== 1)) {
    const width = Math.max(STRIP_BYTES, Math.ceil(rowBytes / tasks / STRIP_BYTES) * STRIP_BYTES) / bytes;
    return { loop: side, through: side.axis, width, write, axes: kernel.axes };
  }
  // The first row of a task is the variable of a loop that takes as many at a time.
  const ranges = Math.max(1, Math.floor(Math.min(tasks, rowBytes / LOOK_BYTES)));
  const width = Math.max(1, Math.ceil(position.hi / ranges));
  const axis = kernel.axes.length;
  const fromFirst = add(position.index, scale(variable(axis, position.hi), -1));
  const guards = [...write.store.guards, { index: fromFirst, lo: 0, hi: width }];
  return {
    loop: { ...side, axis, order: 'serial' },
    through: fill?.loops[0].axis,
    width,
    write: { ...write, store: { ...write.store, guards } },
    axes: [...kernel.axes, position.hi],
  };
}

/** The loops of a nest in the order in which they run: what lies side by side innermost. */
function inside(
  { loops, store }: Nest,
  side: LoopStmt | undefined,
  dependencies: readonly Dependencies[],
): GuardedLoop {
  const innermost = side ?? loops[loops.length - 1];
  const around = side ? inOrder(loops) : loops.slice(0, -1);
  const differs = ({ index }: Guard) => dependenciesOfIndex(index, dependencies).axes.has(innermost.axis);
  const single: LoopStmt = {
    ...innermost,
    body: [{ ...store, guards: store.guards.filter(differs) }],
  };
  return {
    loop: around.reduceRight((inner, loop) => ({ ...loop, body: [inner] }), single),
    guards: store.guards.filter((guard) => !differs(guard)),
  };
}

/** Loops that take one element at a time. */
function inOrder(loops: readonly LoopStmt[]): LoopStmt[] {
  return loops.map((loop) => ({ ...loop, order: 'serial' }));
}
