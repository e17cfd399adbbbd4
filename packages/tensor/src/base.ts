/**
 * Tensors for pages that count bytes: all that `@tenfold/tensor` has, but as methods only the everyday operations; the
 * others are functions here, and tensors do not print their values. Tenfold's own packages import this.
 */

import './everyday-methods.ts';

export {
  ArgumentError, BroadcastError, DeviceError, DeviceLostError, DTypeError, FormatError, GradError, IndexError,
  OutOfMemoryError, ShapeError, StaleValueError, StateDictError, TenfoldError, byteSize, defaultDevice,
  promoteTypes, setDefaultDevice,
} from '@tenfold/ir'; // prettier-ignore
export type { DType, Shape } from '@tenfold/ir';
export { compile } from './compile/compile.ts';
export type { Compilable } from './compile/compile.ts';
export { autocast } from './core/autocast.ts';
export type { AutocastOptions } from './core/autocast.ts';
export { realizeAll } from './core/realize-all.ts';
export { scope } from './core/scope.ts';
export type { OptimizerSetting, OptimizerStateDict, StateDict } from './core/state-dict.ts';
export { Tensor } from './core/tensor.ts';
export type { BackwardOptions, GradHook } from './core/tensor.ts';
export { enableGrad, inferenceMode, isGradEnabled, noGrad, setGradEnabled } from './core/grad-mode.ts';
export { customGrad } from './core/custom-grad.ts';
export type { CustomBackward } from './core/custom-grad.ts';
export type { Operand } from './core/promote.ts';

export {
  empty,
  emptyLike,
  eye,
  full,
  fullLike,
  ones,
  onesLike,
  zeros,
  zerosLike,
} from './creation/constant.ts';
export { asTensor } from './creation/new.ts';
export { fromBuffer, fromBytes, tensor } from './creation/from-data.ts';
export type { CreationOptions } from './creation/options.ts';
export { poisson } from './creation/poisson.ts';
export { rand, randLike, randint, randintLike, randn, randnLike, randperm } from './creation/random.ts';
export type { RandomOptions } from './creation/random.ts';
export { arange, linspace, logspace } from './creation/range.ts';
export type { LogspaceOptions } from './creation/range.ts';
export { bernoulli, multinomial, normal } from './creation/distributions.ts';
export type { DrawOptions, MultinomialOptions } from './creation/distributions.ts';
export { trilIndices, triuIndices } from './creation/triangle-indices.ts';
export * from './creation/window.ts';
export { complex, conj, imag, polar, real } from './fft/complex.ts';
export { istft, stft } from './fft/stft.ts';
export type { IstftOptions, StftOptions } from './fft/stft.ts';
export { luUnpack } from './linalg/lu.ts';
export * from './linalg/torch-names.ts';
export {
  Generator,
  defaultGenerator,
  getRngState,
  initialSeed,
  manualSeed,
  seed,
  setRngState,
} from './random/generator.ts';
export type { GeneratorState } from './random/generator.ts';
export type { NestedData, NestedList } from './data/nested.ts';
export type { TensorData, TypedArray } from './data/typed-array.ts';

export * from './ops/arithmetic.ts';
export * from './ops/as-strided.ts';
export { adjoint, moveaxis, movedim, swapaxes, swapdims } from './ops/axes.ts';
export * from './ops/clamp.ts';
export * from './ops/comparison.ts';
export * from './ops/complex.ts';
export * from './ops/cumulative.ts';
export * from './ops/diagonal.ts';
export { isFloatingPoint, resultType } from './ops/describe.ts';
export * from './ops/distance.ts';
export { einsum, tensordot } from './ops/einsum.ts';
export type { Dim, ShapeArgs } from './ops/dims.ts';
export * from './ops/exponential.ts';
export * from './ops/extremum.ts';
export * from './ops/gather.ts';
export * from './ops/grid.ts';
export * from './ops/identity.ts';
export * from './ops/index.ts';
export type { IndexItem, SliceRange } from './ops/index-items.ts';
export * from './ops/join.ts';
export * from './ops/logical.ts';
export * from './ops/masked-select.ts';
export * from './ops/aliases.ts';
export * from './ops/angles.ts';
export * from './ops/covariance.ts';
export * from './ops/counting.ts';
export * from './ops/differences.ts';
export * from './ops/float-bits.ts';
export * from './ops/inverse-trigonometric.ts';
export * from './ops/histogram.ts';
export * from './ops/log-cumulative.ts';
export * from './ops/median.ts';
export * from './ops/nonfinite.ts';
export * from './ops/pairs.ts';
export * from './ops/quantile.ts';
export * from './ops/remainders.ts';
export * from './ops/running-extremum.ts';
export * from './ops/membership.ts';
export { erfc, erfinv } from './ops/error-function.ts';
export { digamma, lgamma, mvlgamma, polygamma } from './ops/gamma.ts';
export { logaddexp, logaddexp2, logit, xlogy } from './ops/log-space.ts';
export type { LogitOptions } from './ops/log-space.ts';
export * from './ops/matmul.ts';
export * from './ops/norm.ts';
export * from './ops/pad.ts';
export {
  addbmm, addmm, addmv, addr, baddbmm, chainMatmul, cross, ger, inner, kron, vdot,
} from './ops/products.ts'; // prettier-ignore
export type { AddProductOptions } from './ops/products.ts';
export * from './ops/read.ts';
export * from './ops/rectifier.ts';
export * from './ops/reduce.ts';
export type { KeepOptions } from './ops/reduce-axes.ts';
export * from './ops/repeat.ts';
export * from './ops/rounding.ts';
export * from './ops/scatter.ts';
export { scatterReduce } from './ops/scatter-reduce.ts';
export type { ScatterReduceOptions, ScatterReduction } from './ops/scatter-reduce.ts';
export { maskedFill } from './ops/selection.ts';
export { bucketize, searchsorted } from './ops/searchsorted.ts';
export type { BucketizeOptions, SearchsortedOptions } from './ops/searchsorted.ts';
export * from './ops/shape.ts';
export * from './ops/slice.ts';
export * from './ops/softmax.ts';
export * from './ops/sort.ts';
export * from './ops/splitting.ts';
export {
  atleast1d, atleast2d, atleast3d, blockDiag, columnStack, concat, concatenate, dstack, hstack, rowStack, vstack,
} from './ops/stacking.ts'; // prettier-ignore
export * from './ops/take.ts';
export { toText } from './ops/text.ts';
export * from './ops/triangle.ts';
export * from './ops/trigonometric.ts';
export * from './ops/turn.ts';
export * from './ops/unfold.ts';
export * from './ops/unique.ts';
export * from './ops/unravel-index.ts';
export * from './ops/variance.ts';
export * from './ops/view-scatter.ts';
export { where } from './ops/where.ts';
export * from './ops/write-rows.ts';
export { igamma, igammac } from './special/incomplete-gamma.ts';
export { i0 } from './special/modified-bessel.ts';
