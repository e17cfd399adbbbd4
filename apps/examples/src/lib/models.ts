/** The two networks of the digit examples. */

import { nn } from 'tenfold';

/** 784-128-10. */
export function mlp(): nn.Sequential {
  return new nn.Sequential(new nn.Flatten(), new nn.Linear(784, 128), new nn.ReLU(), new nn.Linear(128, 10));
}

/**
 * LeNet-5 as it is built today: rectified units and max pooling.
 * LeCun, Bottou, Bengio, Haffner: Gradient-based learning applied to document recognition (1998).
 */
export function lenet(): nn.Sequential {
  return new nn.Sequential(
    new nn.Conv2d(1, 6, 5, { padding: 2 }),
    new nn.ReLU(),
    new nn.MaxPool2d(2),
    new nn.Conv2d(6, 16, 5),
    new nn.ReLU(),
    new nn.MaxPool2d(2),
    new nn.Flatten(),
    new nn.Linear(400, 120),
    new nn.ReLU(),
    new nn.Linear(120, 84),
    new nn.ReLU(),
    new nn.Linear(84, 10),
  );
}

export const MODELS = { mlp, lenet };
export type ModelName = keyof typeof MODELS;
