/** Ready parametrisations, as torch.nn.utils.parametrizations. */

import { ArgumentError, ShapeError, formatShape } from '@tenfold/ir';
import { cat, eye, narrow, noGrad, pad, randn, tril, zeros } from '@tenfold/tensor/base';
import type { Tensor } from '@tenfold/tensor/base';
import { householderProduct, matrixExp, qr, solve } from '@tenfold/tensor/linalg';
import { axisOf, requireOneOf } from '../functional/checks.ts';
import { normalize } from '../functional/normalization.ts';
import { Module } from '../module/module.ts';
import { Buffer } from '../module/parameter.ts';
import { parameterOf } from './computed-parameter.ts';
import { asMatrix, normExcept, powerMethod, randomVectors, requireIterations, singularValue, withNorm } from './norms.ts'; // prettier-ignore
import { registerParametrization } from './parametrize.ts';
import { outputAxis } from './weight-norm.ts';
import type { SpectralNormOptions } from './weight-norm.ts';

class WeightNorm extends Module {
  readonly #dim: number | null;

  constructor(dim: number | null) {
    super();
    this.#dim = dim;
  }

  forward(g: Tensor, v: Tensor): Tensor {
    return withNorm(g, v, this.#dim);
  }

  rightInverse(weight: Tensor): readonly Tensor[] {
    return [normExcept(weight, this.#dim), weight];
  }
}

/** Splits a parameter into its length (`original0`) and its direction (`original1`); see `utils.weightNorm`. */
export function weightNorm<M extends Module>(module: M, name = 'weight', dim: number | null = 0): M {
  return registerParametrization(module, name, new WeightNorm(dim));
}

class SpectralNorm extends Module {
  readonly #dim: number;
  readonly #eps: number;
  readonly #iterations: number;
  u: Buffer | null = null;
  v: Buffer | null = null;

  constructor(weight: Tensor, iterations: number, dim: number, eps: number) {
    super();
    this.#dim = axisOf('spectralNorm', dim, weight.ndim);
    this.#eps = eps;
    this.#iterations = iterations;
    if (weight.ndim < 2) return;
    const matrix = noGrad(() => asMatrix(weight.detach(), this.#dim));
    const start = powerMethod(matrix, randomVectors(matrix, eps), 15, eps, 'u');
    this.u = new Buffer(start.u, { key: '_u' });
    this.v = new Buffer(start.v, { key: '_v' });
  }

  forward(weight: Tensor): Tensor {
    const { u, v } = this;
    if (u === null || v === null) return normalize(weight, { dim: 0, eps: this.#eps });
    const matrix = asMatrix(weight, this.#dim);
    if (this.training) {
      const next = powerMethod(matrix.detach(), { u, v }, this.#iterations, this.#eps, 'u');
      noGrad(() => {
        u.assign(next.u);
        v.assign(next.v);
      });
    }
    return weight.div(singularValue(matrix, { u: u.clone(), v: v.clone() }));
  }

  rightInverse(value: Tensor): Tensor {
    return value;
  }
}

/** Divides a parameter by its greatest singular value, which is refined at each use in training. */
export function spectralNorm<M extends Module>(
  module: M,
  name = 'weight',
  { nPowerIterations = 1, eps = 1e-12, dim = null }: SpectralNormOptions = {},
): M {
  requireIterations('spectralNorm', nPowerIterations);
  const weight = parameterOf('spectralNorm', module, name);
  const step = new SpectralNorm(weight, nPowerIterations, dim ?? outputAxis(module), eps);
  return registerParametrization(module, name, step);
}

type OrthogonalMap = 'matrixExp' | 'cayley' | 'householder';

export interface OrthogonalOptions {
  /** How what is trained becomes orthogonal. Default `'matrixExp'`, of matrices that are not square `'householder'`. */
  readonly orthogonalMap?: OrthogonalMap | null;
  /** Whether the map is taken relative to the parameter's first value, which is kept then. Default true. */
  readonly useTrivialization?: boolean;
}

/** From the lower triangle of what is trained to a matrix of orthonormal columns, or rows where it is wide. */
class Orthogonal extends Module {
  readonly #map: OrthogonalMap;

  constructor(map: OrthogonalMap) {
    super();
    this.#map = map;
  }

  forward(original: Tensor): Tensor {
    const [rows, columns] = original.shape.slice(-2);
    const x = rows < columns ? original.transpose(-2, -1) : original;
    const found = this.rotate(this.#map === 'householder' ? byReflections(x) : this.#rotation(x));
    return rows < columns ? found.transpose(-2, -1) : found;
  }

  /** Relative to what the result is. */
  protected rotate(result: Tensor): Tensor {
    return result;
  }

  #rotation(x: Tensor): Tensor {
    const [n, k] = x.shape.slice(-2);
    const lower = n === k ? tril(x) : pad(tril(x), [0, n - k]);
    const skew = lower.sub(lower.transpose(-2, -1));
    const all = this.#map === 'matrixExp' ? matrixExp(skew) : cayley(skew);
    return n === k ? all : narrow(all, -1, 0, k);
  }
}

/** `base · Q`, where the base is the value that the parameter was given: Q begins with the identity. */
class Trivialized extends Orthogonal {
  base: Buffer | null = null;

  protected override rotate(result: Tensor): Tensor {
    return this.base ? this.base.matmul(result) : result;
  }

  /** Makes the matrix, orthogonalised, the base, and returns what all maps take to the identity. */
  rightInverse(value: Tensor): Tensor {
    const [rows, columns] = value.shape.slice(-2);
    const x = rows < columns ? value.transpose(-2, -1) : value;
    const [n, k] = x.shape.slice(-2);
    const placement = { dtype: value.dtype, device: value.device };
    const noise = () => randn([...x.shape.slice(0, -1), n - k], placement);
    const base = orthogonalised(n === k ? x : cat([x, noise()], -1));
    if (this.base) this.base.assign(base);
    else this.base = new Buffer(base);
    return zeros(value.shape, placement).sub(eye(rows, columns, placement));
  }
}

/** The product of reflections whose vectors are below the diagonal; the diagonal has the signs of the columns. */
function byReflections(x: Tensor): Tensor {
  const vectors = tril(x, -1);
  const tau = vectors.mul(vectors).sum(-2).add(1).reciprocal().mul(2);
  const [n, k] = x.shape.slice(-2);
  const signs = x
    .detach()
    .mul(eye(n, k, { dtype: x.dtype, device: x.device }))
    .sum(-2, { keepdim: true });
  return householderProduct(vectors, tau).mul(signs);
}

function cayley(skew: Tensor): Tensor {
  const identity = eye(skew.shape.at(-1) ?? 0, undefined, { dtype: skew.dtype, device: skew.device });
  const half = skew.mul(0.5);
  return solve(identity.sub(half), identity.add(half));
}

/** The orthogonal factor, with the signs with which an orthogonal matrix is its own. */
function orthogonalised(x: Tensor): Tensor {
  const { Q, R } = qr(x);
  const n = x.shape.at(-1) ?? 0;
  const identity = eye(n, undefined, { dtype: x.dtype, device: x.device });
  const diagonal = R.mul(identity).sum(-2, { keepdim: true });
  const signs = diagonal.ge(0).to(x.dtype).mul(2).sub(1);
  return Q.mul(signs);
}

/**
 * Keeps a matrix, or each of a batch, orthogonal (its columns orthonormal, or its rows where it is wide) through training, as
 * torch.nn.utils.parametrizations.orthogonal. Without a trivialisation the parameter changes its value. https://arxiv.org/abs/1909.09501
 */
export function orthogonal<M extends Module>(
  module: M,
  name = 'weight',
  { orthogonalMap = null, useTrivialization = true }: OrthogonalOptions = {},
): M {
  const weight = parameterOf('orthogonal', module, name);
  if (weight.ndim < 2) {
    throw new ShapeError(`orthogonal: '${name}' has shape ${formatShape(weight.shape)}, expected a matrix`);
  }
  if (weight.numel === 0) throw new ArgumentError(`orthogonal: '${name}' has no elements`);
  const map = orthogonalMap ?? (weight.shape.at(-1) === weight.shape.at(-2) ? 'matrixExp' : 'householder');
  requireOneOf('orthogonal', 'orthogonalMap', map, ['matrixExp', 'cayley', 'householder']);
  return registerParametrization(
    module,
    name,
    useTrivialization ? new Trivialized(map) : new Orthogonal(map),
  );
}
