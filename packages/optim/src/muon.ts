/** Muon: momentum whose matrix is made nearly orthogonal before it is a step. For the weight matrices of hidden layers. */

import { ArgumentError, formatShape } from '@tenfold/ir';
import { clamp, norm } from '@tenfold/tensor/base';
import type { Tensor } from '@tenfold/tensor/base';
import { approach, requireNotNegative, requireThat, shrinkage } from './descent.ts';
import { Optimizer } from './optimizer.ts';
import type { NumberMaker, Update } from './optimizer.ts';
import type { ParamGroup, ParamGroupOptions, Params } from './param-group.ts';

export interface MuonOptions {
  /** Learning rate. Default 1e-3. */
  readonly lr?: number;
  /** Decoupled: parameters shrink by so much times lr. Default 0.1. */
  readonly weightDecay?: number;
  /** How much of the last direction stays. Default 0.95. */
  readonly momentum?: number;
  /** Whether to look ahead along the direction. Default true. */
  readonly nesterov?: boolean;
  /** Coefficients of x, x³ and x⁵ in the polynomial that is iterated. Default [3.4445, -4.775, 2.0315]. */
  readonly nsCoefficients?: readonly [number, number, number];
  /** The least norm to divide by. Default 1e-7. */
  readonly eps?: number;
  /** How many times it is iterated. Default 5. */
  readonly nsSteps?: number;
  /**
   * How the learning rate follows the shape [m, n]: by `√max(1, m / n)`, or by `0.2 · √max(m, n)`, which suits settings
   * tuned for AdamW. Default 'original'.
   */
  readonly adjustLrFn?: 'original' | 'matchRmsAdamw';
}

type MuonSettings = Required<MuonOptions>;

/**
 * Muon, as torch.optim.Muon of PyTorch 2.9, computed in the parameter's precision. All parameters must be matrices; give the
 * others to AdamW. https://kellerjordan.github.io/posts/muon/
 */
export class Muon extends Optimizer<MuonSettings> {
  constructor(params: Params<MuonSettings>, options: MuonOptions = {}) {
    const {
      lr = 1e-3,
      weightDecay = 0.1,
      momentum = 0.95,
      nesterov = true,
      nsCoefficients = [3.4445, -4.775, 2.0315],
      eps = 1e-7,
      nsSteps = 5,
      adjustLrFn = 'original',
    } = options;
    super(params, { lr, weightDecay, momentum, nesterov, nsCoefficients, eps, nsSteps, adjustLrFn });
  }

  /** @throws ArgumentError for parameters that are no matrices. */
  override addParamGroup(options: ParamGroupOptions<MuonSettings>): void {
    const params = [...options.params];
    const wrong = params.find(({ ndim }) => ndim !== 2);
    if (wrong) {
      throw new ArgumentError(
        `Muon: a parameter has shape ${formatShape(wrong.shape)}, expected matrices; give all others to another optimizer`,
      );
    }
    super.addParamGroup({ ...options, params });
  }

  protected checkSettings({ lr, weightDecay, momentum, eps, nsSteps, adjustLrFn }: MuonSettings): void {
    requireNotNegative('Muon', { lr, weightDecay, momentum, eps });
    const steps = Number.isInteger(nsSteps) && nsSteps > 0 && nsSteps < 100;
    requireThat('Muon', steps, `nsSteps is ${nsSteps}, expected a whole number from 1 to 99`);
    const known = adjustLrFn === 'original' || adjustLrFn === 'matchRmsAdamw';
    requireThat('Muon', known, `adjustLrFn is '${adjustLrFn}', expected 'original' or 'matchRmsAdamw'`);
  }

  protected stateNames(): readonly string[] {
    return ['momentumBuffer'];
  }

  protected update(group: ParamGroup<MuonSettings>, updates: readonly Update[], number: NumberMaker): void {
    const take = number(() => 1 - group.momentum);
    const keep = number(() => group.momentum);
    const eps = number(() => group.eps);
    const coefficients = group.nsCoefficients.map((_, i) => number(() => group.nsCoefficients[i]));
    const shrink = shrinkage(group, number);
    for (const update of updates) {
      const { value, gradient } = update;
      const buffer = approach(update.state('momentumBuffer'), gradient, take);
      update.writeState('momentumBuffer', buffer);
      const direction = group.nesterov ? approach(gradient, buffer, keep) : buffer;
      const descent = number(() => -group.lr * adjustment(group, value.shape));
      const step = orthogonal(direction, coefficients, group.nsSteps, eps).mul(descent);
      update.write((shrink ? value.mul(shrink) : value).add(step));
    }
  }
}

function adjustment({ adjustLrFn }: MuonSettings, [rows, columns]: readonly number[]): number {
  if (adjustLrFn === 'original') return Math.sqrt(Math.max(1, rows / columns));
  return 0.2 * Math.sqrt(Math.max(rows, columns));
}

/** A matrix with its singular values brought near 1, by Newton and Schulz's iteration on the smaller side. */
function orthogonal(matrix: Tensor, coefficients: readonly Tensor[], steps: number, eps: Tensor): Tensor {
  const isTall = matrix.shape[0] > matrix.shape[1];
  const [a, b, c] = coefficients;
  let x = isTall ? matrix.t() : matrix;
  x = x.div(clamp(norm(x), eps));
  for (let i = 0; i < steps; i++) {
    const gram = x.matmul(x.t());
    const polynomial = gram.mul(b).add(gram.matmul(gram).mul(c));
    x = x.mul(a).add(polynomial.matmul(x));
  }
  return isTall ? x.t() : x;
}
