/**
 * Checkpoints: model, optimizer, step and random state in one file, so that an interrupted training continues
 * where it stopped. Saving replaces the file in one step; restoring checks everything before it changes anything.
 */

import { StateDictError } from '@tenfold/ir';
import type { OptimizerStateDict, StateDict } from '@tenfold/tensor/base';
import {
  CHECKPOINT_VERSION,
  packCheckpoint,
  readCheckpointState,
  splitTensors,
} from './checkpoint-format.ts';
import type {
  CheckpointContent,
  Json,
  ModelLike,
  OptimizerLike,
  RngLike,
  RngState,
} from './checkpoint-types.ts';
import { MAX_HEADER_BYTES } from './header-format.ts';
import type { LoadOptions } from './load.ts';
import type { ByteInput } from './open-source.ts';
import { openSafetensors } from './safetensors-file.ts';
import { saveSafetensors, serializeStateDict } from './save.ts';
import { requireFit } from './state-dict-fit.ts';

/**
 * Saves a checkpoint to a file. Killed at any moment, it leaves the whole old checkpoint or the whole new one.
 * Await it before the next training step: the values are read while it runs.
 *
 * Raises an ArgumentError for a step that is no count, or an `extra` that is not plain JSON.
 */
export async function saveCheckpoint(location: string | URL, content: CheckpointContent): Promise<void> {
  const { tensors, metadata } = packCheckpoint(content);
  await saveSafetensors(location, tensors, { metadata });
}

/** The bytes of the file that `saveCheckpoint` would write. */
export async function serializeCheckpoint(content: CheckpointContent): Promise<Uint8Array<ArrayBuffer>> {
  const { tensors, metadata } = packCheckpoint(content);
  return serializeStateDict(tensors, { metadata });
}

/**
 * Loads a checkpoint from a file, Blob or buffer. No model is touched: `restore` does that. Raises a FormatError
 * when the file is damaged, is no checkpoint, or has a format version that this package does not read.
 */
export async function loadCheckpoint(input: ByteInput, options: LoadOptions = {}): Promise<Checkpoint> {
  const file = await openSafetensors(input, { maxHeaderBytes: MAX_HEADER_BYTES, ...options });
  try {
    const state = readCheckpointState(file.metadata, file.name);
    const tensors: StateDict = new Map();
    for (const name of file.keys()) tensors.set(name, await file.tensor(name, options));
    const { model, optimizer } = splitTensors(tensors, state, file.name);
    return new Checkpoint({
      name: file.name,
      step: state.step,
      rng: state.rng,
      extra: state.extra,
      model: state.hasModel ? model : undefined,
      optimizer: state.optimizer && { state: optimizer, ...state.optimizer },
    });
  } finally {
    await file.close();
  }
}

/** What to restore. A checkpoint may hold more than is asked for: for inference, restore the model alone. */
export interface RestoreTargets {
  readonly model?: ModelLike;
  readonly optimizer?: OptimizerLike;
  readonly rng?: RngLike;
}

interface CheckpointParts {
  readonly name: string;
  readonly step: number;
  readonly rng: RngState | undefined;
  readonly extra: Json | undefined;
  readonly model: StateDict | undefined;
  readonly optimizer: OptimizerStateDict | undefined;
}

/** Made by `loadCheckpoint`. */
export class Checkpoint {
  /** Path or label of the file. */
  readonly name: string;
  /** Version of the checkpoint format. */
  readonly version: number = CHECKPOINT_VERSION;
  /** Training steps done when it was saved. */
  readonly step: number;
  /** The state of the random generator as it was saved, if it was. */
  readonly rng: RngState | undefined;
  /** Whatever else was saved. */
  readonly extra: Json | undefined;
  /** The model's state dict, if there was a model. */
  readonly model: StateDict | undefined;
  /** The optimizer's state dict, if there was an optimizer. */
  readonly optimizer: OptimizerStateDict | undefined;

  constructor(parts: CheckpointParts) {
    this.name = parts.name;
    this.step = parts.step;
    this.rng = parts.rng;
    this.extra = parts.extra;
    this.model = parts.model;
    this.optimizer = parts.optimizer;
  }

  /**
   * Puts the saved state into a model, an optimizer and a random generator. First all of it is checked, the keys, shapes and dtypes of
   * the model and whatever the optimizer checks; a StateDictError names all that does not fit, and then nothing
   * has been changed.
   */
  async restore({ model, optimizer, rng }: RestoreTargets): Promise<void> {
    const modelState = model && this.#require(this.model, 'model');
    const optimizerState = optimizer && this.#require(this.optimizer, 'optimizer');
    const rngState = rng && this.#require(this.rng, 'random state');
    if (model && modelState)
      requireFit(model.stateDict(), modelState, `${this.name}: the model does not fit`);
    if (optimizer && optimizerState) this.#requireOptimizerFit(optimizer, optimizerState);

    if (rng && rngState) rng.setState(rngState);
    if (model && modelState) await model.loadStateDict(modelState, { strict: true });
    if (optimizer && optimizerState) await optimizer.loadStateDict(optimizerState);
  }

  #requireOptimizerFit(optimizer: OptimizerLike, state: OptimizerStateDict): void {
    try {
      optimizer.checkStateDict(state);
    } catch (cause) {
      if (!(cause instanceof StateDictError)) throw cause;
      const message = `${this.name}: the optimizer does not fit: ${cause.message}; nothing was changed`;
      throw new StateDictError(message, { cause });
    }
  }

  #require<T>(part: T | undefined, what: string): T {
    if (part !== undefined) return part;
    throw new StateDictError(`${this.name}: the checkpoint was saved without ${what}; nothing was changed`);
  }
}
