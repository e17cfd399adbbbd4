/**
 * The tensor: a light handle. A leaf tensor stands for a storage (data, a parameter, a realized result); any other
 * stands for a node of a graph, computed when its value is asked for. The operations are functions in `../ops`;
 * `../methods.ts` puts them onto the class and declares them there.
 */

import {
  DTypeError,
  DeviceError,
  GradError,
  ShapeError,
  StaleValueError,
  formatShape,
  getDevice,
  isFloat,
  numel,
  sameShape,
} from '@tenfold/ir';
import type { DType, Device, Graph, NodeId, Shape, Storage } from '@tenfold/ir';
import { EngineSlot } from './grad-engine.ts';
import type { BackwardOptionsOf, Engine, Hook } from './grad-engine.ts';
import { LeafState } from './leaf-state.ts';

/** Where a tensor's value is, or how it will be computed. For Tenfold's own packages. */
export type TensorSource =
  | { readonly kind: 'storage'; readonly storage: Storage }
  | { readonly kind: 'node'; readonly graph: Graph; readonly node: NodeId };

/** Sees a gradient on its way; a tensor it returns takes the gradient's place. */
export type GradHook = Hook<Tensor>;
export type BackwardOptions = BackwardOptionsOf<Tensor>;
/** What does automatic differentiation. For Tenfold's own packages. */
export type GradEngine = Engine<Tensor>;

const engineSlot = new EngineSlot<Tensor>();
const leafStates = new WeakMap<Storage, LeafState<Tensor>>();

export class Tensor {
  readonly shape: Shape;
  readonly dtype: DType;
  /** The device as an object; `device` is its name. */
  readonly home: Device;
  #source: TensorSource;
  #leaf: LeafState<Tensor> | undefined;

  /**
   * For Tenfold's own packages; users make tensors with `tensor`, `zeros`, …
   * @throws DTypeError for a dtype that the device lacks.
   */
  constructor(home: Device, source: TensorSource) {
    this.home = home;
    this.#source = source;
    if (source.kind === 'storage') {
      this.shape = source.storage.shape;
      this.dtype = source.storage.dtype;
      home.insist('tensor', this.dtype);
      this.#leaf = findLeafState(source.storage);
    } else {
      this.shape = source.graph.types[source.node].shape;
      this.dtype = source.graph.types[source.node].dtype;
    }
  }

  /** The device's name. */
  get device(): string {
    return this.home.name;
  }

  /** Number of axes. */
  get ndim(): number {
    return this.shape.length;
  }

  /** Number of elements. */
  get numel(): number {
    return numel(this.shape);
  }

  get source(): TensorSource {
    return this.#source;
  }

  /** Makes this handle stand for another value of its shape and dtype. For Tenfold's own packages. */
  rebind({ source }: Tensor): void {
    this.#source = source;
    this.#leaf = undefined;
  }

  /** The node of the device's open graph that stands for this tensor now. */
  resolve(): NodeId {
    const source = this.#source;
    if (source.kind === 'node') return this.home.adopt(source.graph, source.node);
    return this.home.graph.read(this.#alive(source.storage), this.#leaf?.requiresGrad ?? false);
  }

  #alive(storage: Storage): Storage {
    if (storage.gone === undefined) return storage;
    const what = storage.name ? `'${storage.name}'` : `the tensor of shape [${this.shape.join(', ')}]`;
    throw new StaleValueError(`${what} ${storage.gone}; keep what is still needed with clone() before that`);
  }

  // --- gradients -------------------------------------------------------------------------------------------------

  /** Whether the tensor was made by the user, or without tracing, rather than by a traced operation. */
  get isLeaf(): boolean {
    return this.#source.kind === 'storage' || !this.#source.graph.tracked[this.#source.node];
  }

  get requiresGrad(): boolean {
    if (this.#source.kind === 'storage') return this.#leaf?.requiresGrad ?? false;
    return this.#source.graph.tracked[this.#source.node];
  }

  set requiresGrad(value: boolean) {
    this.requiresGrad_(value);
  }

  /** Turns gradients with respect to this leaf on or off, and returns the tensor, as torch.Tensor.requires_grad_. */
  requiresGrad_(requiresGrad = true): this {
    if (this.requiresGrad === requiresGrad) return this;
    if (!this.isLeaf) {
      throw new GradError(
        'requiresGrad: only leaf tensors can be changed; use detach() to cut a result off its history',
      );
    }
    if (requiresGrad && !isFloat(this.dtype)) {
      throw new DTypeError(
        `requiresGrad: only float tensors have gradients, this one is ${this.dtype}; cast it first`,
      );
    }
    this.#leafState('requiresGrad').requiresGrad = requiresGrad;
    return this;
  }

  /** The accumulated gradient of a leaf (or of a result with `retainGrad`), or null. */
  get grad(): Tensor | null {
    const grad = this.#leaf?.grad ?? null;
    if (this.#leaf && grad) this.#leaf.seen = true;
    return grad;
  }

  set grad(value: Tensor | null) {
    if (value !== null && (!sameShape(value.shape, this.shape) || value.dtype !== this.dtype)) {
      const [given, own] = [value, this].map(({ dtype, shape }) => `${dtype} ${formatShape(shape)}`);
      throw new ShapeError(`grad: a gradient of ${given} does not fit a tensor of ${own}`);
    }
    if (value !== null && value.home !== this.home) {
      throw new DeviceError(
        `grad: a gradient on '${value.device}' does not fit a tensor on '${this.device}'`,
      );
    }
    this.#leafState('grad').grad = value;
  }

  /** The state that gradients of this tensor accumulate in; it belongs to the storage. For Tenfold's own packages. */
  get leafState(): LeafState<Tensor> {
    return (this.#leaf ??= this.#leafState('grad'));
  }

  /** Adds the gradients of this tensor to the leaves it was computed from, as torch.Tensor.backward. */
  backward(gradient?: Tensor, options: BackwardOptions = {}): void {
    engineSlot.for('backward').backward(this, gradient, options);
  }

  /** Calls `hook` with the gradient of this tensor when backward builds it. Returns a function that removes the hook. */
  registerHook(hook: GradHook): () => void {
    if (!this.requiresGrad)
      throw new GradError(
        'registerHook: the tensor does not require gradients; set requiresGrad on what it is computed from',
      );
    if (this.#source.kind === 'node') return engineSlot.for('registerHook').hook(this, hook);
    const { hooks } = this.#leafState('registerHook');
    hooks.add(hook);
    return () => void hooks.delete(hook);
  }

  /** Keeps the gradient of a result that is not a leaf in its `grad`. */
  retainGrad(): void {
    if (this.#source.kind === 'node') {
      this.#leaf ??= new LeafState<Tensor>();
      engineSlot.for('retainGrad').retainGrad(this);
    }
  }

  // --- values ----------------------------------------------------------------------------------------------------

  /** The storage that holds the value, computing it if need be. */
  materialize(role: 'kept' | 'owned' = 'kept'): Storage {
    const device = this.home;
    if (this.#source.kind === 'storage') {
      const storage = this.#alive(this.#source.storage);
      if (device.graph.effects.has(storage)) device.run();
      return storage;
    }
    const node = this.resolve();
    const { graph } = device;
    if (graph.ops[node] !== 'leaf') {
      for (const saved of savedForBackward(graph, [node])) graph.keep.add(saved);
      device.run([node], role);
    }
    const { storage } = graph.leaves.get(node) ?? graph.values.get(node)!;
    if (role === 'owned') device.own(storage);
    return storage;
  }

  /**
   * Computes the value now and keeps it until the handle is disposed of or collected. Returns the tensor.
   * The work may still be running on an asynchronous device.
   */
  realize(): this {
    const storage = this.materialize('owned');
    if (this.#source.kind === 'node' && !this.requiresGrad) this.#source = { kind: 'storage', storage };
    return this;
  }

  /** The contents as raw little-endian bytes, contiguous, in row-major order. A copy. */
  async bytes(): Promise<Uint8Array> {
    return (await this.home.read(this.materialize())).slice();
  }

  /** As `bytes`, where the device can be waited for. */
  bytesSync(): Uint8Array {
    return this.home.readSync(this.materialize()).slice();
  }

  /**
   * The storage of a leaf; an untraced result becomes one by being realized. For Tenfold's own packages.
   * @throws GradError for a traced result.
   */
  leafStorage(op: string): Storage {
    if (this.#source.kind === 'node') {
      if (!this.isLeaf) {
        throw new GradError(
          `${op}: the tensor is the result of traced operations, not a leaf; detach() it first`,
        );
      }
      this.#source = { kind: 'storage', storage: this.materialize('owned') };
    }
    return this.#source.storage;
  }

  /** Frees the value's memory now. Using the tensor afterwards raises StaleValueError. */
  dispose(): void {
    const source = this.#source;
    const storage =
      source.kind === 'storage' ? source.storage : source.graph.values.get(source.node)?.storage;
    if (storage) this.home.free(storage, 'was disposed of');
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  #leafState(op: string): LeafState<Tensor> {
    return (this.#leaf ??= leafStateOf(this.leafStorage(op)));
  }
}

/** A tensor of a node in the open graph of a device. */
export function fromNode(device: Device, node: NodeId): Tensor {
  return new Tensor(device, { kind: 'node', graph: device.graph, node });
}

/** A leaf tensor of a storage. */
export function fromStorage(device: Device, storage: Storage): Tensor {
  return new Tensor(device, { kind: 'storage', storage });
}

/** What the leaf of a storage remembers for gradients, if it has been asked to remember anything. */
export function findLeafState(storage: Storage): LeafState<Tensor> | undefined {
  return leafStates.get(storage);
}

/** What the leaf of a storage remembers for gradients. */
export function leafStateOf(storage: Storage): LeafState<Tensor> {
  let state = findLeafState(storage);
  if (!state) leafStates.set(storage, (state = new LeafState()));
  return state;
}

/** Gives `backward` and its kin their engine. */
export function registerGradEngine(engine: GradEngine): void {
  engineSlot.register(engine);
}

/** Nodes to keep when `nodes` are computed, because a later backward will read them. For Tenfold's own packages. */
export function savedForBackward(graph: Graph, nodes: readonly NodeId[]): readonly NodeId[] {
  return engineSlot.savedForBackward(graph, nodes);
}

/** The device named, or the default one. */
export function deviceOf(name: string | undefined): Device {
  return getDevice(name);
}
