/**
 * All methods: every export of the modules below is one. Rarely used operations stay functions. Importing
 * `@tenfold/tensor` installs these; a page that counts bytes imports `@tenfold/tensor/base`, which has only those of
 * `everyday-methods.ts`.
 */

import { setViewWriter } from './core/view-writer.ts';
import { istft, stft } from './fft/stft.ts';
import * as linalg from './linalg/torch-names.ts';
import { installInPlace } from './in-place-methods.ts';
import type { InPlaceMethods } from './in-place-methods.ts';
import { install } from './install-methods.ts';
import type { MethodsOf } from './install-methods.ts';
import './shape-methods.ts';
import * as arithmetic from './ops/arithmetic.ts';
import * as assign from './ops/assign.ts';
import { writeThroughView } from './ops/assign-view.ts';
import * as clamp from './ops/clamp.ts';
import * as comparison from './ops/comparison.ts';
import * as cumulative from './ops/cumulative.ts';
import * as exponential from './ops/exponential.ts';
import * as extremum from './ops/extremum.ts';
import * as gather from './ops/gather.ts';
import * as identity from './ops/identity.ts';
import * as logical from './ops/logical.ts';
import * as matmul from './ops/matmul.ts';
import * as norm from './ops/norm.ts';
import * as mathematics from './ops/mathematics.ts';
import type { MedianMethods } from './ops/median.ts';
import * as read from './ops/read.ts';
import * as reduce from './ops/reduce.ts';
import * as rounding from './ops/rounding.ts';
import * as scatter from './ops/scatter.ts';
import { keepWhere, maskedFill } from './ops/selection.ts';
import * as shape from './ops/shape.ts';
import * as slice from './ops/slice.ts';
import * as softmax from './ops/softmax.ts';
import * as sort from './ops/sort.ts';
import { inspect, toString, toText } from './ops/text.ts';
import { tril, triu } from './ops/triangle.ts';
import * as trigonometric from './ops/trigonometric.ts';
import { std, variance } from './ops/variance.ts';

/** The methods of modules that hold other functions too, or under a name that only a method can have. */
const single = {
  istft,
  maskedFill,
  std,
  stft,
  toString,
  toText,
  tril,
  triu,
  var: variance,
  where: keepWhere,
};

interface TensorMethods
  extends
    InPlaceMethods,
    MethodsOf<typeof arithmetic>,
    MethodsOf<typeof assign>,
    MethodsOf<typeof clamp>,
    MethodsOf<typeof comparison>,
    MethodsOf<typeof cumulative>,
    MethodsOf<typeof exponential>,
    MethodsOf<Omit<typeof extremum, 'max' | 'min'>>,
    extremum.ExtremumMethods,
    MethodsOf<typeof gather>,
    MethodsOf<Omit<typeof identity, 'type'>>,
    identity.TypeMethods,
    MethodsOf<typeof linalg>,
    MethodsOf<typeof logical>,
    MethodsOf<typeof matmul>,
    MethodsOf<typeof norm>,
    MethodsOf<typeof read>,
    MethodsOf<typeof reduce>,
    MethodsOf<Omit<typeof mathematics, 'median' | 'nanmedian'>>,
    MedianMethods,
    MethodsOf<typeof single>,
    MethodsOf<typeof rounding>,
    MethodsOf<typeof scatter>,
    MethodsOf<typeof shape>,
    MethodsOf<typeof slice>,
    MethodsOf<typeof softmax>,
    MethodsOf<typeof sort>,
    MethodsOf<typeof trigonometric> {}

// Declared from here rather than there, so that the class does not depend on every operation.
declare module './core/tensor.ts' {
  interface Tensor extends TensorMethods {}
}

install(arithmetic);
install(assign);
install(clamp);
install(comparison);
install(cumulative);
install(exponential);
install(extremum);
install(gather);
install(identity);
install(linalg);
install(logical);
install(matmul);
install(norm);
install(read);
install(reduce);
install(mathematics);
install(single);
install(rounding);
install(scatter);
install(shape);
install(slice);
install(softmax);
install(sort);
install(trigonometric);
installInPlace();
// What Node's console calls.
install({ [Symbol.for('nodejs.util.inspect.custom')]: inspect });
setViewWriter(writeThroughView);
