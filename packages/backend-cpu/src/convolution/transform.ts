/**
 * The transforms of Winograd's minimal filtering, F(m, 3) for m = 2 and 4 (Lavin and Gray, "Fast Algorithms for
 * Convolutional Neural Networks", 2015), one dimension at a time, as vector code: y = Aᵀ[(G w) ⊙ (Bᵀ d)].
 *
 * F(4, 3) interpolates at 0, ±3/4, ±4/3 and infinity. Lavin's 0, ±1, ±2 are four times less accurate in float32 (see
 * `accuracy.ts`): what counts is that the nodes lie around 1, as reciprocal pairs.
 */

import type { MathContext, Vector, VectorLocal } from '../math/index.ts';
import { madd } from '../math/index.ts';
import { f32x4 } from '../wasm/index.ts';
import type { FunctionBuilder } from '../wasm/index.ts';

type Vectors = readonly VectorLocal[];

/** A tile of m outputs from n = m + 2 inputs. */
export interface Transform {
  readonly outputs: number;
  readonly inputs: number;
  /** Bᵀ: n inputs to n. */
  input(m: MathContext, d: Vectors): VectorLocal[];
  /** G: 3 weights to n. */
  weights(m: MathContext, w: Vectors): VectorLocal[];
  /** Aᵀ: n products to m outputs. */
  output(m: MathContext, p: Vectors): VectorLocal[];
  /** For the gradient of the weights, F(3, m): G of the m outputs' gradients to n, and Aᵀ from n to the 3 weights. */
  gradient(m: MathContext, g: Vectors): VectorLocal[];
  taps(m: MathContext, p: Vectors): VectorLocal[];
}

const [A, B] = [3 / 4, 4 / 3];
const [AA, BB] = [A * A, B * B];

function times({ code }: MathContext, factor: number, x: Vector): Vector {
  return f32x4.mul(code.constants.f32x4(factor), x);
}

/** factor · x + y. */
function plus(m: MathContext, factor: number, x: Vector, y: Vector): Vector {
  if (factor === 1) return f32x4.add(y, x);
  if (factor === -1) return f32x4.sub(y, x);
  return madd(m, m.code.constants.f32x4(factor), x, y);
}

export const winograd2: Transform = {
  outputs: 2,
  inputs: 4,
  input({ code }, [d0, d1, d2, d3]) {
    return [f32x4.sub(d0, d2), f32x4.add(d1, d2), f32x4.sub(d2, d1), f32x4.sub(d1, d3)].map((x) =>
      code.let(x),
    );
  },
  weights(m, [w0, w1, w2]) {
    const { code } = m;
    const even = code.let(times(m, 0.5, f32x4.add(w0, w2)));
    return [w0, code.let(plus(m, 0.5, w1, even)), code.let(plus(m, -0.5, w1, even)), w2];
  },
  output({ code }, [p0, p1, p2, p3]) {
    return [f32x4.add(f32x4.add(p0, p1), p2), f32x4.sub(f32x4.sub(p1, p2), p3)].map((x) => code.let(x));
  },
  gradient(m, [g0, g1]) {
    const { code } = m;
    const half = code.let(times(m, 0.5, g0));
    return [g0, code.let(plus(m, 0.5, g1, half)), code.let(plus(m, -0.5, g1, half)), g1];
  },
  taps({ code }, [p0, p1, p2, p3]) {
    const even = code.let(f32x4.add(p1, p2));
    return [f32x4.add(p0, even), f32x4.sub(p1, p2), f32x4.sub(even, p3)].map((x) => code.let(x));
  },
};

export const winograd4: Transform = {
  outputs: 4,
  inputs: 6,
  input(m, [d0, d1, d2, d3, d4, d5]) {
    const { code } = m;
    const pair = (node: number, other: number): VectorLocal[] => {
      const even = code.let(plus(m, -other, d2, d4));
      const odd = code.let(plus(m, -other, d1, d3));
      return [code.let(plus(m, node, odd, even)), code.let(plus(m, -node, odd, even))];
    };
    const first = code.let(plus(m, -AA - BB, d2, f32x4.add(d0, d4)));
    const last = code.let(plus(m, -AA - BB, d3, f32x4.add(d1, d5)));
    return [first, ...pair(A, BB), ...pair(B, AA), last];
  },
  weights(m, [w0, w1, w2]) {
    const { code } = m;
    const pair = (node: number, other: number): VectorLocal[] => {
      const scale = scaleOf(node, other);
      const even = code.let(plus(m, scale * node * node, w2, times(m, scale, w0)));
      return [code.let(plus(m, scale * node, w1, even)), code.let(plus(m, -scale * node, w1, even))];
    };
    return [w0, ...pair(A, BB), ...pair(B, AA), w2];
  },
  output(m, [p0, p1, p2, p3, p4, p5]) {
    const { code } = m;
    const [evenA, oddA] = evenAndOdd(code, p1, p2);
    const [evenB, oddB] = evenAndOdd(code, p3, p4);
    return [
      f32x4.add(f32x4.add(p0, evenA), evenB),
      plus(m, A, oddA, times(m, B, oddB)),
      plus(m, AA, evenA, times(m, BB, evenB)),
      plus(m, A * AA, oddA, plus(m, B * BB, oddB, p5)),
    ].map((x) => code.let(x));
  },
  gradient(m, [g0, g1, g2, g3]) {
    const { code } = m;
    const pair = (node: number, other: number): VectorLocal[] => {
      const scale = scaleOf(node, other);
      const even = code.let(plus(m, scale * node * node, g2, times(m, scale, g0)));
      const odd = code.let(plus(m, scale * node ** 3, g3, times(m, scale * node, g1)));
      return [code.let(f32x4.add(even, odd)), code.let(f32x4.sub(even, odd))];
    };
    return [g0, ...pair(A, BB), ...pair(B, AA), g3];
  },
  taps(m, [p0, p1, p2, p3, p4, p5]) {
    const { code } = m;
    const [evenA, oddA] = evenAndOdd(code, p1, p2);
    const [evenB, oddB] = evenAndOdd(code, p3, p4);
    return [
      f32x4.add(f32x4.add(p0, evenA), evenB),
      plus(m, A, oddA, times(m, B, oddB)),
      plus(m, AA, evenA, plus(m, BB, evenB, p5)),
    ].map((x) => code.let(x));
  },
};

/** Sum and difference of the values at two opposite nodes. */
function evenAndOdd(code: FunctionBuilder, plusNode: VectorLocal, minusNode: VectorLocal): VectorLocal[] {
  return [code.let(f32x4.add(plusNode, minusNode)), code.let(f32x4.sub(plusNode, minusNode))];
}

/** What Lagrange's polynomial at a node ±a is divided by, the other pair being ±b: 1 / (2a²(a² - b²)). */
function scaleOf(node: number, otherSquare: number): number {
  return 1 / (2 * node * node * (node * node - otherSquare));
}
