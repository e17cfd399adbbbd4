/**
 * A batch of dispatches made ready: pipelines, bind groups, and a table of rows in which only run-time numbers change
 * from one time to the next. A plan hands over the same batch each time, so all of this happens once.
 */

import type { BufferId, Dispatch, DType } from '@tenfold/ir';
import { unreachable } from '@tenfold/ir';
import type { LaunchRing } from '../memory/launch-ring.ts';
import type { Target } from '../target.ts';
import type { CopyStep, DispatchStep, ScalarSlots } from './batch-builder.ts';
import { BatchBuilder } from './batch-builder.ts';
import { WORKSPACE } from './bindings.ts';
import type { BoundPass, BoundSlab } from './bindings.ts';
import type { Pipeline, Pipelines } from './pipelines.ts';

/** A dispatch of the GPU, or a copy, ready to be recorded. */
export type Command =
  | (Omit<DispatchStep, 'bound'> & { readonly slabs: GPUBindGroup })
  | (Omit<CopyStep, 'source' | 'target'> & { readonly source: GPUBuffer; readonly target: GPUBuffer });

export interface PreparedDispatch {
  readonly dispatch: Dispatch;
  readonly commands: readonly Command[];
}

export interface BatchContext {
  readonly device: GPUDevice;
  readonly target: Target;
  readonly pipelines: Pipelines;
  /** How long one dispatch of the GPU may take. */
  readonly milliseconds: number;
  readonly buffer: (id: BufferId) => GPUBuffer;
  /** The buffer for the workspaces of one dispatch; dispatches run one after another, so all share it. */
  readonly workspace: (bytes: number) => BufferId;
}

export class PreparedBatch {
  readonly dispatches: readonly PreparedDispatch[];
  /** The buffer in which its workspaces stand, if it has any. */
  readonly workspace: BufferId | undefined;
  readonly #pipelines: readonly Pipeline[];
  readonly #table: Uint32Array<ArrayBuffer>;
  readonly #floats: Float32Array<ArrayBuffer>;
  readonly #scalars: readonly ScalarSlots[];
  readonly #mostRowBytes: number;
  #compiled = false;

  constructor(batch: readonly Dispatch[], context: BatchContext) {
    const { target, pipelines, milliseconds } = context;
    const builder = new BatchBuilder(target, pipelines, milliseconds);
    const built = batch.map((dispatch) => ({ dispatch, steps: builder.add(dispatch) }));
    const steps = built.flatMap(({ steps: own }) => own.filter((step) => step.kind === 'dispatch'));
    if (builder.workspaceBytes > 0) this.workspace = context.workspace(builder.workspaceBytes);
    const groups = new BindGroups(context, this.workspace);
    this.dispatches = built.map(({ dispatch, steps: own }) => ({
      dispatch,
      commands: own.map((step): Command => {
        if (step.kind === 'dispatch') {
          const { bound, ...rest } = step;
          return { ...rest, slabs: groups.of(step.pipeline, bound) };
        }
        return { ...step, source: groups.buffer(step.source), target: groups.buffer(step.target) };
      }),
    }));
    this.#pipelines = steps.map(({ pipeline }) => pipeline);
    this.#table = new Uint32Array(builder.words);
    this.#floats = new Float32Array(this.#table.buffer);
    this.#scalars = builder.scalars;
    this.#mostRowBytes = steps.reduce((most, { rowBytes }) => Math.max(most, rowBytes), 0);
  }

  /** Whether there is nothing to do. */
  get empty(): boolean {
    return this.#pipelines.length === 0;
  }

  /** Resolves when all pipelines are compiled, and raises what was wrong with one; undefined once they are. */
  ready(): Promise<unknown> | undefined {
    if (this.#compiled) return undefined;
    const pending = this.#pipelines.flatMap((pipeline) => pipeline.pending ?? []);
    this.#compiled = pending.length === 0;
    if (this.#compiled) return undefined;
    const all = Promise.all(pending);
    // Raised where the queue waits for it.
    all.catch(() => undefined);
    return all;
  }

  /** Puts the present run-time numbers into the table. They are captured: what changes later is for the next time. */
  capture(): Uint32Array<ArrayBuffer> {
    for (const { launch, dtypes, words } of this.#scalars) {
      for (let slot = 0; slot < words.length; slot++) {
        this.#put(words[slot], dtypes[slot], launch.scalars[slot]);
      }
    }
    return this.#table;
  }

  /** Writes the table, and gives the byte of the ring at which it begins. */
  writeRows(ring: LaunchRing, table: Uint32Array<ArrayBuffer>): number {
    return ring.write(table, this.#mostRowBytes);
  }

  #put(word: number, dtype: DType, value: number): void {
    switch (dtype) {
      case 'float32':
      case 'float16':
      case 'bfloat16':
        this.#floats[word] = value;
        return;
      case 'int64': {
        const whole = BigInt.asUintN(64, BigInt(Math.trunc(Number.isFinite(value) ? value : 0)));
        this.#table[word] = Number(whole & 0xffffffffn);
        this.#table[word + 1] = Number(whole >> 32n);
        return;
      }
      case 'bool':
        this.#table[word] = value !== 0 ? 1 : 0;
        return;
      default:
        this.#table[word] = value;
    }
  }
}

/** The bind groups of a batch, each made once. */
class BindGroups {
  readonly #context: BatchContext;
  readonly #workspace: BufferId | undefined;
  readonly #groups = new Map<string, GPUBindGroup>();

  constructor(context: BatchContext, workspace: BufferId | undefined) {
    this.#context = context;
    this.#workspace = workspace;
  }

  buffer(id: BufferId): GPUBuffer {
    const own = id === WORKSPACE ? (this.#workspace ?? unreachable('there is no workspace')) : id;
    return this.#context.buffer(own);
  }

  of(pipeline: Pipeline, bound: BoundPass): GPUBindGroup {
    const { slabs, partBytes } = bound.layout;
    const parts = bound.slabs.flatMap((slab, i) => {
      const count = slabs[i].parts ?? 1;
      return Array.from({ length: count }, (_, part): BoundSlab & { access: string } => {
        const start = part * partBytes;
        const size = part === count - 1 ? slab.size - start : partBytes;
        return { buffer: slab.buffer, offset: slab.offset + start, size, access: slabs[i].access };
      });
    });
    const key = parts
      .map(({ buffer, offset, size, access }) => `${buffer}:${offset}:${size}:${access}`)
      .join();
    const known = this.#groups.get(key);
    if (known) return known;
    const group = this.#context.device.createBindGroup({
      layout: pipeline.slabLayout,
      entries: parts.map(({ buffer, offset, size }, binding) => ({
        binding,
        resource: { buffer: this.buffer(buffer), offset, size },
      })),
    });
    this.#groups.set(key, group);
    return group;
  }
}
