/**
 * Where random numbers come from: a seed and a running counter. Each random tensor takes the next value of the counter
 * and computes its bits from seed, counter and element position alone (Threefry-2x32: Salmon et al., "Parallel random
 * numbers: as easy as 1, 2, 3", SC11), so they are the same on every backend, in any order, and never stored.
 */

import { ArgumentError } from '@tenfold/ir';

/** All of a generator: what a checkpoint keeps. Plain JSON. */
export interface GeneratorState {
  /** The 64-bit seed in decimal digits. */
  readonly seed: string;
  /** How many random tensors were drawn since it was set. */
  readonly offset: number;
}

/** A source of random numbers of its own. As torch.Generator. */
export class Generator {
  #seed: bigint;
  #offset: number;

  /** A generator with `seed`, a whole number of up to 64 bits. */
  constructor(seed: number | bigint = DEFAULT_SEED) {
    this.#seed = checkSeed(seed);
    this.#offset = 0;
  }

  /** The seed last set, as an unsigned 64-bit number. */
  get seed(): bigint {
    return this.#seed;
  }

  /** How many random tensors were drawn since the seed was set. */
  get offset(): number {
    return this.#offset;
  }

  /** Starts the sequence of `seed` from its beginning. Returns the generator. */
  manualSeed(seed: number | bigint): this {
    this.#seed = checkSeed(seed);
    this.#offset = 0;
    return this;
  }

  /** Where in which sequence the generator is. */
  getState(): GeneratorState {
    return { seed: String(this.#seed), offset: this.#offset };
  }

  /** Goes on from a state as `getState` gave it. Raises ArgumentError for anything else. */
  setState(state: GeneratorState): this {
    const { seed, offset } = state;
    if (typeof seed !== 'string' || !/^\d{1,20}$/.test(seed) || !Number.isSafeInteger(offset) || offset < 0) {
      throw new ArgumentError(
        `setState: expected { seed: digits, offset: a whole number from 0 }, got ${JSON.stringify(state)}`,
      );
    }
    this.#seed = checkSeed(BigInt(seed));
    this.#offset = offset;
    return this;
  }

  /** The key of the next random tensor, as two words. For Tenfold's own packages. */
  nextKey(): readonly [number, number] {
    const low = Number(BigInt.asIntN(32, this.#seed));
    const high = Number(BigInt.asIntN(32, this.#seed >> 32n));
    const counter = this.#offset++;
    return [low, (counter + scramble(high)) | 0];
  }
}

/** PyTorch's. */
const DEFAULT_SEED = 67280421310721n;

/** Used by random functions that are given no generator. */
export const defaultGenerator = new Generator();

/**
 * Sets the seed of the generator that random functions use when none is given, and returns it. As torch.manual_seed;
 * the numbers are Tenfold's own, equal on every backend but not equal to PyTorch's.
 */
export function manualSeed(seed: number | bigint): Generator {
  return defaultGenerator.manualSeed(seed);
}

/** The seed of the generator that random functions use when none is given. As torch.initial_seed. */
export function initialSeed(): bigint {
  return defaultGenerator.seed;
}

/** Gives that generator a seed that differs from run to run, and returns the seed. As torch.seed. */
export function seed(): bigint {
  return manualSeed(crypto.getRandomValues(new BigUint64Array(1))[0]).seed;
}

/** Where that generator is in its sequence: plain JSON, for a checkpoint. As torch.get_rng_state. */
export function getRngState(): GeneratorState {
  return defaultGenerator.getState();
}

/** Puts that generator where it was. As torch.set_rng_state. Raises ArgumentError for what is no state. */
export function setRngState(newState: GeneratorState): void {
  defaultGenerator.setState(newState);
}

function checkSeed(seed: number | bigint): bigint {
  const isWhole = typeof seed === 'bigint' || Number.isSafeInteger(seed);
  if (!isWhole || BigInt(seed) < -(2n ** 63n) || BigInt(seed) >= 2n ** 64n) {
    throw new ArgumentError(
      `manualSeed: ${seed} is not a seed; expected a whole number of up to 64 bits (a bigint beyond 2^53)`,
    );
  }
  return BigInt.asUintN(64, BigInt(seed));
}

/** Sends the upper word of a seed to a far place of the counter; 0 stays 0. (The finalizer of MurmurHash3.) */
function scramble(word: number): number {
  let x = word;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return x ^ (x >>> 16);
}
