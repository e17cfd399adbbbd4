/** Statistics of batch normalisation for averaged weights, which no batch has gone through yet. */

import { Tensor, noGrad } from '@tenfold/tensor/base';

/** A module with running statistics, as far as they are computed anew. */
interface Normalizing {
  momentum: number | null;
  resetRunningStats(): void;
}

/** A model with such modules. */
export interface NormalizedModel {
  readonly training: boolean;
  modules(): readonly object[];
  train(mode?: boolean): unknown;
  forward(input: Tensor): unknown;
}

/** A batch: its input, or a list that begins with it. */
export type Batch = Tensor | readonly [Tensor, ...unknown[]];

export interface UpdateBnOptions {
  /** Where batches are moved to first. Default null: they are where the model is. */
  readonly device?: string | null;
}

/**
 * Computes the running statistics of all batch normalisation in the model anew, as plain means over the batches, as
 * torch.optim.swa_utils.update_bn.
 */
export async function updateBn(
  loader: Iterable<Batch> | AsyncIterable<Batch>,
  model: NormalizedModel,
  { device = null }: UpdateBnOptions = {},
): Promise<void> {
  const layers = model.modules().filter(isNormalizing);
  if (layers.length === 0) return;
  const momenta = layers.map(({ momentum }) => momentum);
  const wasTraining = model.training;
  model.train();
  for (const layer of layers) {
    layer.resetRunningStats();
    layer.momentum = null;
  }
  try {
    for await (const batch of loader) {
      const given = batch instanceof Tensor ? batch : batch[0];
      const input = device === null ? given : await given.toDevice(device);
      noGrad(() => void model.forward(input));
      input.home.run();
      await input.home.ready();
    }
  } finally {
    layers.forEach((layer, i) => (layer.momentum = momenta[i]));
    model.train(wasTraining);
  }
}

function isNormalizing(module: object): module is Normalizing {
  return (
    'momentum' in module &&
    'resetRunningStats' in module &&
    'runningMean' in module &&
    module.runningMean !== null
  );
}
