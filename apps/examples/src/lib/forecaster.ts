/** A recurrent network that says what a series will be, after each value that it reads. */

import { F, fromBuffer, nn } from 'tenfold';
import type { Tensor, optim } from 'tenfold';
import type { SeriesBatch } from './series.ts';

/** Values that the network may read before what it says counts. */
export const WARM_UP = 32;

/** A series `[B, T]` to a forecast after each value, `[B, T]`. */
export class Forecaster extends nn.Module {
  readonly memory: nn.LSTM;
  readonly head: nn.Linear;

  constructor(width: number) {
    super();
    this.memory = new nn.LSTM(1, width, 1, { batchFirst: true });
    this.head = new nn.Linear(width, 1);
  }

  override forward(series: Tensor): Tensor {
    const [remembered] = this.memory.forward(series.unsqueeze(-1));
    // What is to be learnt is the change.
    return series.add(this.head.forward(remembered).squeeze(-1));
  }
}

/** The mean squared error of the forecasts that count. */
export function forecastError(model: Forecaster, { inputs, targets }: SeriesBatch, length: number): Tensor {
  const shape = [inputs.length / length, length];
  const forecast = model.forward(fromBuffer(inputs, shape)).slice(1, WARM_UP);
  return F.mseLoss(forecast, fromBuffer(targets, shape).slice(1, WARM_UP));
}

/** One step of training. Returns its error, which need not be computed yet. */
export async function trainOnSeries(
  model: Forecaster,
  optimizer: optim.Optimizer,
  batch: SeriesBatch,
  length: number,
): Promise<Tensor> {
  const error = forecastError(model, batch, length);
  optimizer.zeroGrad();
  error.backward();
  await optimizer.step();
  return error;
}
