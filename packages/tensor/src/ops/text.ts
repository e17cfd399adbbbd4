/**
 * Tensors as text, as PyTorch prints them. `toText` computes what is pending and waits for it; `toString` does so
 * where the device can be waited for, and otherwise says what the tensor is.
 */

import { TenfoldError, defaultDevice, formatShape } from '@tenfold/ir';
import type { Tensor } from '../core/tensor.ts';
import { tensorText } from '../print/tensor-text.ts';
import { data, dataSync } from './read.ts';

/** The tensor as PyTorch prints it; more than 1000 elements are summarised. */
export async function toText(self: Tensor): Promise<string> {
  return tensorText(await data(self), self.shape, self.dtype, suffixes(self));
}

/** As `toText`, at once; shape and dtype alone where the value cannot be waited for. */
export function toString(self: Tensor): string {
  const { source, home } = self;
  const isOnHost = source.kind === 'storage' && source.storage.host !== undefined;
  if (!isOnHost && !home.backend.readSync) {
    return `tensor(..., size=${sizeText(self)}, dtype=${self.dtype}, device='${self.device}', pending)`;
  }
  return tensorText(dataSync(self), self.shape, self.dtype, suffixes(self));
}

/** What Node's console shows. It must not fail, so a value that is gone shows why. */
export function inspect(self: Tensor): string {
  try {
    return toString(self);
  } catch (error) {
    if (!(error instanceof TenfoldError)) throw error;
    return `tensor(..., size=${sizeText(self)}, dtype=${self.dtype}; ${error.message})`;
  }
}

function suffixes(self: Tensor): string[] {
  const { source, dtype } = self;
  const isEmpty = self.numel === 0;
  const isUsual = dtype === 'float32' || (!isEmpty && (dtype === 'int64' || dtype === 'bool'));
  const result: string[] = [];
  if (self.device !== defaultDevice()) result.push(`device='${self.device}'`);
  if (isEmpty && self.ndim !== 1) result.push(`size=${sizeText(self)}`);
  if (!isUsual) result.push(`dtype=${dtype}`);
  if (self.requiresGrad && self.isLeaf) result.push('requires_grad=True');
  else if (self.requiresGrad && source.kind === 'node')
    result.push(`grad_fn=<${functionName(source.graph.ops[source.node])}>`);
  return result;
}

function sizeText(self: Tensor): string {
  return self.ndim === 1 ? `(${self.shape[0]},)` : `(${formatShape(self.shape).slice(1, -1)})`;
}

function functionName(op: string): string {
  return `${op[0].toUpperCase()}${op.slice(1)}Backward`;
}
