/** Transforms made of other transforms, and those that only change shapes. */

import { ShapeError, formatShape, numel } from '@tenfold/ir';
import type { Shape } from '@tenfold/ir';
import type { Tensor } from '../core/tensor.ts';
import { cat, stack } from '../ops/join.ts';
import type { Distribution } from './distribution.ts';
import { sumRightmost } from './parameters.ts';
import { Transform } from './transforms.ts';

/** One after the other. */
export class ComposeTransform extends Transform {
  readonly parts: readonly Transform[];
  override readonly domainDim: number;
  override readonly codomainDim: number;

  constructor(parts: readonly Transform[]) {
    super();
    this.parts = parts;
    // What goes in is as wide as the widest part wants, seen from where it stands.
    this.domainDim = parts.reduceRight(
      (dim, part) => Math.max(part.domainDim, dim + part.domainDim - part.codomainDim),
      0,
    );
    this.codomainDim = parts.reduce(
      (dim, part) => Math.max(part.codomainDim, dim + part.codomainDim - part.domainDim),
      0,
    );
  }

  forward(x: Tensor): Tensor {
    return this.parts.reduce((value, part) => part.forward(value), x);
  }

  inverse(y: Tensor): Tensor {
    return this.parts.reduceRight((value, part) => part.inverse(value), y);
  }

  logAbsDetJacobian(x: Tensor, y: Tensor): Tensor {
    if (this.parts.length === 0) return x.mul(0);
    let value = x;
    let dim = this.domainDim;
    const terms = this.parts.map((part, i) => {
      const next = i === this.parts.length - 1 ? y : part.forward(value);
      const term = sumRightmost(part.logAbsDetJacobian(value, next), dim - part.domainDim);
      value = next;
      dim += part.codomainDim - part.domainDim;
      return term;
    });
    return terms.reduce((sum, term) => sum.add(term));
  }

  override forwardShape(shape: Shape): Shape {
    return this.parts.reduce((now, part) => part.forwardShape(now), shape);
  }

  override inverseShape(shape: Shape): Shape {
    return this.parts.reduceRight((now, part) => part.inverseShape(now), shape);
  }
}

/** A transform whose results count as one event over `reinterpretedBatchNdims` more axes. */
export class IndependentTransform extends Transform {
  readonly base: Transform;
  readonly #more: number;
  override readonly domainDim: number;
  override readonly codomainDim: number;

  constructor(baseTransform: Transform, reinterpretedBatchNdims: number) {
    super();
    this.base = baseTransform;
    this.#more = reinterpretedBatchNdims;
    this.domainDim = baseTransform.domainDim + reinterpretedBatchNdims;
    this.codomainDim = baseTransform.codomainDim + reinterpretedBatchNdims;
  }

  forward(x: Tensor): Tensor {
    return this.base.forward(x);
  }

  inverse(y: Tensor): Tensor {
    return this.base.inverse(y);
  }

  logAbsDetJacobian(x: Tensor, y: Tensor): Tensor {
    return sumRightmost(this.base.logAbsDetJacobian(x, y), this.#more);
  }

  override forwardShape(shape: Shape): Shape {
    return this.base.forwardShape(shape);
  }

  override inverseShape(shape: Shape): Shape {
    return this.base.inverseShape(shape);
  }
}

/** Another shape of the event. */
export class ReshapeTransform extends Transform {
  readonly inShape: Shape;
  readonly outShape: Shape;
  override readonly domainDim: number;
  override readonly codomainDim: number;

  constructor(inShape: Shape, outShape: Shape) {
    super();
    if (numel(inShape) !== numel(outShape))
      throw new ShapeError(`ReshapeTransform: ${formatShape(inShape)} and ${formatShape(outShape)} differ in the number of elements`); // prettier-ignore
    this.inShape = inShape;
    this.outShape = outShape;
    this.domainDim = inShape.length;
    this.codomainDim = outShape.length;
  }

  forward(x: Tensor): Tensor {
    return x.reshape(this.forwardShape(x.shape));
  }

  inverse(y: Tensor): Tensor {
    return y.reshape(this.inverseShape(y.shape));
  }

  logAbsDetJacobian(x: Tensor): Tensor {
    return sumRightmost(x.mul(0), this.domainDim);
  }

  override forwardShape(shape: Shape): Shape {
    return [...shape.slice(0, shape.length - this.inShape.length), ...this.outShape];
  }

  override inverseShape(shape: Shape): Shape {
    return [...shape.slice(0, shape.length - this.outShape.length), ...this.inShape];
  }
}

/** Parts of the axis `dim`, of the given lengths, each with a transform of its own. */
export class CatTransform extends Transform {
  readonly transforms: readonly Transform[];
  readonly dim: number;
  readonly #lengths: readonly number[];

  constructor(tseq: readonly Transform[], dim = 0, lengths: readonly number[] = tseq.map(() => 1)) {
    super();
    this.transforms = tseq;
    this.dim = dim;
    this.#lengths = lengths;
  }

  forward(x: Tensor): Tensor {
    return this.#each([x], (part, [piece]) => part.forward(piece));
  }

  inverse(y: Tensor): Tensor {
    return this.#each([y], (part, [piece]) => part.inverse(piece));
  }

  logAbsDetJacobian(x: Tensor, y: Tensor): Tensor {
    return this.#each([x, y], (part, [from, to]) => part.logAbsDetJacobian(from, to));
  }

  #each(values: readonly Tensor[], f: (part: Transform, pieces: Tensor[]) => Tensor): Tensor {
    const pieces = values.map((value) => value.split(this.#lengths, this.dim));
    return cat(this.transforms.map((part, i) => f(part, pieces.map((piece) => piece[i]))), this.dim); // prettier-ignore
  }
}

/** Slices along the axis `dim`, each with a transform of its own. */
export class StackTransform extends Transform {
  readonly transforms: readonly Transform[];
  readonly dim: number;

  constructor(tseq: readonly Transform[], dim = 0) {
    super();
    this.transforms = tseq;
    this.dim = dim;
  }

  forward(x: Tensor): Tensor {
    return this.#each([x], (part, [slice]) => part.forward(slice));
  }

  inverse(y: Tensor): Tensor {
    return this.#each([y], (part, [slice]) => part.inverse(slice));
  }

  logAbsDetJacobian(x: Tensor, y: Tensor): Tensor {
    return this.#each([x, y], (part, [from, to]) => part.logAbsDetJacobian(from, to));
  }

  #each(values: readonly Tensor[], f: (part: Transform, slices: Tensor[]) => Tensor): Tensor {
    return stack(this.transforms.map((part, i) => f(part, values.map((value) => value.select(this.dim, i)))), this.dim); // prettier-ignore
  }
}

/** From a number to its probability under a distribution. */
export class CumulativeDistributionTransform extends Transform {
  readonly distribution: Distribution;

  constructor(distribution: Distribution) {
    super();
    this.distribution = distribution;
  }

  forward(x: Tensor): Tensor {
    return this.distribution.cdf(x);
  }

  inverse(y: Tensor): Tensor {
    return this.distribution.icdf(y);
  }

  logAbsDetJacobian(x: Tensor): Tensor {
    return this.distribution.logProb(x);
  }
}
