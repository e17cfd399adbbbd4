/**
 * A device: the open graph that operations append to, the plans, and the memory of what outlives a run.
 *
 * `run` is the one place where anything is computed: it gathers the roots (what is asked for, pending writes, values
 * to keep, small results), finds or makes the plan, binds memory and submits. It then closes the graph: handles into
 * a closed graph are imported into the next one when they are used again.
 */

import type { Backend, BufferId, OperandRef } from '../backend/backend.ts';
import { activeDebugTools, debug } from '../debug.ts';
import type { DType } from '../dtype.ts';
import { isFloat } from '../dtype.ts';
import { DTypeError, OutOfMemoryError, TenfoldError } from '../errors.ts';
import { Graph } from '../graph/graph.ts';
import type { NodeId, ScalarSource } from '../graph/graph.ts';
import type { Allocation } from './allocator.ts';
import { Allocator } from './allocator.ts';
import { buildSlice, collect } from './collect.ts';
import type { Engine, Executable } from './engine.ts';
import { Importer } from './import.ts';
import { Keeper } from './keeper.ts';
import { Ownership } from './ownership.ts';
import { timed } from './phases.ts';
import { PlanCache } from './plan-cache.ts';
import { SMALL_BYTES, allSinks } from './sinks.ts';
import type { Storage, StorageRole } from './storage.ts';
import { targetsOf } from './targets.ts';
import { Trails } from './trail.ts';
import type { Decision } from './trail.ts';

/** Above this many pending nodes the next outermost module call runs what is pending. */
const FLUSH_NODES = 2000;
/** Host data uploaded in this many runs, or as large as this, gets device memory of its own for a while. */
const RESIDENT_AFTER = 2;
const RESIDENT_BYTES = 1 << 20;

/** What a device did so far; every number only grows. */
export interface DeviceCounters {
  runs: number;
  /** Bytes copied from the host into slots of plans. */
  uploadedBytes: number;
  /** Reads that somebody waits for: what the user asked for, and small results where the device can be waited for. */
  reads: number;
  /** Reads of small results that nobody waits for, from a device that cannot be waited for. */
  fetches: number;
}

/** What a recorded run did, for replaying it without a graph. */
export type RunRecord = Decision;

export class Device {
  name: string;
  readonly backend: Backend;
  readonly memory: Allocator;
  readonly plans = new PlanCache();
  readonly counters: DeviceCounters = { runs: 0, uploadedBytes: 0, reads: 0, fetches: 0 };
  readonly keeper: Keeper;
  /** Told of every run; `compile` records through it. */
  onRun: ((record: RunRecord) => void) | undefined;

  readonly #engine: Engine;
  readonly #trails = new Trails();
  readonly #ownership: Ownership;
  /** Runs by which what is kept ages. */
  #age = 0;
  #graph: Graph;
  #importer: Importer;
  #scratch: Allocation | undefined;
  /** Slabs of which small results are being read. */
  readonly #fetched = new Map<BufferId, Promise<Uint8Array>>();

  constructor(name: string, backend: Backend, engine: Engine) {
    this.name = name;
    this.backend = backend;
    this.memory = new Allocator(backend);
    this.#ownership = new Ownership((allocation) => this.memory.free(allocation));
    this.#engine = engine;
    this.#graph = new Graph(this.insist);
    this.#importer = new Importer(this.#graph);
    this.keeper = new Keeper((storage) => {
      if (storage.host) this.#ownership.free(storage);
      else if (isSmall(storage)) this.#fetch(storage);
      else this.free(storage, 'was kept for a few runs only');
    }, isSmall);
  }

  /** Raises DTypeError where the device lacks the dtype of what `op` gives. */
  readonly insist = (op: string, dtype: DType): void => {
    if (this.backend.caps.dtypes.has(dtype)) return;
    throw new DTypeError(
      `${op}: device '${this.name}' has no ${dtype}; use ${isFloat(dtype) ? 'float32' : 'int32'} there, or compute it on another device`,
    );
  };

  /** The graph that operations append to now. */
  get graph(): Graph {
    return this.#graph;
  }

  /** The node of the open graph that stands for a node of `from`. */
  adopt(from: Graph, node: NodeId): NodeId {
    return this.#importer.shallow(from, node);
  }

  /** As `adopt`, with the structure that gradients flow through. */
  adoptWithHistory(from: Graph, node: NodeId): NodeId {
    return this.#importer.deep(from, node);
  }

  /** Whether the open graph has grown so long that a run should cut it. */
  get overdue(): boolean {
    return this.#graph.size > FLUSH_NODES;
  }

  /**
   * Computes `roots` of the open graph into storages of their own (host contents when small, else in `role`), all
   * pending writes, and the small results that hang on it; then closes the graph.
   */
  run(roots: readonly NodeId[] = [], role: StorageRole = 'kept'): void {
    const graph = this.#graph;
    timed('run', () => {
      const decision = this.#followed(graph, roots, role) ?? this.#decide(graph, roots, role);
      if (decision) this.#execute(decision);
    });
    this.#graph = new Graph(this.insist, this.#trails.likely);
    this.#importer = new Importer(this.#graph);
  }

  /**
   * Cuts a graph that has grown too long: computes everything pending that nothing else in it reads. What is kept does
   * not age by it. `alsoKeep` names nodes to keep besides, such as those a later backward will read.
   */
  flush(alsoKeep: (graph: Graph, sinks: readonly NodeId[]) => readonly NodeId[] = () => []): void {
    const graph = this.#graph;
    const sinks = allSinks(graph);
    for (const node of alsoKeep(graph, sinks)) graph.keep.add(node);
    this.#age--;
    this.run(sinks);
  }

  /** Bytes of a storage's contents, synchronously where the backend can wait. */
  readSync(storage: Storage): Uint8Array {
    if (storage.host) return storage.host;
    if (!this.backend.readSync) {
      throw new TenfoldError(
        `read: device '${this.name}' cannot be waited for; await data(), item(), tolist() or toDevice() instead`,
      );
    }
    const at = this.#locate(storage);
    this.counters.reads++;
    return this.backend.readSync(at.buffer, at.offset, storage.bytes);
  }

  /** Resolves when the device has done what was submitted, or has room for more. */
  async ready(): Promise<void> {
    await (this.backend.room ?? this.backend.synchronize).call(this.backend);
    await this.#ownership.letCollect();
  }

  /** Bytes of a storage's contents as they are when this is called, whatever is written while it is awaited. */
  async read(storage: Storage): Promise<Uint8Array> {
    const [contents] = await Promise.all([storage.host ?? this.#readDevice(storage), this.ready()]);
    return contents;
  }

  #readDevice(storage: Storage): Promise<Uint8Array> {
    const at = this.#locate(storage);
    this.counters.reads++;
    return this.backend.read(at.buffer, at.offset, storage.bytes);
  }

  /**
   * Brings a small result to the host, where its handle may ask for it at any time, from a device that cannot be waited for.
   * Those that go together are one read a slab.
   */
  #fetch(storage: Storage): void {
    const { buffer, offset } = this.#locate(storage);
    let slab = this.#fetched.get(buffer);
    if (!slab) {
      this.counters.fetches++;
      this.#fetched.set(buffer, (slab = this.backend.read(buffer)));
      queueMicrotask(() => this.#fetched.clear());
    }
    slab.then(
      (bytes) => {
        if (!storage.device || storage.role !== 'kept') return;
        storage.host = bytes.slice(offset, offset + storage.bytes);
        storage.role = 'host';
        this.keeper.forget(storage);
        this.#ownership.free(storage);
      },
      // A device that fails says so at the next await.
      () => {},
    );
  }

  /** Frees the device memory of a storage; reading it afterwards raises an error that gives `reason`. */
  free(storage: Storage, reason: string): void {
    storage.gone = reason;
    storage.host = undefined;
    this.keeper.forget(storage);
    this.#ownership.free(storage);
  }

  /** Storages whose device memory belongs to handles. */
  get owned(): Storage[] {
    return this.#ownership.watched();
  }

  /** Makes the handle the owner of a result that the device only kept for a while. */
  own(storage: Storage): void {
    if (!isSmall(storage)) this.#giveAway(storage);
  }

  /** What was lent becomes its handle's. */
  #giveAway(storage: Storage): void {
    if (!this.keeper.forget(storage)) return;
    if (storage.role === 'kept') storage.role = 'owned';
    if (storage.device) this.#ownership.watch(storage, storage.device);
  }

  /** Storages owned by handles that are made while `body` runs, except those in `result`, are freed at its end. */
  scope<T>(body: () => T, survivors: (result: T) => readonly Storage[]): T {
    return this.#ownership.scope(body, survivors, (storage) =>
      this.free(storage, 'was made inside a scope that has ended'),
    );
  }

  /** Puts a storage into device memory if it is not there; contents on the host are uploaded. */
  makeResident(storage: Storage): OperandRef {
    if (storage.device) return storage.device;
    const allocation = this.#allocate(storage.bytes, storage);
    if (storage.host) {
      this.backend.write(allocation.buffer, storage.host, allocation.offset);
      if (storage.role === 'variable') storage.host = undefined;
      this.keeper.touch(storage, this.#age);
    }
    return allocation;
  }

  /** Replays a recorded run: the same plan over storages and numbers given anew. */
  replay(
    plan: Executable,
    storages: readonly Storage[],
    written: readonly Storage[],
    scalars: readonly number[],
  ): void {
    this.counters.runs++;
    this.#age++;
    timed('run', () => this.#bindAndRun(plan, storages, written, scalars));
    this.keeper.sweep(this.#age);
  }

  /** The decision for a graph that is the same as an earlier one. */
  #followed(graph: Graph, roots: readonly NodeId[], role: StorageRole): Decision | undefined {
    const decision = this.#trails.follow(graph, roots, role);
    if (decision) this.plans.counters.hits++;
    return decision;
  }

  #decide(graph: Graph, roots: readonly NodeId[], role: StorageRole): Decision | undefined {
    const targets = targetsOf(graph, roots, role);
    if (targets.length === 0) return undefined;
    const collection = collect(graph, targets);
    const describeMiss = activeDebugTools()?.describeMiss;
    const plan = this.plans.get(
      collection.key,
      () => timed('plan', () => this.#engine.prepare(buildSlice(collection))),
      describeMiss && ((known) => debug(1, () => describeMiss(this.name, collection, known))),
    );
    this.#trails.remember(collection, plan, roots, role);
    return { collection, plan };
  }

  #execute({ collection, plan }: Decision): void {
    const { graph, targets } = collection;
    this.counters.runs++;
    this.#age++;
    const scalars = collection.scalars.map((node) => numberOf(graph.scalars.get(node)!));
    this.#bindAndRun(
      plan,
      collection.storages,
      targets.map((t) => t.storage),
      scalars,
    );
    for (const { node, storage } of targets) {
      const value = { storage, version: storage.version };
      graph.values.set(node, value);
      const origin = graph.origins.get(node);
      if (origin) origin.graph.values.set(origin.node, value);
    }
    graph.effects.clear();
    this.onRun?.({ collection, plan });
    this.keeper.sweep(this.#age);
  }

  /** Binds memory, runs the plan, reads small results back, and raises the versions of what was written. */
  #bindAndRun(
    plan: Executable,
    storages: readonly Storage[],
    written: readonly Storage[],
    scalars: readonly number[],
  ): void {
    const fresh: Storage[] = [];
    try {
      this.#bind(plan, storages, written, scalars, fresh);
    } catch (error) {
      for (const storage of fresh) this.#ownership.free(storage);
      throw error;
    }
  }

  /** As `#bindAndRun`; leaves in `fresh` what came to have memory by it. */
  #bind(
    plan: Executable,
    storages: readonly Storage[],
    written: readonly Storage[],
    scalars: readonly number[],
    fresh: Storage[],
  ): void {
    const run = this.#age;
    const outputs = new Set(written);
    for (const storage of storages) if (!outputs.has(storage)) this.keeper.touch(storage, run);
    const align = this.backend.caps.alignment;
    let scratchBytes = roundUp(plan.stats.scratchBytes, align);
    const inScratch: { storage: Storage; slot: number; offset: number }[] = [];
    const refs = storages.map((storage, slot): OperandRef | undefined => {
      const output = outputs.has(storage);
      const isNew = output && !storage.filled;
      const transient = output
        ? isNew && isSmall(storage) && this.backend.readSync
        : this.#isUploaded(storage);
      if (!transient) {
        if (!isNew) {
          if (output) this.#giveAway(storage);
          return this.makeResident(storage);
        }
        fresh.push(storage);
        if (isSmall(storage)) storage.role = 'kept';
        return this.#allocate(storage.bytes, storage);
      }
      inScratch.push({ storage, slot, offset: scratchBytes });
      scratchBytes += roundUp(storage.bytes, align);
      return undefined;
    });
    const scratch = this.#scratchOf(scratchBytes);
    for (const { storage, slot, offset } of inScratch) {
      const at = { buffer: scratch.buffer, offset: scratch.offset + offset };
      refs[slot] = at;
      if (outputs.has(storage)) continue;
      this.backend.write(at.buffer, storage.host!, at.offset);
      this.counters.uploadedBytes += storage.bytes;
      storage.uploads++;
    }
    plan.run({ storages: refs as OperandRef[], scalars, scratch });
    for (const { storage, offset } of inScratch) {
      if (!outputs.has(storage)) continue;
      this.counters.reads++;
      storage.host = this.backend.readSync!(scratch.buffer, scratch.offset + offset, storage.bytes);
      storage.role = 'host';
    }
    for (const storage of written) {
      if (storage.device) storage.host = undefined;
      storage.version++;
      this.keeper.touch(storage, run);
    }
  }

  /** Whether a leaf's host contents go into a slot of this run rather than into memory of their own. */
  #isUploaded(storage: Storage): boolean {
    if (storage.device || storage.role === 'variable') return false;
    if (storage.bytes <= SMALL_BYTES) return true;
    return storage.bytes < RESIDENT_BYTES && storage.uploads < RESIDENT_AFTER;
  }

  #locate(storage: Storage): OperandRef {
    if (!storage.device) throw new TenfoldError(`internal: a storage without contents was read`);
    return storage.device;
  }

  #scratchOf(bytes: number): OperandRef {
    if (this.#scratch && this.#scratch.bytes >= bytes) return this.#scratch;
    this.#dropScratch();
    this.#scratch = this.#orMakeRoom(() => this.memory.alloc(Math.max(bytes, 1 << 16), 'uint8'));
    return this.#scratch;
  }

  #dropScratch(): void {
    if (this.#scratch) this.memory.free(this.#scratch);
    this.#scratch = undefined;
  }

  /** Memory for a storage that its handle owns or the device keeps. */
  #allocate(bytes: number, storage: Storage): Allocation {
    const allocation = this.#orMakeRoom(() => this.memory.alloc(bytes, storage.dtype));
    storage.device = allocation;
    this.#ownership.add(allocation);
    if (storage.role !== 'kept') this.#ownership.watch(storage, allocation);
    return allocation;
  }

  #orMakeRoom(alloc: () => Allocation): Allocation {
    try {
      return alloc();
    } catch (error) {
      if (!(error instanceof OutOfMemoryError)) throw error;
      this.keeper.releaseAllBut(this.#age);
      // A run asks for it last, so nothing is in it yet.
      this.#dropScratch();
      return alloc();
    }
  }
}

/** Results that go to the host, at once or when they were kept for long. */
function isSmall({ role, bytes }: Storage): boolean {
  return role !== 'variable' && bytes <= SMALL_BYTES;
}

function numberOf(source: ScalarSource): number {
  return typeof source === 'number' ? source : source();
}

function roundUp(bytes: number, multiple: number): number {
  return Math.ceil(bytes / multiple) * multiple;
}
