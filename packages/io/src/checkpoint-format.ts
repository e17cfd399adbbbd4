/**
 * What a checkpoint looks like as a safetensors file: the tensors of the model under `model.`, those of the
 * optimizer under `optimizer.`, and two strings of metadata, the version of this format and all else as JSON.
 * So any safetensors reader can open a checkpoint, and take the model's weights out of it.
 */

import { ArgumentError, FormatError } from '@tenfold/ir';
import type { OptimizerSetting, OptimizerStateDict, StateDict } from '@tenfold/tensor/base';
import { parseJson, stringifyJson } from './checkpoint-json.ts';
import type { CheckpointContent, Json, RngState } from './checkpoint-types.ts';
import { quote } from './messages.ts';

/** Raised when a reader of the present version could no longer read what is written. */
export const CHECKPOINT_VERSION = 1;

const VERSION_KEY = 'tenfold.checkpoint';
const STATE_KEY = 'tenfold.state';
const MODEL_PREFIX = 'model.';
const OPTIMIZER_PREFIX = 'optimizer.';

/** A checkpoint taken apart into what a safetensors file holds. */
export interface CheckpointFile {
  readonly tensors: StateDict;
  readonly metadata: ReadonlyMap<string, string>;
}

/** What the JSON of a checkpoint says. */
export interface CheckpointState {
  readonly step: number;
  readonly hasModel: boolean;
  readonly optimizer: Pick<OptimizerStateDict, 'groups' | 'scalars'> | undefined;
  readonly rng: RngState | undefined;
  readonly extra: Json | undefined;
}

/** Collects the tensors and the metadata of a checkpoint; an ArgumentError names what cannot be saved. */
export function packCheckpoint({ model, optimizer, step, rng, extra }: CheckpointContent): CheckpointFile {
  if (!Number.isSafeInteger(step) || step < 0) {
    throw new ArgumentError(`saveCheckpoint: step is ${step}; expected an integer of at least 0`);
  }
  const tensors: StateDict = new Map();
  if (model !== undefined) {
    for (const [key, tensor] of model.stateDict()) tensors.set(MODEL_PREFIX + key, tensor);
  }
  const optimizerState = optimizer?.stateDict();
  if (optimizerState !== undefined) {
    for (const [key, tensor] of optimizerState.state) tensors.set(OPTIMIZER_PREFIX + key, tensor);
  }
  const state: Record<string, Json> = { step, model: model !== undefined };
  if (optimizerState !== undefined) {
    state['optimizer'] = { groups: optimizerState.groups, scalars: optimizerState.scalars };
  }
  if (rng !== undefined) {
    const { seed, offset } = rng.getState();
    state['rng'] = { seed, offset };
  }
  if (extra !== undefined) state['extra'] = extra;
  return {
    tensors,
    metadata: new Map([
      [VERSION_KEY, String(CHECKPOINT_VERSION)],
      [STATE_KEY, stringifyJson(state, 'saveCheckpoint: content')],
    ]),
  };
}

/** Checks the version and reads the JSON of a checkpoint; a FormatError names the file and what is wrong. */
export function readCheckpointState(metadata: ReadonlyMap<string, string>, file: string): CheckpointState {
  const version = metadata.get(VERSION_KEY);
  if (version === undefined) {
    throw new FormatError(
      `${file}: is a safetensors file, but no checkpoint (its metadata has no ${VERSION_KEY}); load it with loadSafetensors`,
    );
  }
  if (version !== String(CHECKPOINT_VERSION)) {
    throw new FormatError(
      `${file}: has checkpoint format version ${quote(version)}, and this version of @tenfold/io reads ` +
        `${CHECKPOINT_VERSION}; load it with the version of Tenfold that wrote it, or a later one`,
    );
  }
  const where = `${file}: the checkpoint's ${STATE_KEY}`;
  const text = metadata.get(STATE_KEY);
  if (text === undefined) throw new FormatError(`${where} is missing`);
  const state = requireObject(parseJson(text, where), where);
  const { step, model, optimizer, rng } = state;
  if (typeof step !== 'number' || !Number.isSafeInteger(step) || step < 0) {
    throw new FormatError(`${where}: step is ${JSON.stringify(step)}; expected an integer of at least 0`);
  }
  if (typeof model !== 'boolean') throw new FormatError(`${where}: model is not a boolean`);
  return {
    step,
    hasModel: model,
    optimizer: optimizer === undefined ? undefined : readOptimizer(optimizer, `${where}: optimizer`),
    rng: rng === undefined ? undefined : readRng(rng, `${where}: rng`),
    extra: state['extra'],
  };
}

/** The tensors of a checkpoint, back in two state dicts without prefixes. */
export function splitTensors(
  tensors: StateDict,
  state: CheckpointState,
  file: string,
): { readonly model: StateDict; readonly optimizer: StateDict } {
  const model: StateDict = new Map();
  const optimizer: StateDict = new Map();
  for (const [key, tensor] of tensors) {
    if (state.hasModel && key.startsWith(MODEL_PREFIX)) model.set(key.slice(MODEL_PREFIX.length), tensor);
    else if (state.optimizer !== undefined && key.startsWith(OPTIMIZER_PREFIX)) {
      optimizer.set(key.slice(OPTIMIZER_PREFIX.length), tensor);
    } else {
      throw new FormatError(
        `${file}: tensor ${quote(key)} is part of neither a model nor an optimizer of this checkpoint`,
      );
    }
  }
  return { model, optimizer };
}

type JsonObject = { readonly [key: string]: Json };

function readOptimizer(value: Json, where: string): Pick<OptimizerStateDict, 'groups' | 'scalars'> {
  const { groups, scalars } = requireObject(value, where);
  if (!isJsonArray(groups)) throw new FormatError(`${where}: groups is not an array`);
  return {
    groups: groups.map((group, i) => readSettings(group, `${where}: groups[${i}]`)),
    scalars: readScalars(scalars, `${where}: scalars`),
  };
}

function readRng(value: Json, where: string): RngState {
  const { seed, offset } = requireObject(value, where);
  if (typeof seed !== 'string' || !/^\d{1,20}$/.test(seed) || BigInt(seed) >= 2n ** 64n) {
    throw new FormatError(
      `${where}: seed is ${JSON.stringify(seed)}; expected the digits of an integer below 2^64`,
    );
  }
  if (typeof offset !== 'number' || !Number.isSafeInteger(offset) || offset < 0) {
    throw new FormatError(`${where}: offset is ${JSON.stringify(offset)}; expected an integer of at least 0`);
  }
  return { seed, offset };
}

function readSettings(value: Json, where: string): Record<string, OptimizerSetting> {
  const settings = Object.entries(requireObject(value, where)).map(
    ([key, setting]): [string, OptimizerSetting] => {
      if (isSetting(setting)) return [key, setting];
      throw new FormatError(`${where}[${quote(key)}] is no number, boolean, string or array of numbers`);
    },
  );
  return Object.fromEntries(settings);
}

function readScalars(value: Json | undefined, where: string): Record<string, number> {
  const scalars = Object.entries(requireObject(value, where)).map(([key, scalar]): [string, number] => {
    if (typeof scalar === 'number') return [key, scalar];
    throw new FormatError(`${where}[${quote(key)}] is not a number`);
  });
  return Object.fromEntries(scalars);
}

function isSetting(value: Json): value is OptimizerSetting {
  if (isJsonArray(value)) return value.every((item) => typeof item === 'number');
  return typeof value === 'number' || typeof value === 'boolean' || typeof value === 'string';
}

function requireObject(value: Json | undefined, where: string): JsonObject {
  if (typeof value === 'object' && value !== null && !isJsonArray(value)) return value;
  throw new FormatError(`${where} is not an object`);
}

function isJsonArray(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}
