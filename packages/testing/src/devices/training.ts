/** A small network and its training, for what has to hold over many steps. */

import '@tenfold/autograd';
import * as nn from '@tenfold/nn';
import * as optim from '@tenfold/optim';
import type { Tensor } from '@tenfold/tensor';
import { setDefaultDevice, tensor } from '@tenfold/tensor';

export interface Training {
  readonly parameters: readonly Tensor[];
  /** One step; resolves when the next may be made. */
  step(): Promise<void>;
  loss(): Promise<number>;
}

export function smallTraining(device: string): Training {
  setDefaultDevice(device);
  const model = new nn.Sequential(new nn.Linear(4, 8), new nn.Tanh(), new nn.Linear(8, 1));
  const numbers = Array.from({ length: 32 }, (_, i) => Math.sin(i));
  const x = tensor(numbers).reshape([8, 4]);
  const y = tensor(numbers.slice(0, 8)).reshape([8, 1]);
  const parameters = [...model.parameters()];
  const optimizer = new optim.Adam(parameters, { lr: 0.01 });
  const lossOf = () => model.forward(x).sub(y).square().mean();
  return {
    parameters,
    step() {
      optimizer.zeroGrad();
      lossOf().backward();
      return optimizer.step();
    },
    loss: () => lossOf().item(),
  };
}
