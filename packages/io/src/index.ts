/** Files: safetensors, state-dict mapping, checkpoints. */

export { loadSafetensors } from './load.ts';
export type { LoadOptions } from './load.ts';
export { saveSafetensors, serializeStateDict } from './save.ts';
export type { StateDictLike } from './state-dict.ts';
export type { OptimizerSetting, OptimizerStateDict, StateDict } from '@tenfold/tensor/base';

export { openSafetensors } from './safetensors-file.ts';
export type { OpenOptions, SafetensorsFile, TensorInfo, TensorOptions } from './safetensors-file.ts';
export { serializeSafetensors } from './serialize.ts';
export type { Metadata, SerializeOptions } from './serialize.ts';
export type { RawTensor } from './raw-tensor.ts';
export { openSource } from './open-source.ts';
export type { ByteInput } from './open-source.ts';
export type { ByteSource } from './byte-source.ts';
export type { BlobLike } from './blob-source.ts';

export { StateDictMapper } from './state-dict-mapper.ts';
export type { MapOptions } from './state-dict-mapper.ts';
export type { KeyMatcher, TensorChange } from './mapper-rule.ts';
export type { ExplainedKey, MappingExplanation } from './mapping-explanation.ts';

export { loadCheckpoint, saveCheckpoint, serializeCheckpoint } from './checkpoint.ts';
export type { Checkpoint, RestoreTargets } from './checkpoint.ts';
export type {
  CheckpointContent,
  Json,
  ModelLike,
  OptimizerLike,
  RngLike,
  RngState,
} from './checkpoint-types.ts';
