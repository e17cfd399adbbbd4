/**
 * What a checkpoint needs from the objects it saves, as structural interfaces: a model and an optimizer fit by
 * their shape, so this package depends neither on `@tenfold/nn` nor on `@tenfold/optim`.
 */

import type { OptimizerStateDict, Tensor } from '@tenfold/tensor/base';

/** A value that JSON can hold; NaN and the infinities are allowed and survive the round trip. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Anything with parameters and buffers under names: every `nn.Module`. */
export interface ModelLike {
  stateDict(): ReadonlyMap<string, Tensor>;
  /** Copies the values in. With `strict` (the default) missing and unexpected keys are a StateDictError. */
  loadStateDict(stateDict: ReadonlyMap<string, Tensor>, options?: { strict?: boolean }): unknown;
}

/** Anything with the state of an optimizer: every class of `@tenfold/optim`. */
export interface OptimizerLike {
  stateDict(): OptimizerStateDict;
  /**
   * Throws a StateDictError that names what does not fit this optimizer (the number of groups or of parameters,
   * unknown or missing keys, shapes, dtypes) and changes nothing.
   */
  checkStateDict(stateDict: OptimizerStateDict): void;
  /** Takes the state over. Raises what `checkStateDict` raises, and then has changed nothing. */
  loadStateDict(stateDict: OptimizerStateDict): unknown;
}

/** Where in which sequence of random numbers a generator is. */
export interface RngState {
  /** A 64-bit unsigned integer in decimal digits. */
  readonly seed: string;
  /** Draws since the seed was set. */
  readonly offset: number;
}

/** Anything with the state of a random generator: `Generator` of `@tenfold/tensor`, and its default generator. */
export interface RngLike {
  getState(): RngState;
  setState(state: RngState): unknown;
}

/** What `saveCheckpoint` writes. Whatever is left out is not in the file. */
export interface CheckpointContent {
  readonly model?: Pick<ModelLike, 'stateDict'>;
  readonly optimizer?: Pick<OptimizerLike, 'stateDict'>;
  /** Number of training steps done: a non-negative safe integer. */
  readonly step: number;
  /** The random generator whose state to save, so that dropout and shuffling go on where they were. */
  readonly rng?: Pick<RngLike, 'getState'>;
  /** Anything else worth keeping (epoch, best accuracy, configuration), as plain JSON. */
  readonly extra?: Json;
}
