/**
 * The standard engine: schedules a slice, plans its memory, compiles its kernels, and runs the plan by handing the
 * backend one batch of dispatches. Running decides nothing: it puts addresses and numbers into their places.
 */

import type { Backend, Dispatch, Launch, OperandRef, Program } from '../backend/backend.ts';
import { activeDebugTools, debug } from '../debug.ts';
import type { Bindings, Engine, Executable, PlanStats } from '../run/engine.ts';
import { timed } from '../run/phases.ts';
import type { Slice } from '../run/slice.ts';
import type { Schedule, ScheduledLaunch } from '../schedule/dispatches.ts';
import type { ScheduleOptions } from '../schedule/schedule.ts';
import { schedule } from '../schedule/schedule.ts';
import { KernelCache } from './kernel-cache.ts';
import type { MemoryPlan } from './memory.ts';
import { planMemory, temporaryLifetimes } from './memory.ts';

export class StandardEngine implements Engine {
  readonly backend: Backend;
  readonly kernels: KernelCache;
  readonly #options: ScheduleOptions;

  constructor(backend: Backend, options: ScheduleOptions = {}) {
    this.backend = backend;
    this.kernels = new KernelCache(backend);
    const { maxOperands, alignment } = backend.caps;
    this.#options = { maxOperands, alignment, ...options };
  }

  prepare(slice: Slice): Plan {
    const scheduled = schedule(slice, this.#options);
    const tools = activeDebugTools();
    for (const { kernel } of scheduled.dispatches) tools?.verifyKernel(kernel);
    const alignment = Math.max(this.backend.caps.alignment, 64);
    const memory = planMemory(temporaryLifetimes(scheduled), alignment);
    const kernels = scheduled.dispatches.map(({ kernel }) => kernel);
    const programs = timed('compile', () => this.kernels.programs(kernels));
    const plan = new Plan(this.backend, scheduled, memory, programs);
    if (tools) {
      debug(2, () => tools.printPlan(scheduled, plan.stats));
      debug(3, () => tools.printKernels(scheduled));
    }
    return plan;
  }
}

/** A slice made ready to run. */
export class Plan implements Executable {
  readonly stats: PlanStats;
  readonly schedule: Schedule;

  readonly #backend: Backend;
  readonly #memory: MemoryPlan;
  readonly #programs: readonly Program[];
  #bound: BoundPlan | undefined;

  constructor(backend: Backend, scheduled: Schedule, memory: MemoryPlan, programs: readonly Program[]) {
    this.#backend = backend;
    this.schedule = scheduled;
    this.#memory = memory;
    this.#programs = programs;
    this.stats = {
      kernels: scheduled.dispatches.length,
      scratchBytes: memory.bytes,
    };
  }

  run(bindings: Bindings): void {
    if (this.#programs.length === 0) return;
    if (!this.#bound || !sameMemory(this.#bound, bindings)) this.#bound = this.#bind(bindings);
    const { scalars } = bindings;
    for (const { values, slots } of this.#bound.scalars) {
      for (let i = 0; i < slots.length; i++) values[i] = scalars[slots[i]];
    }
    this.#backend.submit(this.#bound.batch);
  }

  /** Dispatches for the memory that is bound now; a backend may recognise them by identity while it stays. */
  #bind({ storages, scratch }: Bindings): BoundPlan {
    const { dispatches, buffers } = this.schedule;
    const scalars: BoundScalars[] = [];
    const refs = Array.from({ length: buffers.count }, (_, key): OperandRef => {
      if (!buffers.isTemporary(key)) return storages[key];
      return {
        buffer: scratch.buffer,
        offset: scratch.offset + this.#memory.offsets[key - buffers.storages],
      };
    });
    const launch = ({ buffers: keys, offsets, scalars: slots, extents }: ScheduledLaunch): Launch => {
      const values = slots.map(() => 0);
      if (slots.length > 0) scalars.push({ values, slots });
      return { operands: keys.map((key, i) => moved(refs[key], offsets[i])), scalars: values, extents };
    };
    const batch = dispatches.map(({ launches }, i) => ({
      program: this.#programs[i],
      launches: launches.map(launch),
    }));
    return { batch, scalars, storages: [...storages], scratch };
  }
}

/** The numbers of one launch, and the slots they come from. */
interface BoundScalars {
  readonly values: number[];
  readonly slots: readonly number[];
}

interface BoundPlan {
  readonly batch: readonly Dispatch[];
  readonly scalars: readonly BoundScalars[];
  readonly storages: readonly OperandRef[];
  readonly scratch: OperandRef;
}

function moved(ref: OperandRef, by: number): OperandRef {
  return by === 0 ? ref : { buffer: ref.buffer, offset: ref.offset + by };
}

function sameMemory(bound: BoundPlan, { storages, scratch }: Bindings): boolean {
  const same = (a: OperandRef, b: OperandRef) => a === b || (a.buffer === b.buffer && a.offset === b.offset);
  return same(bound.scratch, scratch) && bound.storages.every((ref, i) => same(ref, storages[i]));
}
