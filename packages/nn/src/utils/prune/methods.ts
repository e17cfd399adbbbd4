/** Ways to choose what to prune: at random, by magnitude, by the norm of a slice, or as one says. */

import { ArgumentError } from '@tenfold/ir';
import { argsort, logicalAnd, norm, rand, round, where } from '@tenfold/tensor/base';
import type { Tensor } from '@tenfold/tensor/base';
import { literal } from '@tenfold/tensor/internal';
import { axisOf, requireSameShape } from '../../functional/checks.ts';
import { BasePruningMethod } from './method.ts';

/** Prunes nothing; gives a parameter its mask. */
export class Identity extends BasePruningMethod {
  computeMask(_: Tensor, defaultMask: Tensor): Tensor {
    return defaultMask;
  }
}

/** A method that prunes an amount: a share below 1 of what is there, or a whole number of elements or slices. */
abstract class ByAmount extends BasePruningMethod {
  readonly amount: number;

  constructor(amount: number) {
    super();
    const isShare = amount >= 0 && amount < 1;
    if (!isShare && !(Number.isInteger(amount) && amount >= 0)) {
      throw new ArgumentError(
        `prune: amount is ${amount}, expected a share from 0 to below 1, or a whole number of elements`,
      );
    }
    this.amount = amount;
  }

  /** `1` for those of a vector that stay: all but the least `amount` of those that `present` has. */
  protected keepGreatest(scores: Tensor, present: Tensor): Tensor {
    if (this.amount > scores.numel) {
      throw new ArgumentError(`prune: ${this.amount} of ${scores.numel} elements or slices cannot be pruned`);
    }
    const last = where(present, scores, literal(scores, Infinity));
    const rank = argsort(argsort(last));
    const count = present.to('float32').sum();
    const leaving = this.amount < 1 ? round(count.mul(this.amount)) : literal(count, this.amount);
    return logicalAnd(present, rank.to('float32').ge(leaving));
  }
}

/** Single elements. */
abstract class Unstructured extends ByAmount {
  protected abstract scoresOf(t: Tensor): Tensor;

  computeMask(t: Tensor, defaultMask: Tensor): Tensor {
    const scores = this.scoresOf(t).flatten();
    return this.keepGreatest(scores, defaultMask.flatten().ne(0)).reshape(t.shape);
  }
}

/** Elements at random. */
export class RandomUnstructured extends Unstructured {
  protected scoresOf({ shape, device }: Tensor): Tensor {
    return rand(shape, { device });
  }
}

/** The elements of least magnitude. */
export class L1Unstructured extends Unstructured {
  protected scoresOf(t: Tensor): Tensor {
    return t.abs();
  }
}

/** Whole slices along an axis. */
abstract class Structured extends ByAmount {
  readonly dim: number;

  constructor(amount: number, dim = -1) {
    super(amount);
    this.dim = dim;
  }

  protected abstract scoresOf(t: Tensor, others: readonly number[]): Tensor;

  computeMask(t: Tensor, defaultMask: Tensor): Tensor {
    const axis = axisOf('prune', this.dim, t.ndim);
    const others = t.shape.map((_, i) => i).filter((i) => i !== axis);
    const present = others.length === 0 ? defaultMask.ne(0) : defaultMask.sum(others).ne(0);
    const stays = this.keepGreatest(this.scoresOf(t, others), present);
    const inLine = stays.reshape(t.shape.map((size, i) => (i === axis ? size : 1))).expand(t.shape);
    return logicalAnd(inLine, defaultMask.ne(0));
  }
}

/** Slices at random. */
export class RandomStructured extends Structured {
  protected scoresOf({ shape, device, ndim }: Tensor): Tensor {
    return rand([shape[axisOf('prune', this.dim, ndim)]], { device });
  }
}

/** The slices of least `n`-norm. */
export class LnStructured extends Structured {
  readonly n: number;

  constructor(amount: number, n: number, dim = -1) {
    super(amount, dim);
    this.n = n;
  }

  protected scoresOf(t: Tensor, others: readonly number[]): Tensor {
    return others.length === 0 ? t.abs() : norm(t, this.n, [...others]);
  }
}

/** What a mask of zeros and ones says. */
export class CustomFromMask extends BasePruningMethod {
  readonly mask: Tensor;

  constructor(mask: Tensor) {
    super();
    this.mask = mask;
  }

  computeMask(t: Tensor, defaultMask: Tensor): Tensor {
    requireSameShape('customFromMask', t, this.mask);
    return logicalAnd(this.mask.ne(0), defaultMask.ne(0));
  }
}
