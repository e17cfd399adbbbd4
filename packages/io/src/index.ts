/** Files: safetensors, state-dict mapping, checkpoints. */

export { openSafetensors, SafetensorsFile } from './safetensors-file.ts';
export type { OpenOptions, TensorInfo } from './safetensors-file.ts';
export { serializeSafetensors } from './serialize.ts';
export type { Metadata, SerializeOptions } from './serialize.ts';
export { openSource } from './open-source.ts';
export type { ByteInput } from './open-source.ts';
export type { ByteSource } from './byte-source.ts';
export type { BlobLike } from './memory-source.ts';
export type { RawTensor } from './raw-tensor.ts';
