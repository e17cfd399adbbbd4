/**
 * Float64 functions that WebAssembly has no instruction for, taken from JavaScript's Math where it has them.
 * Every instance of a module built here is given them as its imports; they serve float64 tensors (numerical
 * gradient checks, not speed) and the rare float32 arguments that a vector routine hands on.
 */

/** The name of the import module under which generated code finds these functions. */
export const HOST_MODULE = 'math';

export type HostUnary = 'exp' | 'log' | 'sin' | 'cos' | 'tanh' | 'erf';
export type HostBinary = 'atan2' | 'pow' | 'mod' | 'idiv';
export type HostFunction = HostUnary | HostBinary;
export type HostFunctions = Readonly<
  Record<HostUnary, (x: number) => number> & Record<HostBinary, (a: number, b: number) => number>
>;

/**
 * Makes the functions. It refers to nothing outside itself, so its source text runs in a worker as well; methods, because
 * some tools wrap named functions in a helper that would be missing there.
 */
export function makeHostFunctions(): HostFunctions {
  const { exp, log, sin, cos, tanh, atan2 } = Math;
  const parts = {
    /** erfc for x >= 2: Laplace's fraction x + (1/2)/(x + 1/(x + (3/2)/(x + …))), from the inside outwards. */
    largeErfc(x: number): number {
      let fraction = x;
      for (let n = 60; n > 0; n--) fraction = x + n / 2 / fraction;
      return exp(-x * x) / (fraction * Math.sqrt(Math.PI));
    },
  };
  return {
    exp,
    log,
    sin,
    cos,
    tanh,
    atan2,

    /**
     * The error function, to a few units in the last place: Kummer's series below 2 (all terms positive), and
     * 1 - erfc above (Abramowitz & Stegun 7.1.6 and 7.1.14).
     */
    erf(x: number): number {
      const a = Math.abs(x);
      if (a >= 6) return Math.sign(x);
      if (a >= 2) return Math.sign(x) * (1 - parts.largeErfc(a));
      let term = x;
      let sum = x;
      for (let n = 1; Math.abs(term) > Math.abs(sum) * 1e-17; n++) {
        term *= (2 * x * x) / (2 * n + 1);
        sum += term;
      }
      return (2 / Math.sqrt(Math.PI)) * exp(-x * x) * sum;
    },

    /** As C's pow, which differs from JavaScript's where the base is 1 or -1: 1^y = 1 for all y, (-1)^±inf = 1. */
    pow(base: number, exponent: number): number {
      if (base === 1 || (base === -1 && Math.abs(exponent) === Infinity)) return 1;
      return base ** exponent;
    },

    /** The remainder of floor division, with the sign of the divisor (Python's %). */
    mod(a: number, b: number): number {
      const rest = a % b;
      return rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest;
    },

    /** The quotient of floor division, consistent with `mod` (Python's //); division by zero as IEEE. */
    idiv(a: number, b: number): number {
      const quotient = a / b;
      if (b === 0) return quotient;
      const rest = a % b;
      const whole = Math.round((a - rest) / b) - (rest !== 0 && rest < 0 !== b < 0 ? 1 : 0);
      return whole === 0 && (quotient < 0 || Object.is(quotient, -0)) ? -0 : whole;
    },
  };
}
