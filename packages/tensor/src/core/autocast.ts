/**
 * Mixed precision: inside `autocast`, products compute in a half-width float, and what needs a wider range gives float32,
 * while parameters stay float32. The operations ask here; where the mode is off they get their operands back.
 * https://pytorch.org/docs/stable/amp.html
 */

import { DTypeError, GradError, computeType } from '@tenfold/ir';
import type { DType } from '@tenfold/ir';
import { castTo } from './broadcast.ts';
import { deviceOf } from './tensor.ts';
import type { Tensor } from './tensor.ts';

export interface AutocastOptions {
  /** What products compute in. Default: bfloat16 where the default device is the CPU, float16 elsewhere. */
  readonly dtype?: 'float16' | 'bfloat16';
  /** Default true; false turns the mode off within an outer `autocast`. */
  readonly enabled?: boolean;
}

let product: DType | undefined;

/** What products compute in now, or undefined outside of `autocast`. */
export function autocastDType(): DType | undefined {
  return product;
}

/**
 * Runs `body` (a forward pass and its loss) in mixed precision, as torch.autocast: matrix products, convolutions,
 * linear layers and attention cast float32 operands to `dtype`; softmax, norms, exponentials, powers and losses give
 * float32. Call `backward()` outside of it.
 * @throws GradError when `body` returns a promise: the mode would leak across its awaits.
 */
export function autocast<T>(body: () => T, { dtype, enabled = true }: AutocastOptions = {}): T {
  const wanted = dtype ?? (deviceOf(undefined).name === 'cpu' ? 'bfloat16' : 'float16');
  if (wanted !== 'float16' && wanted !== 'bfloat16')
    throw new DTypeError(`autocast: the dtype is ${String(wanted)}; expected float16 or bfloat16`);
  const before = product;
  product = enabled ? wanted : undefined;
  try {
    const result = body();
    if (result instanceof Promise)
      throw new GradError('autocast: the function returned a promise, and the mode would leak across its awaits; await outside'); // prettier-ignore
    return result;
  } finally {
    product = before;
  }
}

/** The operand of a product as `autocast` wants it. */
export function forProduct(x: Tensor): Tensor {
  return product && computeType(x.dtype) === 'float32' ? castTo(x, product) : x;
}

/** The operand of what needs the range of float32. */
export function forRange(x: Tensor): Tensor {
  return product ? castTo(x, computeType(x.dtype)) : x;
}
