/**
 * A function of one example as a function of a batch, without a loop: it is traced once, and every primitive is applied
 * to the whole batch. Gradients inside it become gradients per example.
 */

import { ArgumentError, normalizeAxis } from '@tenfold/ir';
import { Tensor } from '@tenfold/tensor/base';
import { apply, inside, moduleCall } from '@tenfold/tensor/internal';
import { Batch } from './batching/batch.ts';
import type { Randomness } from './batching/batch.ts';

export type { Randomness } from './batching/batch.ts';

/** The axis of the batch, or null for an argument that all members share. */
export type BatchAxis = number | null;

export interface VmapOptions {
  /** Whether members may draw random numbers, and whether they draw the same ones. Default 'error'. */
  readonly randomness?: Randomness;
}

/**
 * `func` for each member of a batch, as torch.vmap: arguments are taken apart along `inDims` (one axis for all, or one
 * for each argument) and results put together along `outDims`. The function must not read values or write tensors, and
 * control flow cannot depend on the members.
 * https://pytorch.org/docs/stable/generated/torch.vmap.html
 * @throws ArgumentError when no argument has a batch, sizes differ, or the function reads or writes.
 */
export function vmap<R extends Tensor | readonly Tensor[]>(
  func: (...args: Tensor[]) => R,
  inDims?: BatchAxis | readonly BatchAxis[],
  outDims?: number | readonly number[],
  options?: VmapOptions,
): (...args: Tensor[]) => R extends Tensor ? Tensor : Tensor[];
export function vmap(
  func: (...args: Tensor[]) => Tensor | readonly Tensor[],
  inDims: BatchAxis | readonly BatchAxis[] = 0,
  outDims: number | readonly number[] = 0,
  { randomness = 'error' }: VmapOptions = {},
): (...args: Tensor[]) => Tensor | Tensor[] {
  return (...args) => {
    const axes = args.map((arg, i) => inAxis(arg, i, args.length, inDims));
    const batch = new Batch(batchSize(args, axes), randomness);
    return moduleCall(args, () =>
      inside(() => {
        const members = args.map((arg, i) => {
          const axis = axes[i];
          return axis === null ? arg : batch.placeholder(moveAxis(arg, axis, 0));
        });
        const results = traced(func, members, batch);
        const together = (one: Tensor, i: number): Tensor => {
          const dim = typeof outDims === 'number' ? outDims : outDims[i];
          return moveAxis(batch.of(one), 0, normalizeAxis('vmap', dim, one.ndim + 1));
        };
        return results instanceof Tensor ? together(results, 0) : results.map(together);
      }),
    );
  };
}

function inAxis(arg: Tensor, i: number, count: number, inDims: BatchAxis | readonly BatchAxis[]): BatchAxis {
  if (Array.isArray(inDims) && inDims.length !== count)
    throw new ArgumentError(`vmap: ${inDims.length} inDims for ${count} arguments; give one for each`);
  const dim: BatchAxis = Array.isArray(inDims) ? (inDims as readonly BatchAxis[])[i] : (inDims as BatchAxis);
  return dim === null ? null : normalizeAxis('vmap', dim, arg.ndim);
}

function batchSize(args: readonly Tensor[], axes: readonly BatchAxis[]): number {
  const sizes = args.flatMap((arg, i) => {
    const axis = axes[i];
    return axis === null ? [] : [arg.shape[axis]];
  });
  const [size] = sizes;
  if (size === undefined)
    throw new ArgumentError('vmap: no argument has a batch; at least one of inDims must not be null');
  if (sizes.some((other) => other !== size))
    throw new ArgumentError(`vmap: the batches have different sizes: ${sizes.join(', ')}; they must agree`);
  if (size === 0) throw new ArgumentError('vmap: the batch is empty; at least one member is needed');
  return size;
}

/** Calls the function on one member, and refuses what could not be done for all. */
function traced(
  func: (...args: Tensor[]) => Tensor | readonly Tensor[],
  members: readonly Tensor[],
  batch: Batch,
): Tensor | readonly Tensor[] {
  const { home } = members[0];
  const { graph } = home;
  const before = new Map(graph.effects);
  const results = func(...members);
  if (home.graph !== graph)
    throw new ArgumentError('vmap: the function read a value; it may only compute with tensors');
  for (const [storage, node] of graph.effects) {
    if (before.get(storage) === node) continue;
    if (batch.differs(new Tensor(home, { kind: 'node', graph, node })))
      throw new ArgumentError(
        'vmap: the function wrote something that differs between members; return it instead',
      );
  }
  return results;
}

function moveAxis(x: Tensor, from: number, to: number): Tensor {
  if (from === to) return x;
  const axes = x.shape.map((_, axis) => axis).filter((axis) => axis !== from);
  axes.splice(to, 0, from);
  return apply('permute', [x], { axes });
}
