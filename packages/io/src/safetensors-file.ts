/**
 * A safetensors file that is open: its header is read and checked, its tensors are read one by one when asked
 * for. Reading one tensor reads that tensor's bytes and no others.
 */

import { DTypeError, FormatError, StateDictError, closest } from '@tenfold/ir';
import type { DType, Shape } from '@tenfold/ir';
import { fromBytes } from '@tenfold/tensor/base';
import type { Tensor } from '@tenfold/tensor/base';
import type { ByteSource } from './byte-source.ts';
import { heldDTypeNames } from './held-dtypes.ts';
import { readHeader } from './header.ts';
import type { HeaderOptions } from './header.ts';
import type { SafetensorsHeader, TensorEntry } from './header-format.ts';
import { quote } from './messages.ts';
import { openSource } from './open-source.ts';
import type { ByteInput } from './open-source.ts';
import type { RawTensor } from './raw-tensor.ts';

export interface OpenOptions extends HeaderOptions {
  /** What error messages call a buffer or Blob; a file goes by its path. */
  readonly name?: string;
}

export interface TensorOptions {
  /** Where the tensor is made: the name of a device; the default device when left out. */
  readonly device?: string;
}

/** What the header says of one tensor. */
export interface TensorInfo {
  /** The dtype as the format names it: `F32`, `BF16`, `F8_E4M3`, ... */
  readonly format: string;
  /** The dtype in Tenfold; undefined when Tenfold cannot hold it, and reading it is an error. */
  readonly dtype: DType | undefined;
  readonly shape: Shape;
  /** Size in bytes. */
  readonly bytes: number;
}

/**
 * Opens a safetensors file, Blob or buffer and checks its header; no tensor is read yet. Close it when done.
 * Raises a FormatError that names the file, the tensor and the numbers when the header lies.
 */
export async function openSafetensors(input: ByteInput, options: OpenOptions = {}): Promise<SafetensorsFile> {
  const source = await openSource(input, options.name);
  try {
    return new SafetensorsFile(source, await readHeader(source, options));
  } catch (error) {
    await source.close();
    throw error;
  }
}

/** Made by `openSafetensors`. */
export class SafetensorsFile {
  /** Path or label of the file. */
  readonly name: string;
  /** The free text of `__metadata__`; empty when there is none. */
  readonly metadata: ReadonlyMap<string, string>;
  readonly #source: ByteSource;
  readonly #header: SafetensorsHeader;

  constructor(source: ByteSource, header: SafetensorsHeader) {
    this.name = source.name;
    this.metadata = header.metadata;
    this.#source = source;
    this.#header = header;
  }

  /** Names of the tensors, in the order of their bytes. */
  keys(): string[] {
    return [...this.#header.tensors.keys()];
  }

  has(name: string): boolean {
    return this.#header.tensors.has(name);
  }

  /** Dtype, shape and size of a tensor, without reading it. */
  info(name: string): TensorInfo {
    const { format, dtype, shape, begin, end } = this.#entry(name);
    return { format, dtype, shape, bytes: end - begin };
  }

  /**
   * Reads one tensor into a buffer of its own. A DTypeError names a dtype that Tenfold cannot hold, a
   * StateDictError a name that is not in the file.
   */
  async read(name: string): Promise<RawTensor> {
    const { shape, begin, end } = this.#entry(name);
    const dtype = this.requireHeld(name);
    const { dataStart } = this.#header;
    const bytes = await this.#source.read(dataStart + begin, dataStart + end);
    if (dtype === 'bool') this.#checkBooleans(name, bytes);
    return { dtype, shape, bytes };
  }

  /** Reads one tensor and puts it on a device. Raises what `read` raises. */
  async tensor(name: string, { device }: TensorOptions = {}): Promise<Tensor> {
    const { dtype, shape, bytes } = await this.read(name);
    return fromBytes(bytes, shape, dtype, { device });
  }

  /** The dtype of a tensor; a DTypeError when Tenfold cannot hold it. */
  requireHeld(name: string): DType {
    const { format, dtype } = this.#entry(name);
    if (dtype !== undefined) return dtype;
    throw new DTypeError(
      `${this.name}: tensor ${quote(name)} has dtype ${format}, which Tenfold cannot hold; ` +
        `it holds ${heldDTypeNames()}; convert it before saving, or do not load it`,
    );
  }

  close(): Promise<void> {
    return this.#source.close();
  }

  #entry(name: string): TensorEntry {
    const entry = this.#header.tensors.get(name);
    if (entry !== undefined) return entry;
    const near = closest(name, this.#header.tensors.keys());
    throw new StateDictError(
      `${this.name}: no tensor ${quote(name)} among its ${this.#header.tensors.size}` +
        (near === undefined ? '' : `; did you mean ${quote(near)}?`),
    );
  }

  /** Kernels count on 0 and 1: any other byte would be neither true nor false. */
  #checkBooleans(name: string, bytes: Uint8Array): void {
    const at = bytes.findIndex((byte) => byte > 1);
    if (at === -1) return;
    throw new FormatError(
      `${this.name}: tensor ${quote(name)}: element ${at} of dtype BOOL is ${bytes[at]}; expected 0 or 1`,
    );
  }
}
