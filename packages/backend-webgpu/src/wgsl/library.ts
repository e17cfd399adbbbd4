/**
 * The functions of WGSL that a shader needs. Each stands in `functions/` as text; which others it uses is read from that
 * text, so there is nothing to keep up to date. A shader gets what it uses, each function once, after those it uses.
 */

import { ATAN2 } from './functions/atan2.ts';
import { CONVERSIONS } from './functions/conversions.ts';
import { DIVISION } from './functions/division.ts';
import { EXPONENTIAL } from './functions/exponential.ts';
import { FLOATS } from './functions/floats.ts';
import { HALF } from './functions/half.ts';
import { INT32 } from './functions/int32.ts';
import { INT64 } from './functions/int64.ts';
import { INT64_DIVISION } from './functions/int64-division.ts';
import { LOGARITHM } from './functions/logarithm.ts';
import { POWER } from './functions/power.ts';
import { REMAINDER } from './functions/remainder.ts';
import { SIGMOIDAL } from './functions/sigmoidal.ts';
import { THREEFRY } from './functions/threefry.ts';
import { TRIGONOMETRY } from './functions/trigonometry.ts';

const FUNCTIONS = {
  ...FLOATS,
  ...DIVISION,
  ...REMAINDER,
  ...EXPONENTIAL,
  ...LOGARITHM,
  ...POWER,
  ...SIGMOIDAL,
  ...TRIGONOMETRY,
  ...ATAN2,
  ...HALF,
  ...INT32,
  ...INT64,
  ...INT64_DIVISION,
  ...CONVERSIONS,
  ...THREEFRY,
};

export type FunctionName = keyof typeof FUNCTIONS;

function isFunctionName(name: string): name is FunctionName {
  return Object.hasOwn(FUNCTIONS, name);
}

/** What the text of a function names of the library, but for itself. */
function namedIn(name: FunctionName): FunctionName[] {
  const words = new Set(FUNCTIONS[name].match(/[a-z]\w*/gi));
  return [...words].filter(isFunctionName).filter((word) => word !== name);
}

/** Every function of the library. */
export function functionNames(): FunctionName[] {
  return Object.keys(FUNCTIONS).filter(isFunctionName);
}

/** Functions of the library that a shader uses, each with what it needs itself; written once, in order. */
export class Library {
  readonly #used = new Set<FunctionName>();
  readonly #zero: string;

  /**
   * `zero` is a u32 expression over what stands at module scope; it is 0, and no compiler knows. Metal's, which takes it
   * that there are no infinities, makes 0 of the product of an infinite constant and a variable.
   */
  constructor(zero = '0u') {
    this.#zero = zero;
  }

  /** The name, under which the shader may call the function. */
  use(name: FunctionName): string {
    if (!this.#used.has(name)) {
      for (const needed of namedIn(name)) this.use(needed);
      this.#used.add(name);
    }
    return name;
  }

  /** A call of a function of the library. */
  call(name: FunctionName, ...operands: readonly string[]): string {
    return `${this.use(name)}(${operands.join(', ')})`;
  }

  /** WGSL of everything that is used. */
  code(): string {
    return [...this.#used].map((name) => this.#text(name)).join('\n\n');
  }

  #text(name: FunctionName): string {
    const text = FUNCTIONS[name].trim();
    return name === 'unknown_zero' ? text.replace('0u', this.#zero) : text;
  }
}
