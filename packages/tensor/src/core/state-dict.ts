/**
 * State dicts, the plain data in which models and optimizers hand over what they have learned: what `nn` and `optim` give, and
 * `io` writes to files.
 */

import type { Tensor } from './tensor.ts';

/** Keys to tensors in the order of the model, as `torch.nn.Module.state_dict`. */
export type StateDict = Map<string, Tensor>;

/** One setting of a parameter group: a learning rate, `nesterov`, a name, `betas`, or the parameters' indices. */
export type OptimizerSetting = number | boolean | string | readonly number[];

/**
 * The state of an optimizer as plain data. It follows `torch.optim.Optimizer.state_dict`, flattened: parameters are
 * numbered through all groups in order, and what belongs to parameter `i` has keys `i.<name>`.
 */
export interface OptimizerStateDict {
  /** State tensors: `0.expAvg`, `0.expAvgSq`, `1.expAvg`, ...; none before a parameter's first step. */
  readonly state: ReadonlyMap<string, Tensor>;
  /** One record a group: its settings, and `params`, the numbers of its parameters. */
  readonly groups: readonly Readonly<Record<string, OptimizerSetting>>[];
  /** Numbers that belong to no tensor: steps done, `0.step`, `1.step`, ... */
  readonly scalars: Readonly<Record<string, number>>;
}
