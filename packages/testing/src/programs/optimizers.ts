/** Optimizers' updates of a matrix and a vector, whose gradients are there. */

import { Adam, AdamW, SGD } from '@tenfold/optim';
import type { Optimizer } from '@tenfold/optim';
import { randn } from '@tenfold/tensor';
import type { Tensor } from '@tenfold/tensor';
import type { Program } from './operation.ts';

function step(name: string, make: (parameters: readonly Tensor[]) => Optimizer): Program {
  return {
    name: `${name} step`,
    setup: ({ rows, columns }) => {
      const parameters = [randn([rows, columns]), randn([columns])].map((p) => p.realize().requiresGrad_());
      for (const parameter of parameters) parameter.backward(randn(parameter.shape));
      const optimizer = make(parameters);
      // The first step makes the state.
      void optimizer.step();
      return () => void optimizer.step();
    },
  };
}

export const optimizers: readonly Program[] = [
  step('SGD with momentum', (p) => new SGD(p, { lr: 0.1, momentum: 0.9 })),
  step('Adam', (p) => new Adam(p)),
  step('AdamW', (p) => new AdamW(p)),
];
