/**
 * Builds a WebAssembly module: an imported memory, imported functions, functions, exports. No start
 * function, no tables, no data: everything the code works on comes through its parameters.
 */

import { ByteWriter } from './byte-writer.ts';
import { FunctionBuilder } from './function-builder.ts';
import type { FunctionRef } from './function-builder.ts';
import type { FunctionSymbol } from './expression.ts';
import { valueTypeByte } from './value-types.ts';
import type { FunctionType, ValueType } from './value-types.ts';

/** Sizes in pages of 64 KiB. A shared memory needs a maximum. */
export interface MemoryLimits {
  readonly initial: number;
  readonly maximum?: number;
  readonly shared?: boolean;
}

interface FunctionSignature<P extends readonly ValueType[], R extends ValueType | 'void'> {
  readonly params: P;
  /** Omitted: the function has no result. */
  readonly result?: R;
  readonly export?: boolean;
}

interface Import {
  readonly module: string;
  readonly field: string;
}

const section = { type: 1, import: 2, function: 3, export: 7, code: 10 } as const;
const kind = { function: 0x00, memory: 0x02 } as const;

export class ModuleBuilder {
  readonly #types: string[] = [];
  readonly #typeBytes: Uint8Array[] = [];
  #memory: (Import & { readonly limits: MemoryLimits }) | undefined;
  readonly #imported = new Map<string, Import & { readonly ref: FunctionRef }>();
  readonly #defined: FunctionBuilder[] = [];
  readonly #exported: FunctionRef[] = [];

  /** The one memory of the module, given by the host. */
  importMemory(module: string, field: string, limits: MemoryLimits): void {
    this.#memory = { module, field, limits };
  }

  /** A function of the host. Importing the same name twice, with one signature, gives the same function. */
  importFunction<const P extends readonly ValueType[], R extends ValueType | 'void' = 'void'>(
    module: string,
    field: string,
    signature: { readonly params: P; readonly result?: R },
  ): FunctionRef<P, R> {
    const key = `${module}\0${field}`;
    const found = this.#imported.get(key);
    if (found !== undefined) return found.ref as FunctionRef<P, R>;
    const ref: FunctionRef<P, R> = { name: field, type: functionType(signature) };
    this.#imported.set(key, { module, field, ref });
    return ref;
  }

  /** A new function; its body is built through what this returns. */
  func<const P extends readonly ValueType[], R extends ValueType | 'void' = 'void'>(
    name: string,
    signature: FunctionSignature<P, R>,
  ): FunctionBuilder<P, R> {
    const builder = new FunctionBuilder<P, R>(name, functionType(signature));
    this.#defined.push(builder as FunctionBuilder);
    if (signature.export) this.#exported.push(builder);
    return builder;
  }

  /** The binary module. */
  toBytes(): Uint8Array<ArrayBuffer> {
    const imports = [...this.#imported.values()];
    const indices = new Map<FunctionSymbol, number>();
    for (const { ref } of imports) indices.set(ref, indices.size);
    for (const builder of this.#defined) indices.set(builder, indices.size);
    const indexOf = (target: FunctionSymbol): number => {
      const index = indices.get(target);
      if (index === undefined) throw new Error(`internal: ${target.name} belongs to another module`);
      return index;
    };

    const importTypes = imports.map(({ ref }) => this.#typeIndex(ref.type));
    const definedTypes = this.#defined.map((builder) => this.#typeIndex(builder.type));
    const out = new ByteWriter();
    out.append(Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00));
    writeSection(out, section.type, this.#typeBytes, (item, bytes) => item.append(bytes));
    writeSection(out, section.import, this.#importEntries(imports, importTypes), (item, entry) =>
      entry(item),
    );
    writeSection(out, section.function, definedTypes, (item, index) => item.unsigned(index));
    writeSection(out, section.export, this.#exported, (item, ref) => {
      item.name(ref.name);
      item.byte(kind.function);
      item.unsigned(indexOf(ref));
    });
    writeSection(out, section.code, this.#defined, (item, builder) => item.sized(builder.encode(indexOf)));
    return out.toBytes();
  }

  #importEntries(functions: readonly Import[], types: readonly number[]): ((out: ByteWriter) => void)[] {
    const entries = functions.map(({ module, field }, i) => (out: ByteWriter) => {
      out.name(module);
      out.name(field);
      out.byte(kind.function);
      out.unsigned(types[i]);
    });
    const memory = this.#memory;
    if (memory === undefined) return entries;
    const { initial, maximum, shared } = memory.limits;
    entries.push((out) => {
      out.name(memory.module);
      out.name(memory.field);
      out.byte(kind.memory);
      out.byte((maximum === undefined ? 0 : 1) | (shared ? 2 : 0));
      out.unsigned(initial);
      if (maximum !== undefined) out.unsigned(maximum);
    });
    return entries;
  }

  /** The index of a function type, added at its first use. */
  #typeIndex(type: FunctionType): number {
    const key = `${type.params.join()}>${type.result}`;
    const found = this.#types.indexOf(key);
    if (found >= 0) return found;
    const out = new ByteWriter();
    out.byte(0x60);
    out.sized(Uint8Array.from(type.params, (param) => valueTypeByte[param]));
    out.sized(type.result === 'void' ? new Uint8Array() : Uint8Array.of(valueTypeByte[type.result]));
    this.#typeBytes.push(out.toBytes());
    return this.#types.push(key) - 1;
  }
}

function functionType<P extends readonly ValueType[], R extends ValueType | 'void'>(signature: {
  readonly params: P;
  readonly result?: R;
}): FunctionType<P, R> {
  return { params: signature.params, result: signature.result ?? ('void' as R) };
}

function writeSection<T>(
  out: ByteWriter,
  id: number,
  items: readonly T[],
  write: (out: ByteWriter, item: T) => void,
): void {
  if (items.length === 0) return;
  const content = new ByteWriter();
  content.unsigned(items.length);
  for (const item of items) write(content, item);
  out.byte(id);
  out.sized(content.toBytes());
}
