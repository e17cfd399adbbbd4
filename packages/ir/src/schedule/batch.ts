/**
 * Many launches as one dispatch: kernels that compute the same over arrays of different lengths, and do not wait for
 * each other, become one kernel whose length is a parameter of each launch. An optimizer's update of every parameter
 * is one dispatch.
 */

import { onlyAtom, variable } from '../index-expr/index-expr.ts';
import { kernelKey } from '../kernel/hash.ts';
import { forEachAxis, forEachKernelIndex } from '../kernel/inspect.ts';
import type { Kernel, LoopKernel } from '../kernel/kernel.ts';
import type { Buffers } from './buffers.ts';
import type { Dependencies } from './dependencies.ts';
import type { EmittedKernel } from './emission.ts';
import { rewriteAxes } from './rewrite-axes.ts';

/** Temporaries larger than this would live longer for the sake of a batch. */
const LARGE_TEMPORARY = 65536;

export interface Batch {
  /** The pieces of work, as `dependencies` numbers them; they are one piece under the number of the first. */
  readonly pieces: readonly number[];
  readonly kernel: Kernel;
  /** The trip count of each launch; empty if the kernel has no parameter. */
  readonly extents: readonly number[];
}

/** Merges what can be launched together, in the order in which it would run; the rest are batches of one. */
export function batchKernels(
  emitted: ReadonlyMap<number, EmittedKernel>,
  buffers: Buffers,
  dependencies: Dependencies,
): Batch[] {
  const batches: { pieces: number[]; first: Kernel; kernels: Kernel[] }[] = [];
  const open = new Map<string, number>();
  for (const [piece, { kernel, buffers: bound }] of emitted) {
    const small = bound.every(
      (key) => !buffers.isTemporary(key) || buffers.info(key).bytes <= LARGE_TEMPORARY,
    );
    const looped = overOneElement(kernel) ?? kernel;
    const key = small ? lengthFreeKey(looped) : undefined;
    const known = key === undefined ? undefined : open.get(key);
    if (known !== undefined) {
      const batch = batches[known];
      const [first] = batch.pieces;
      const linked = dependencies.after(first).has(piece) || dependencies.before(first).has(piece);
      if (!linked && !dependencies.separated(first, piece)) {
        dependencies.merge(first, piece);
        batch.pieces.push(piece);
        batch.kernels.push(looped);
        continue;
      }
    }
    if (key !== undefined) open.set(key, batches.length);
    batches.push({ pieces: [piece], first: kernel, kernels: [looped] });
  }
  return batches.map(({ pieces, first, kernels }) => {
    const lengths = kernels.map(lengthOf);
    const equal = lengths.every((length) => length === lengths[0]);
    return equal
      ? { pieces, kernel: first, extents: [] }
      : { pieces, kernel: withParameter(kernels[0], Math.max(...lengths)), extents: lengths };
  });
}

/** A kernel on single elements, which has no loop, as a loop over one element: the update of a parameter of size 1. */
function overOneElement(kernel: Kernel): LoopKernel | undefined {
  const isSingle =
    kernel.kind === 'loop' &&
    kernel.axes.length === 0 &&
    kernel.operands.every(({ elements }) => elements === 1) &&
    kernel.body.every((stmt) => stmt.kind === 'store' && stmt.guards.length === 0);
  if (!isSingle) return undefined;
  // A variable of one value would be the constant it replaces, so it is made as if there were more.
  const index = variable(0, 2);
  const values = kernel.values.map((value) => (value.op === 'load' ? { ...value, index } : value));
  const stores = kernel.body.map((stmt) => (stmt.kind === 'store' ? { ...stmt, index } : stmt));
  return { ...kernel, axes: [1], values, body: [{ kind: 'loop', axis: 0, order: 'parallel', body: stores }] };
}

function lengthOf({ axes }: Kernel): number {
  const [extent] = axes;
  return typeof extent === 'number' ? extent : 1;
}

/** What is left of a kernel of one loop when its length is taken away; undefined for other kernels. */
function lengthFreeKey(kernel: Kernel): string | undefined {
  if (kernel.kind !== 'loop' || kernel.axes.length !== 1 || typeof kernel.axes[0] !== 'number')
    return undefined;
  if (!isElementwise(kernel)) return undefined;
  const operands = kernel.operands.map((operand) => ({
    ...operand,
    elements: operand.elements === kernel.axes[0] ? -1 : operand.elements,
  }));
  return kernelKey({ ...kernel, operands, axes: [] });
}

/** Whether every operand is read and written at the loop's variable itself, or at one place. */
function isElementwise(kernel: LoopKernel): boolean {
  let elementwise = true;
  forEachKernelIndex(kernel, (index) => {
    if (onlyAtom(index)?.kind === 'var') return;
    forEachAxis(index, () => (elementwise = false));
  });
  return elementwise;
}

function withParameter(kernel: Kernel, max: number): Kernel {
  const length = lengthOf(kernel);
  const resized = rewriteAxes(kernel, {
    extents: [{ param: 0, max }],
    index: (axis) => variable(axis, max),
    replacements: (axis) => [axis],
  });
  const operands = kernel.operands.map((operand) =>
    operand.elements === length ? { ...operand, elements: max, param: 0 } : operand,
  );
  return { ...resized, operands };
}
