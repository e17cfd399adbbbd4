/**
 * The methods and properties that read, write and arrange elements (indexing, axes, pieces, order), and products. `methods.ts` installs
 * them with all others.
 */

import type { Tensor } from './core/tensor.ts';
import { conj, imag, real } from './fft/complex.ts';
import { install, installProperties } from './install-methods.ts';
import type { MethodsOf } from './install-methods.ts';
import * as asStrided from './ops/as-strided.ts';
import { adjoint, moveaxis, movedim, swapaxes, swapdims, transposeProperties } from './ops/axes.ts';
import type { TransposeProperties } from './ops/axes.ts';
import { angle } from './ops/complex.ts';
import {
  dim,
  elementSize,
  isFloatingPoint,
  isSigned,
  ndimension,
  nelement,
  size,
  sizeProperties,
} from './ops/describe.ts';
import type { SizeMethods, SizeProperties } from './ops/describe.ts';
import * as diagonal from './ops/diagonal.ts';
import { sumToSize } from './ops/grid.ts';
import * as indexing from './ops/index.ts';
import * as masked from './ops/masked-select.ts';
import { addbmm, addmm, addmv, addr, baddbmm, cross, ger, inner, kron, vdot } from './ops/products.ts';
import * as repeat from './ops/repeat.ts';
import { scatterReduce } from './ops/scatter-reduce.ts';
import * as splitting from './ops/splitting.ts';
import * as take from './ops/take.ts';
import * as turn from './ops/turn.ts';
import { unfold } from './ops/unfold.ts';
import { unique, uniqueConsecutive } from './ops/unique.ts';
import type { UniqueMethods } from './ops/unique.ts';
import * as viewScatter from './ops/view-scatter.ts';
import * as writeRows from './ops/write-rows.ts';

/** The methods of modules that hold other functions too. */
const single = {
  addbmm, addmm, addmv, addr, adjoint, angle, baddbmm, conj, cross, dim, elementSize, ger, inner, isFloatingPoint, isSigned,
  kron, moveaxis, movedim, ndimension, nelement, scatterReduce, sumToSize, swapaxes, swapdims, unfold, vdot,
}; // prettier-ignore

/** Of complex numbers, which are a trailing axis of 2. */
interface ComplexProperties {
  /** The real parts. As torch.Tensor.real. */
  readonly real: Tensor;
  /** The imaginary parts. As torch.Tensor.imag. */
  readonly imag: Tensor;
}

interface ShapeMethods
  extends
    MethodsOf<typeof asStrided>,
    MethodsOf<typeof diagonal>,
    MethodsOf<typeof indexing>,
    MethodsOf<Omit<typeof masked, 'nonzero'>>,
    masked.NonzeroMethods,
    MethodsOf<typeof repeat>,
    MethodsOf<typeof single>,
    SizeMethods,
    UniqueMethods,
    MethodsOf<typeof splitting>,
    MethodsOf<typeof take>,
    MethodsOf<typeof turn>,
    MethodsOf<typeof viewScatter>,
    MethodsOf<typeof writeRows>,
    ComplexProperties,
    SizeProperties,
    TransposeProperties {}

// Declared from here rather than there, so that the class does not depend on every operation.
declare module './core/tensor.ts' {
  interface Tensor extends ShapeMethods {}
}

install(asStrided);
install(diagonal);
install(indexing);
install(masked);
install(repeat);
install(single);
install({ size, unique, uniqueConsecutive });
install(splitting);
install(take);
install(turn);
install(viewScatter);
install(writeRows);
installProperties({ imag, real });
installProperties(sizeProperties);
installProperties(transposeProperties);
