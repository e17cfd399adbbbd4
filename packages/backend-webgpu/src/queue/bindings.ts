/**
 * Which slabs a pass binds for some launches, and where each operand then stands. WebGPU forbids a buffer that is bound
 * both to be read and to be written in one dispatch, and bindings that are written and overlap: so a slab is bound once,
 * from the first byte that a launch touches to the last, to be written if any operand in it is. Operands of a buffer that
 * are further apart than a binding may show are slabs of their own; a slab that is longer itself is bound in parts, among
 * which the shader chooses. Where that makes more bindings than a device has, some slabs are copied side by side first.
 *
 * Shaders name their bindings, so launches whose operands are spread over slabs in other ways are other dispatches.
 */

import type { BufferId, Kernel, OperandRef } from '@tenfold/ir';
import { OutOfMemoryError, byteSize, touchedElements } from '@tenfold/ir';
import type { Pass, PassOperand, ShaderLayout, SlabLayout, SlabType, Workspace } from '../lowering/pass.ts';
import type { Target } from '../target.ts';

/** Stands for the memory that all dispatches share, one after another: workspaces, and slabs that are copied together. */
export const WORKSPACE: BufferId = 0;

/** A launch of a pass: where its operands stand, workspaces included. */
export interface PassLaunch {
  /** By position in the pass's operands. */
  readonly places: readonly OperandRef[];
  readonly extents: readonly number[];
}

export interface BoundSlab {
  readonly buffer: BufferId;
  /** In bytes, a multiple of 256. */
  readonly offset: number;
  /** In bytes, a multiple of 4 (of 16 for vectors). */
  readonly size: number;
}

/** A slab that stands in the workspace during a dispatch. */
export interface Gathered {
  readonly from: OperandRef;
  /** In the workspace. */
  readonly to: number;
  readonly bytes: number;
  /** Whether it has to be copied back. */
  readonly written: boolean;
}

/** Launches that share a shader and its bindings. */
export interface BoundPass<L extends PassLaunch = PassLaunch> {
  readonly slabs: readonly BoundSlab[];
  readonly layout: Required<Omit<ShaderLayout, 'rows'>>;
  readonly launches: readonly L[];
  /** By launch and operand: where it begins, in elements from the beginning of its slab. */
  readonly offsets: readonly (readonly number[])[];
  readonly gathered: readonly Gathered[];
}

interface Window {
  readonly buffer: BufferId;
  readonly start: number;
  end: number;
}

/** How many bytes an operand of a pass has in a launch. */
export type OperandBytes = (operand: PassOperand, extents: readonly number[]) => number;

export function operandBytes(kernel: Kernel, workspaces: readonly Workspace[]): OperandBytes {
  const own = kernel.operands.length;
  return ({ operand, dtype }, extents) => {
    const elements =
      operand < own ? touchedElements(kernel.operands[operand], extents) : workspaces[operand - own].elements;
    return elements * byteSize(dtype);
  };
}

/** The longest binding that ends where elements and parts do. */
export function partBytes({ bindingBytes }: Target): number {
  return Math.floor(bindingBytes / 256) * 256;
}

/**
 * `spare`: the byte of the workspace from which on slabs may be copied together.
 * Raises OutOfMemoryError for what takes more bindings than the device has, however it is done.
 */
export function bindPass<L extends PassLaunch>(
  pass: Pass,
  launches: readonly L[],
  bytesOf: OperandBytes,
  target: Target,
  spare: number,
): BoundPass<L>[] {
  const binder = new Binder(pass, bytesOf, target);
  // Launches with the same buffers are bound together where one window shows them all, else one by one.
  const alike = new Map<string, L[]>();
  for (const launch of launches) {
    const key = launch.places.map(({ buffer }) => buffer).join();
    const found = alike.get(key);
    if (found) found.push(launch);
    else alike.set(key, [launch]);
  }
  return [...alike.values()].flatMap((group) => {
    const together = binder.bind(group, []);
    if (together) return [together];
    return group.map((launch) => binder.bind([launch], []) ?? binder.gather(launch, spare));
  });
}

class Binder {
  readonly #pass: Pass;
  readonly #bytesOf: OperandBytes;
  readonly #target: Target;
  readonly #partBytes: number;

  constructor(pass: Pass, bytesOf: OperandBytes, target: Target) {
    this.#pass = pass;
    this.#bytesOf = bytesOf;
    this.#target = target;
    this.#partBytes = partBytes(target);
  }

  /** One set of bindings for all launches, or undefined where there is none. */
  bind<L extends PassLaunch>(
    launches: readonly L[],
    gathered: readonly Gathered[],
  ): BoundPass<L> | undefined {
    const { operands, vectors: mayBe } = this.#pass;
    const spans = launches.map((launch) => this.#spans(launch));
    const windows = this.#windows(spans.flat());
    const parts = windows.map((window) => this.#partsOf(window));
    if (parts.reduce((sum, count) => sum + count, 0) > this.#target.storageBuffers) return undefined;
    const slabOf = spans[0].map((span) => windowOf(windows, span));
    // Every launch has to have its operands in the same windows.
    const same = (launch: readonly Window[]) =>
      launch.every((span, i) => windowOf(windows, span) === slabOf[i]);
    if (!spans.every(same)) return undefined;
    const offsets = spans.map((launch) =>
      launch.map(({ start }, i) => (start - windows[slabOf[i]].start) / byteSize(operands[i].dtype)),
    );
    const written = new Set(
      operands.flatMap(({ access }, i) => (access === 'read' ? [] : [windows[slabOf[i]].buffer])),
    );
    const slabs = windows.map(({ buffer }, w): SlabLayout => {
      const inside = operands.filter((_, i) => slabOf[i] === w);
      const vectors = mayBe?.every((may, i) => may || slabOf[i] !== w) ?? false;
      const access = written.has(buffer) ? 'read_write' : 'read';
      return { type: slabType(inside, vectors), access, parts: parts[w] };
    });
    const bound = windows.map(({ buffer, start, end }, w) => {
      const size = slabs[w].type === 'vec4f' ? Math.ceil((end - start) / 16) * 16 : end - start;
      return { buffer, offset: start, size };
    });
    return {
      slabs: bound,
      layout: { slabs, slabOf, partBytes: this.#partBytes },
      launches,
      offsets,
      gathered,
    };
  }

  /** Copies as many slabs together as it takes, the smallest ones first. */
  gather<L extends PassLaunch>(launch: L, spare: number): BoundPass<L> {
    const spans = this.#spans(launch);
    const windows = this.#windows(spans);
    const slabOf = spans.map((span) => windowOf(windows, span));
    const bySize = [...windows.keys()]
      .filter((w) => windows[w].buffer !== WORKSPACE)
      .sort((a, b) => windows[a].end - windows[a].start - (windows[b].end - windows[b].start));
    const places = [...launch.places];
    const gathered: Gathered[] = [];
    let to = Math.ceil(spare / 256) * 256;
    for (const w of bySize) {
      const { buffer, start, end } = windows[w];
      const inside = [...slabOf.keys()].filter((i) => slabOf[i] === w);
      const written = inside.some((i) => this.#pass.operands[i].access !== 'read');
      gathered.push({ from: { buffer, offset: start }, to, bytes: end - start, written });
      for (const i of inside) places[i] = { buffer: WORKSPACE, offset: to + spans[i].start - start };
      to += Math.ceil((end - start) / 256) * 256;
      const bound = this.bind([{ ...launch, places }], gathered);
      if (bound) return bound;
    }
    const { bindingBytes, storageBuffers } = this.#target;
    const bytes = windows.reduce((sum, { start, end }) => sum + end - start, 0);
    throw new OutOfMemoryError(
      `webgpu: the operands of '${this.#pass.name}' span ${bytes} bytes, and this device binds ${storageBuffers} times ` +
        `${bindingBytes} bytes at once; use smaller tensors or batches`,
    );
  }

  #spans({ places, extents }: PassLaunch): Window[] {
    return places.map(({ buffer, offset }, i) => {
      const bytes = this.#bytesOf(this.#pass.operands[i], extents);
      return { buffer, start: offset, end: offset + Math.max(4, Math.ceil(bytes / 4) * 4) };
    });
  }

  /** The ranges of buffers that hold all spans: as few as there can be, none longer than it must be for one binding. */
  #windows(spans: readonly Window[]): Window[] {
    const windows: Window[] = [];
    const ordered = [...spans].sort((a, b) => a.buffer - b.buffer || a.start - b.start);
    for (const { buffer, start, end } of ordered) {
      const last = windows.at(-1);
      const joins =
        last?.buffer === buffer &&
        (start < last.end || Math.max(last.end, end) - last.start <= this.#partBytes);
      if (joins) last.end = Math.max(last.end, end);
      else windows.push({ buffer, start, end });
    }
    return windows;
  }

  #partsOf({ start, end }: Window): number {
    return Math.ceil((end - start) / this.#partBytes);
  }
}

function windowOf(windows: readonly Window[], { buffer, start, end }: Window): number {
  return windows.findIndex(
    (window) => window.buffer === buffer && window.start <= start && end <= window.end,
  );
}

function slabType(operands: readonly PassOperand[], vectors: boolean): SlabType {
  if (operands.every(({ dtype }) => dtype === 'float32')) return vectors ? 'vec4f' : 'f32';
  const shared = operands.some(
    ({ dtype, access, wholeWords }) => access !== 'read' && byteSize(dtype) < 4 && !wholeWords,
  );
  return shared ? 'atomic' : 'u32';
}
