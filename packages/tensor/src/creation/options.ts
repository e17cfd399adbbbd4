/** The options that all creation functions share, and what they have in common. */

import { ArgumentError, DTYPES, DTypeError, ShapeError, Storage, isDType, isFloat } from '@tenfold/ir';
import type { DType, Device, Shape } from '@tenfold/ir';
import { Tensor, deviceOf, fromStorage, leafStateOf } from '../core/tensor.ts';
import { initializeVariable, variableSource } from '../core/variables.ts';

export interface CreationOptions {
  /** Data type of the result. */
  readonly dtype?: DType;
  /** Name of the device; the default device when absent. */
  readonly device?: string;
  /** Whether gradients with respect to the result are wanted. Such a result is a leaf with memory of its own. Default false. */
  readonly requiresGrad?: boolean;
}

/** The device and dtype that options ask for, checked. */
export function resolveOptions(
  op: string,
  options: CreationOptions,
  dtype: DType,
): { device: Device; dtype: DType } {
  const chosen = options.dtype ?? dtype;
  if (!isDType(chosen))
    throw new DTypeError(`${op}: unknown dtype '${String(chosen)}'; expected ${DTYPES.join(', ')}`);
  if (options.requiresGrad && !isFloat(chosen)) {
    throw new DTypeError(
      `${op}: only float tensors have gradients, and the dtype is ${chosen}; give a float dtype or drop requiresGrad`,
    );
  }
  return { device: deviceOf(options.device), dtype: chosen };
}

/** A shape as users write it: a list of sizes, or one size. */
export function checkShape(op: string, shape: Shape | number): Shape {
  const sizes = typeof shape === 'number' ? [shape] : [...shape];
  for (const size of sizes) {
    if (!Number.isInteger(size) || size < 0) {
      throw new ShapeError(
        `${op}: ${String(size)} in shape [${sizes.join(', ')}] is not a size; expected whole numbers from 0`,
      );
    }
  }
  return sizes;
}

/** Sizes one by one, and options after them. */
export type SizesAndOptions<O> = [number, ...number[]] | [...size: number[], options: O];

/** The list and the options in `f([2, 3], options)` and in `f(2, 3, options)`. */
export function sizeAndOptions<O extends object>(
  args: readonly (Shape | number | O | undefined)[],
): [Shape, O] {
  const last = args.at(-1);
  const hasOptions =
    args.length > 1 && (last === undefined || (typeof last === 'object' && !Array.isArray(last)));
  // What is no size, `checkShape` refuses.
  return [(hasOptions ? args.slice(0, -1) : args).flat() as number[], ((hasOptions && last) || {}) as O];
}

/** A leaf over bytes on the host, which it takes ownership of. */
export function leafOf(
  device: Device,
  bytes: Uint8Array,
  shape: Shape,
  dtype: DType,
  requiresGrad = false,
): Tensor {
  const storage = new Storage(shape, dtype, requiresGrad ? 'variable' : 'host', bytes);
  if (requiresGrad) leafStateOf(storage).requiresGrad = true;
  return fromStorage(device, storage);
}

/**
 * Turns a computed value into a leaf with memory of its own where gradients with respect to it are wanted. The value
 * is written into the memory by the next run.
 */
export function finish(value: Tensor, options: CreationOptions): Tensor {
  if (!options.requiresGrad) return value;
  const leaf = fromStorage(value.home, variableSource(value).storage);
  initializeVariable(leaf, value);
  return leaf.requiresGrad_();
}

/** Options for a tensor like another: its dtype and device unless others are given. */
export function like(op: string, self: Tensor, options: CreationOptions): CreationOptions {
  if (!(self instanceof Tensor)) throw new ArgumentError(`${op}: expected a tensor`);
  return { ...options, dtype: options.dtype ?? self.dtype, device: options.device ?? self.device };
}
