/**
 * Gradient checks in float64 of special functions that PyTorch has no gradient of, so that its samples have none to compare
 * with: in each range in which they are computed by another formula.
 */

import { setDefaultDevice } from '@tenfold/tensor';
import type { Tensor } from '@tenfold/tensor';
import * as special from '@tenfold/tensor/special';
import { beforeAll, describe, it } from 'vitest';
import type { GradientCase } from './case.ts';
import { onMatrix } from './case.ts';
import { checkDifferences } from './suite.ts';

type Range = readonly [number, number];

/** Functions of one tensor by their names, each in several ranges. */
function inRanges(functions: Readonly<Record<string, (x: Tensor) => Tensor>>, ...ranges: readonly Range[]): GradientCase[] {
  return Object.entries(functions).flatMap(([name, fn]) =>
    ranges.map((range) => onMatrix(`${name} from ${range[0]} to ${range[1]}`, fn, { range })),
  );
} // prettier-ignore

const { airyAi, besselJ0, besselJ1, besselY0, besselY1, i0, i0e, i1, i1e, sphericalBesselJ0 } = special;
const { modifiedBesselI0, modifiedBesselI1, modifiedBesselK0, modifiedBesselK1 } = special;
const { scaledModifiedBesselK0, scaledModifiedBesselK1 } = special;

const bessel: readonly GradientCase[] = [
  ...inRanges({ airyAi }, [-2, 2], [-9, -2.2], [2.2, 6]),
  onMatrix('airyAi at 0', (x) => special.airyAi(x.mul(0)), { smooth: false }),
  ...inRanges({ besselJ0, besselJ1 }, [-4.8, 4.8], [5.2, 30]),
  ...inRanges({ besselY0, besselY1 }, [0.4, 4.8], [5.2, 30]),
  ...inRanges({ sphericalBesselJ0 }, [-0.9, 0.9], [1.1, 20]),
  ...inRanges({ i0, i1, modifiedBesselI0, modifiedBesselI1 }, [-7.8, 7.8], [8.2, 12]),
  ...inRanges({ i0e, i1e }, [0.2, 7.8], [-12, -8.2]),
  ...inRanges({ modifiedBesselK0, modifiedBesselK1, scaledModifiedBesselK0, scaledModifiedBesselK1 }, [0.4, 1.9], [2.1, 12]),
]; // prettier-ignore

const {
  chebyshevPolynomialT, chebyshevPolynomialU, chebyshevPolynomialV, chebyshevPolynomialW, hermitePolynomialH,
  hermitePolynomialHe, laguerrePolynomialL, legendrePolynomialP, shiftedChebyshevPolynomialT, shiftedChebyshevPolynomialU,
  shiftedChebyshevPolynomialV, shiftedChebyshevPolynomialW,
} = special; // prettier-ignore

const POLYNOMIALS = {
  chebyshevPolynomialT, chebyshevPolynomialU, chebyshevPolynomialV, chebyshevPolynomialW, hermitePolynomialH,
  hermitePolynomialHe, laguerrePolynomialL, legendrePolynomialP, shiftedChebyshevPolynomialT, shiftedChebyshevPolynomialU,
  shiftedChebyshevPolynomialV, shiftedChebyshevPolynomialW,
}; // prettier-ignore

const polynomials: readonly GradientCase[] = Object.entries(POLYNOMIALS).flatMap(([name, fn]) =>
  [1, 2, 5].map((degree) =>
    onMatrix(`${name} of degree ${degree}`, (x) => fn(x, degree), { smooth: degree > 1 }),
  ),
);

/** Special functions on a device that is registered, and has float64. */
export function specialFunctions(device: string): void {
  describe(`gradients of special functions on ${device}`, () => {
    beforeAll(() => setDefaultDevice(device));
    it.each([...bessel, ...polynomials])('$name', (each) => checkDifferences(each));
  });
}
