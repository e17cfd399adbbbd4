/** A differentiable function with a backward of its own, as torch.autograd.Function. */

import type { Tensor } from '@tenfold/tensor/base';
import { customGrad } from '@tenfold/tensor/base';

/** Carries values from forward to backward. */
export interface FunctionContext {
  /** Tensors that backward needs. */
  saveForBackward(...tensors: readonly Tensor[]): void;
  readonly savedTensors: readonly Tensor[];
}

export interface FunctionDefinition<A extends readonly Tensor[]> {
  forward(context: FunctionContext, ...inputs: A): Tensor;
  /** One gradient per input, of its shape; undefined where there is none. */
  backward(context: FunctionContext, gradient: Tensor): readonly (Tensor | undefined)[];
}

/** Makes a callable from a forward and a backward. Backward may itself be differentiated when it uses tensor operations. */
export function customFunction<A extends readonly Tensor[]>(
  definition: FunctionDefinition<A>,
): (...inputs: A) => Tensor {
  return (...inputs) => {
    let saved: readonly Tensor[] = [];
    const context: FunctionContext = {
      saveForBackward(...tensors) {
        saved = tensors;
      },
      get savedTensors() {
        return saved;
      },
    };
    return customGrad(
      inputs,
      () => definition.forward(context, ...inputs),
      (gradient) => definition.backward(context, gradient),
    );
  };
}
