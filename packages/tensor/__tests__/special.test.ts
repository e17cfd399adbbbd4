import { describe, expect, test } from 'vitest';
import { igamma, tensor } from '../src/index.ts';
import type { Tensor } from '../src/index.ts';
import * as special from '../src/special/index.ts';
import { expectClose, expectExactly } from './support.ts';

const doubles = (data: readonly number[]) => tensor([...data], { dtype: 'float64' });

/** Each value relative to itself. */
function expectDigits(x: Tensor, values: readonly number[], digits: number): void {
  const found = Array.from(x.dataSync(), Number);
  found.forEach((value, i) => expect(value / values[i], `element ${i}: ${value}`).toBeCloseTo(1, digits));
}

/** References to 17 digits (mpmath). */
const VALUES = [
  ['i0', [0.5, 9, -20], [1.0634833707413235, 1093.5883545113747, 43558282.559553533]],
  ['i1e', [0.5, 9, -20], [0.1564208031848717, 0.12722498393589121, -0.087506222183288665]],
  ['modifiedBesselK0', [0.1, 1.9, 7], [2.4270690247020166, 0.12884597927604749, 0.00042479574186923181]],
  ['modifiedBesselK1', [0.1, 1.9, 7], [9.8538447808706056, 0.15966015303266763, 0.00045418248688489697]],
  ['scaledModifiedBesselK1', [0.1, 1.9, 700], [10.890182683049696, 1.06747092981457, 0.047396187653494544]],
  ['besselJ0', [0.3, 4.9, -12], [0.97762624653829609, -0.2097383275853262, 0.047689310796833537]],
  ['besselJ1', [0.3, 4.9, -12], [0.148318816273104, -0.31469467101519065, 0.22344710449062761]],
  ['besselY0', [0.3, 4.9, 12], [-0.80727357780451949, -0.29205459424401422, -0.22523731263436143]],
  ['besselY1', [0.3, 4.9, 12], [-2.2931051383885291, 0.18124669204504856, -0.057099218260896521]],
  ['sphericalBesselJ0', [0.25, 2, -30], [0.98961583701809172, 0.45464871341284085, -0.03293438746976206]],
  ['airyAi', [-7, 0.5, 3], [0.18428083525050564, 0.23169360648083349, 0.0065911393574607191]],
  ['erfcx', [-2, 0.1, 50], [108.94090438997797, 0.89645697996912664, 0.011281536265323773]],
  ['ndtr', [-8, 0.5, 3], [6.2209605742717841e-16, 0.6914624612740131, 0.99865010196836991]],
  ['logNdtr', [-40, -0.5, 5], [-804.60844201375379, -1.1759117615936186, -2.8665161296376359e-7]],
] as const; // prettier-ignore

describe('against references to 17 digits', () => {
  test.each(VALUES)('%s', (name, x, y) => {
    expectDigits(special[name](doubles(x)), y, 12);
    expectClose(special[name](tensor([...x], { dtype: 'float32' })), [3], y, 2e-6);
  });

  test('the incomplete gamma functions, in every region', () => {
    const a = doubles([0.3, 5, 5, 100, 100000, 2]);
    const x = doubles([0.2, 2, 9, 95, 100100, 40]);
    const lower = [0.65750672426972174, 0.052653017343711157, 0.9450363585048951, 0.3173568111698, 0.6244451307044055, 0.99999999999999983]; // prettier-ignore
    const upper = [0.34249327573027826, 0.94734698265628884, 0.054963641495104904, 0.6826431888302, 0.3755548692955945, 1.7418252446695515e-16]; // prettier-ignore
    expectDigits(special.gammainc(a, x), lower, 12);
    expectDigits(special.gammaincc(a, x), upper, 11);
    expectExactly(igamma(tensor([0, 1, 0.5, -1]), tensor([1, 0, Infinity, 1])), [1, 0, 1, NaN]);
  });

  test('zeta and its poles', () => {
    expectDigits(
      special.zeta(doubles([1.5, 4]), doubles([0.5, 10])),
      [4.7765379475548332, 0.00038665021738164473],
      12,
    );
    expectExactly(special.zeta(doubles([1, 0.5, 2]), doubles([2, 2, -3])), [Infinity, NaN, Infinity]);
  });
});

describe('at the ends of the domain', () => {
  test('the normal distribution and entropies', () => {
    expectExactly(special.ndtri(tensor([0, 0.5, 1, 1.5])), [-Infinity, 0, Infinity, NaN]);
    expectExactly(special.entr(tensor([0, 1, -0.5, NaN])), [0, -0, -Infinity, NaN]);
    expectExactly(special.xlog1py(tensor([0, 0.5]), tensor([-1, -1])), [0, -Infinity]);
  });

  test('Bessel functions of the second kind', () => {
    expectExactly(special.besselY0(tensor([0, -0.5, Infinity])), [-Infinity, NaN, 0]);
    expectExactly(special.modifiedBesselK0(tensor([0, -0.5])), [Infinity, NaN]);
  });
});

describe('orthogonal polynomials', () => {
  const x = doubles([-0.5, 0.25, 2]);

  test('of one degree', () => {
    expectClose(special.chebyshevPolynomialT(x, 3), [3], [1, -0.6875, 26]);
    expectClose(special.hermitePolynomialH(x, 3), [3], [5, -2.875, 40]);
    expectClose(special.laguerrePolynomialL(x, 2), [3], [2.125, 0.53125, -1]);
    expectClose(special.legendrePolynomialP(x, 2), [3], [-0.125, -0.40625, 5.5]);
    expectExactly(special.legendrePolynomialP(x, -1), [0, 0, 0]);
  });

  test('of a degree each, known or computed', () => {
    const n = tensor([0, 2, 1]);
    expectClose(special.chebyshevPolynomialU(x, n), [3], [1, -0.75, 4]);
    expectClose(special.chebyshevPolynomialU(x, n.add(1)), [3], [-1, -0.875, 15]);
    expectClose(special.shiftedChebyshevPolynomialT(0.75, n), [3], [1, -0.5, 0.5]);
  });
});
