/**
 * Pipelines by shader text. They are created asynchronously, all of a batch at the same time, since drivers take long to
 * compile; whoever needs one that is not there yet waits for it. An error carries the kernel's name and the WGSL.
 */

import { TenfoldError, debug } from '@tenfold/ir';
import { COMPUTE } from '../device/usage.ts';
import type { SlabLayout } from '../lowering/pass.ts';

export interface Pipeline {
  readonly slabLayout: GPUBindGroupLayout;
  /** Absent until it is compiled. */
  readonly compiled?: GPUComputePipeline;
}

interface Entry {
  readonly slabLayout: GPUBindGroupLayout;
  compiled?: GPUComputePipeline;
  pending?: Promise<void>;
}

export class Pipelines {
  /** Pipelines made so far. */
  made = 0;
  readonly #device: GPUDevice;
  readonly #launchLayout: GPUBindGroupLayout;
  readonly #entries = new Map<string, Entry>();
  readonly #layouts = new Map<string, GPUBindGroupLayout>();

  constructor(device: GPUDevice, launchLayout: GPUBindGroupLayout) {
    this.#device = device;
    this.#launchLayout = launchLayout;
  }

  /** The pipeline of a shader; `waits` gets the promise of one that is still being compiled. */
  get(name: string, code: string, slabs: readonly SlabLayout[], waits: Promise<void>[]): Pipeline {
    const known = this.#entries.get(code);
    const entry = known ?? this.#begin(name, code, slabs);
    if (entry.pending) waits.push(entry.pending);
    return entry;
  }

  #begin(name: string, code: string, slabs: readonly SlabLayout[]): Entry {
    debug(4, () => `${name}:\n${code}`);
    const slabLayout = this.#slabLayout(slabs);
    const entry: Entry = { slabLayout };
    entry.pending = this.#compile(name, code, slabLayout).then((pipeline) => {
      entry.compiled = pipeline;
      entry.pending = undefined;
    });
    this.#entries.set(code, entry);
    this.made++;
    return entry;
  }

  async #compile(name: string, code: string, slabLayout: GPUBindGroupLayout): Promise<GPUComputePipeline> {
    const device = this.#device;
    device.pushErrorScope('validation');
    const module = device.createShaderModule({ code, label: name });
    const layout = device.createPipelineLayout({ bindGroupLayouts: [slabLayout, this.#launchLayout] });
    const refused = device.popErrorScope();
    try {
      return await device.createComputePipelineAsync({
        label: name,
        layout,
        compute: { module, entryPoint: 'main' },
      });
    } catch (cause) {
      const { messages } = await module.getCompilationInfo();
      const complaints = messages.map(({ lineNum, message }) => `line ${lineNum}: ${message}`);
      const reason = complaints.length > 0 ? complaints.join('; ') : String(cause);
      throw new TenfoldError(`internal: the WGSL of kernel '${name}' was refused: ${reason}\n${code}`, {
        cause,
      });
    } finally {
      await refused;
    }
  }

  #slabLayout(slabs: readonly SlabLayout[]): GPUBindGroupLayout {
    const key = slabs.map(({ access }) => access).join();
    const known = this.#layouts.get(key);
    if (known) return known;
    const layout = this.#device.createBindGroupLayout({
      entries: slabs.map(({ access }, binding) => ({
        binding,
        visibility: COMPUTE,
        buffer: { type: access === 'read' ? 'read-only-storage' : 'storage' },
      })),
    });
    this.#layouts.set(key, layout);
    return layout;
  }
}
