/**
 * Pipelines by shader text. They are created asynchronously, all of a batch at the same time, since drivers take long to
 * compile; whoever needs one that is not there yet waits for it. An error carries the kernel's name and the WGSL.
 *
 * So many are kept, the ones used last; a batch that is prepared keeps what it uses itself.
 */

import { TenfoldError, debug } from '@tenfold/ir';
import { COMPUTE } from '../device/usage.ts';
import type { Waits } from '../device/waits.ts';
import type { SlabLayout } from '../lowering/pass.ts';

const KEPT = 2048;

export interface Pipeline {
  readonly slabLayout: GPUBindGroupLayout;
  /** Absent until it is compiled. */
  readonly compiled?: GPUComputePipeline;
  /** Until it is compiled, and for ever where it was refused. */
  readonly pending?: Promise<void>;
}

interface Entry {
  readonly name: string;
  readonly slabLayout: GPUBindGroupLayout;
  compiled?: GPUComputePipeline;
  pending?: Promise<void>;
}

export class Pipelines {
  /** Pipelines made so far. */
  made = 0;
  readonly #device: GPUDevice;
  readonly #launchLayout: GPUBindGroupLayout;
  readonly #waits: Waits;
  readonly #kept: number;
  /** By text, the one used last at the end. */
  readonly #entries = new Map<string, Entry>();
  readonly #layouts = new Map<string, GPUBindGroupLayout>();

  constructor(device: GPUDevice, launchLayout: GPUBindGroupLayout, waits: Waits, kept = KEPT) {
    this.#device = device;
    this.#launchLayout = launchLayout;
    this.#waits = waits;
    this.#kept = kept;
  }

  /** The pipeline of a shader, which may still be being compiled. */
  get(name: string, code: string, slabs: readonly SlabLayout[]): Pipeline {
    const entry = this.#entries.get(code) ?? this.#begin(name, code, slabs);
    this.#entries.delete(code);
    this.#entries.set(code, entry);
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.#kept) break;
      this.#entries.delete(oldest);
    }
    return entry;
  }

  /** The kernels that a message of WebGPU names, with their text, for errors that come after compiling. */
  mentionedIn(message: string): string {
    const found = [...this.#entries].filter(([, { name }]) => message.includes(`"${name}"`));
    return found.map(([code, { name }]) => `kernel '${name}':\n${code}`).join('\n');
  }

  #begin(name: string, code: string, slabs: readonly SlabLayout[]): Entry {
    debug(4, () => `${name}:\n${code}`);
    const slabLayout = this.#slabLayout(slabs);
    const entry: Entry = { name, slabLayout };
    entry.pending = this.#compile(name, code, slabLayout).then((pipeline) => {
      entry.compiled = pipeline;
      entry.pending = undefined;
    });
    // Raised where the queue waits for it.
    entry.pending.catch(() => undefined);
    this.made++;
    return entry;
  }

  async #compile(name: string, code: string, slabLayout: GPUBindGroupLayout): Promise<GPUComputePipeline> {
    const device = this.#device;
    device.pushErrorScope('validation');
    const module = device.createShaderModule({ code, label: name });
    const layout = device.createPipelineLayout({ bindGroupLayouts: [slabLayout, this.#launchLayout] });
    const refused = device.popErrorScope();
    const compiled = device.createComputePipelineAsync({
      label: name,
      layout,
      compute: { module, entryPoint: 'main' },
    });
    // What it says is said in more detail by the compilation.
    refused.catch(() => undefined);
    try {
      return await this.#waits.for(compiled, () => `compiling kernel '${name}'`);
    } catch (cause) {
      if (cause instanceof TenfoldError) throw cause;
      const { messages } = await this.#waits.for(
        module.getCompilationInfo(),
        () => `the messages about kernel '${name}'`,
      );
      const complaints = messages.map(({ lineNum, message }) => `line ${lineNum}: ${message}`);
      const reason = complaints.length > 0 ? complaints.join('; ') : String(cause);
      throw new TenfoldError(`internal: the WGSL of kernel '${name}' was refused: ${reason}\n${code}`, {
        cause,
      });
    }
  }

  #slabLayout(slabs: readonly SlabLayout[]): GPUBindGroupLayout {
    const bindings = slabs.flatMap(({ access, parts = 1 }) =>
      new Array<SlabLayout['access']>(parts).fill(access),
    );
    const key = bindings.join();
    const known = this.#layouts.get(key);
    if (known) return known;
    const layout = this.#device.createBindGroupLayout({
      entries: bindings.map((access, binding) => ({
        binding,
        visibility: COMPUTE,
        buffer: { type: access === 'read' ? 'read-only-storage' : 'storage' },
      })),
    });
    this.#layouts.set(key, layout);
    return layout;
  }
}
