/**
 * A mixture of experts: a router sends each token to a few of many feed-forward networks. Tokens are gathered into places, a fixed
 * number for each expert, so that shapes never depend on the routing and cost grows with the experts a token sees, not with
 * all there are; a token that finds no place is left out, and its result is 0, as in GShard and Switch Transformers.
 */

import { ArgumentError, ShapeError, formatShape } from '@tenfold/ir';
import {
  arange,
  cat,
  cumsum,
  empty,
  full,
  gather,
  indexSelect,
  scatter,
  slice,
  topk,
  where,
  zeros,
} from '@tenfold/tensor/base';
import type { Tensor } from '@tenfold/tensor/base';
import { castTo } from '@tenfold/tensor/internal';
import { gelu, relu } from '../functional/activations.ts';
import { requireOneOf } from '../functional/checks.ts';
import { oneHot } from '../functional/embedding.ts';
import { uniform_ } from '../init/index.ts';
import { Module } from '../module/module.ts';
import { Parameter } from '../module/parameter.ts';
import { pythonFloat } from '../module/print.ts';
import { Linear, requireCount } from './linear.ts';
import type { LayerOptions } from './linear.ts';

export interface MixtureOfExpertsOptions extends LayerOptions {
  /** To how many experts a token goes. With one its result is multiplied by that expert's probability. Default 2. */
  readonly topK?: number;
  /**
   * Places of an expert, as a multiple of its share of the tokens; null gives each expert a place for every token, so that none is
   * left out. Default 1.25.
   */
  readonly capacityFactor?: number | null;
  /** Default `'gelu'`. */
  readonly activation?: 'relu' | 'gelu';
}

/** Where the tokens go: `N` tokens, `K` choices each, `E · C` places. */
interface Routing {
  /** The place of each choice, int64 `[K, N]`; `E · C` where there was none. */
  readonly places: Tensor;
  /** What each choice counts, `[K, N]`. */
  readonly weights: Tensor;
  /** How unevenly tokens are spread: 1 when they are spread evenly. */
  readonly imbalance: Tensor;
}

/**
 * A sparsely gated mixture of experts: `y = Σ gₑ(x) · W₂ₑ f(W₁ₑ x)` over the `topK` likeliest experts e, whose g are the softmax of
 * the router's logits over those. Shazeer et al. 2017: https://arxiv.org/abs/1701.06538
 */
export class MixtureOfExperts extends Module {
  readonly inFeatures: number;
  readonly hiddenFeatures: number;
  readonly numExperts: number;
  readonly topK: number;
  readonly capacityFactor: number | null;
  readonly activation: 'relu' | 'gelu';
  router: Linear;
  /** `[E, H, D]`, `[E, H]`, `[E, D, H]`, `[E, D]` */
  weight1: Parameter;
  bias1: Parameter;
  weight2: Parameter;
  bias2: Parameter;

  constructor(
    inFeatures: number,
    hiddenFeatures: number,
    numExperts: number,
    { topK = 2, capacityFactor = 1.25, activation = 'gelu', ...placement }: MixtureOfExpertsOptions = {},
  ) {
    super();
    requireCount('MixtureOfExperts', { inFeatures, hiddenFeatures, numExperts, topK });
    requireOneOf('MixtureOfExperts', 'activation', activation, ['relu', 'gelu']);
    if (topK > numExperts) {
      throw new ArgumentError(`MixtureOfExperts: topK is ${topK}, but there are ${numExperts} experts`);
    }
    if (capacityFactor !== null && !(capacityFactor > 0)) {
      throw new ArgumentError(
        `MixtureOfExperts: capacityFactor is ${capacityFactor}, expected a positive number or null`,
      );
    }
    this.inFeatures = inFeatures;
    this.hiddenFeatures = hiddenFeatures;
    this.numExperts = numExperts;
    this.topK = topK;
    this.capacityFactor = capacityFactor;
    this.activation = activation;
    this.router = new Linear(inFeatures, numExperts, { bias: false, ...placement });
    this.weight1 = new Parameter(empty([numExperts, hiddenFeatures, inFeatures], placement));
    this.bias1 = new Parameter(empty([numExperts, hiddenFeatures], placement));
    this.weight2 = new Parameter(empty([numExperts, inFeatures, hiddenFeatures], placement));
    this.bias2 = new Parameter(empty([numExperts, inFeatures], placement));
    this.resetParameters();
  }

  /** As linear layers: uniform within `1 / sqrt(inputs)`. */
  resetParameters(): void {
    this.router.resetParameters();
    const within = (inputs: number, ...parameters: Parameter[]) => {
      for (const parameter of parameters) uniform_(parameter, -1 / Math.sqrt(inputs), 1 / Math.sqrt(inputs));
    };
    within(this.inFeatures, this.weight1, this.bias1);
    within(this.hiddenFeatures, this.weight2, this.bias2);
  }

  /**
   * Tokens `[..., D]` to results `[..., D]` and a 0-d loss: experts times the product of the share of the tokens that each expert is
   * the first choice of and its mean probability, summed. It is 1 when tokens are spread evenly; a hundredth of it, added to the
   * loss, keeps all experts busy. Fedus, Zoph, Shazeer 2021, section 2.2: https://arxiv.org/abs/2101.03961
   */
  forward(input: Tensor): [Tensor, Tensor] {
    if (input.ndim === 0 || input.shape.at(-1) !== this.inFeatures) {
      throw new ShapeError(
        `MixtureOfExperts: the input has shape ${formatShape(input.shape)}, expected [..., ${this.inFeatures}]`,
      );
    }
    const tokens = input.reshape(-1, this.inFeatures);
    const [count, features] = tokens.shape;
    const capacity = this.#capacity(count);
    const { places, weights, imbalance } = this.#route(tokens, capacity);
    const results = this.#experts(this.#toPlaces(tokens, places, capacity), capacity);
    const found = indexSelect(withZeroRow(results), 0, places.flatten()).reshape(this.topK, count, features);
    return [found.mul(weights.unsqueeze(-1)).sum(0).reshape(input.shape), imbalance];
  }

  /** Places of each expert. */
  #capacity(count: number): number {
    if (this.capacityFactor === null) return count;
    return Math.min(
      count,
      Math.max(1, Math.ceil((this.topK * count * this.capacityFactor) / this.numExperts)),
    );
  }

  /** First choices take their places before second ones, and of those tokens that come first do. */
  #route(tokens: Tensor, capacity: number): Routing {
    const { numExperts, topK } = this;
    const count = tokens.shape[0];
    const probabilities = this.router.forward(tokens).softmax(-1);
    const { values, indices } = topk(probabilities, topK, -1);
    const experts = indices.t().reshape(topK * count);
    const chosen = oneHot(experts, numExperts);
    const before = gather(cumsum(chosen, 0), 1, experts.unsqueeze(-1)).squeeze(-1).sub(1);
    const nowhere = full([topK * count], numExperts * capacity, { dtype: 'int64', device: tokens.device });
    const places = where(before.lt(capacity), experts.mul(capacity).add(before), nowhere);
    const weights = topK > 1 ? values.div(values.sum(-1, { keepdim: true })) : values;
    const share = castTo(slice(chosen, 0, 0, count), tokens.dtype).mean(0);
    return {
      places: places.reshape(topK, count),
      weights: weights.t(),
      imbalance: share.mul(probabilities.mean(0)).sum().mul(numExperts),
    };
  }

  /** The tokens where they are to be computed, `[E, C, D]`; zeros in empty places. */
  #toPlaces(tokens: Tensor, places: Tensor, capacity: number): Tensor {
    const count = tokens.shape[0];
    const { device } = tokens;
    // Choices without a place share one more at the end, which nobody reads.
    const empty = full([this.numExperts * capacity + 1], count, { dtype: 'int64', device });
    const numbers = arange(count, { device })
      .unsqueeze(0)
      .expand(this.topK, count)
      .reshape(this.topK * count);
    const sources = slice(scatter(empty, 0, places.flatten(), numbers), 0, 0, -1);
    return indexSelect(withZeroRow(tokens), 0, sources).reshape(this.numExperts, capacity, this.inFeatures);
  }

  /** `[E, C, D]` through all experts, as rows `[E · C, D]`. */
  #experts(tokens: Tensor, capacity: number): Tensor {
    const activation = this.activation === 'gelu' ? gelu : relu;
    const inner = activation(tokens.matmul(this.weight1.transpose(1, 2)).add(this.bias1.unsqueeze(1)));
    const results = inner.matmul(this.weight2.transpose(1, 2)).add(this.bias2.unsqueeze(1));
    return results.reshape(this.numExperts * capacity, this.inFeatures);
  }

  override extraRepr(): string {
    const factor = this.capacityFactor === null ? 'None' : pythonFloat(this.capacityFactor);
    return (
      `in_features=${this.inFeatures}, hidden_features=${this.hiddenFeatures}, num_experts=${this.numExperts}, ` +
      `top_k=${this.topK}, capacity_factor=${factor}`
    );
  }
}

function withZeroRow(rows: Tensor): Tensor {
  return cat([rows, zeros([1, rows.shape[1]], { dtype: rows.dtype, device: rows.device })]);
}
