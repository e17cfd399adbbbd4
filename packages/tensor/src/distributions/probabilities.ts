/** Probabilities of yes or no, given as such or as logits; what is not given follows from what is. */

import type { Operand } from '../core/promote.ts';
import type { Tensor } from '../core/tensor.ts';
import { Distribution } from './distribution.ts';
import { broadcastAll, logitsOf, requireOneOfTwo, softplus } from './parameters.ts';

/** One of the two. */
export interface ProbsOrLogits {
  readonly probs?: Operand;
  /** `log(p / (1 - p))`. */
  readonly logits?: Operand;
}

/** A distribution with one probability an element. */
export abstract class WithProbability extends Distribution {
  readonly #probs: Tensor | undefined;
  readonly #logits: Tensor | undefined;

  /** `more` are further parameters, which come out with the same shape in `rest`. */
  constructor({ probs, logits }: ProbsOrLogits) {
    const name = new.target.name;
    requireOneOfTwo(name, probs, logits);
    const [given] = broadcastAll(name, [probs ?? logits ?? 0]);
    super(given.shape);
    if (probs === undefined) this.#logits = given;
    else this.#probs = given;
  }

  get probs(): Tensor {
    return this.#probs ?? this.logits.sigmoid();
  }

  get logits(): Tensor {
    return this.#logits ?? logitsOf(this.probs);
  }

  /** The parameter as it was given. */
  protected given(f: (parameter: Tensor) => Tensor): ProbsOrLogits {
    return this.#probs ? { probs: f(this.#probs) } : { logits: f(this.logits) };
  }

  /** `log p` and `log (1 - p)`, from whichever is accurate. */
  protected get logs(): { yes: Tensor; no: Tensor } {
    const probs = this.#probs;
    if (probs) return { yes: probs.log(), no: probs.neg().log1p() };
    return { yes: softplus(this.logits.neg()).neg(), no: softplus(this.logits).neg() };
  }
}
