/**
 * The tensors that belong to a module: parameters, which are trained, and buffers, which are only kept. Both are
 * variables: leaf tensors that later writes (`assign`, an optimizer's step) change in place.
 */

import { Tensor } from '@tenfold/tensor/base';
import { initializeVariable, variableSource } from '@tenfold/tensor/internal';

export interface ParameterOptions {
  /** Whether gradients are computed. Default true. */
  readonly requiresGrad?: boolean;
  /** The name in state dicts, where it is not the field's. */
  readonly key?: string;
}

export interface BufferOptions {
  /** Whether the buffer is part of state dicts. Default true. */
  readonly persistent?: boolean;
  /** The name in state dicts, where it is not the field's. */
  readonly key?: string;
}

/**
 * A trained tensor of a module, as torch.nn.Parameter. Made from a tensor with contents, it is the same memory; made
 * from a pending result, it is a variable whose first value that result will be.
 */
export class Parameter extends Tensor {
  readonly key: string | undefined;

  constructor(data: Tensor, { requiresGrad = true, key }: ParameterOptions = {}) {
    super(data.home, variableSource(data));
    this.key = key;
    initializeVariable(this, data);
    this.requiresGrad_(requiresGrad);
  }
}

/** A tensor of a module that is not trained (running statistics, a mask), as torch.nn.Buffer. */
export class Buffer extends Tensor {
  readonly key: string | undefined;
  readonly persistent: boolean;

  constructor(data: Tensor, { persistent = true, key }: BufferOptions = {}) {
    super(data.home, variableSource(data));
    this.key = key;
    this.persistent = persistent;
    initializeVariable(this, data);
  }
}
