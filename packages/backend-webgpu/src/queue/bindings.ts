/**
 * Which slabs a pass binds for some launches, and where each operand then stands. WebGPU forbids a buffer that is bound
 * both to be read and to be written in one dispatch, and bindings that are written and overlap: so a slab is bound once,
 * from the first byte that a launch touches to the last, to be written if any operand in it is. Only where that is more
 * than a binding may show is a buffer bound in several parts, all alike.
 *
 * Shaders name their bindings, so launches whose operands are spread over slabs in other ways are other dispatches.
 */

import type { BufferId, Kernel, OperandRef } from '@tenfold/ir';
import { OutOfMemoryError, byteSize, touchedElements } from '@tenfold/ir';
import type { Pass, PassOperand, ShaderLayout, SlabLayout, SlabType, Workspace } from '../lowering/pass.ts';
import type { Target } from '../target.ts';

/** A launch of a pass: where its operands stand, workspaces included. */
export interface PassLaunch {
  /** By position in the pass's operands. */
  readonly places: readonly OperandRef[];
  readonly scalars: readonly number[];
  readonly extents: readonly number[];
}

export interface BoundSlab {
  readonly buffer: BufferId;
  /** In bytes, a multiple of 256. */
  readonly offset: number;
  /** In bytes, a multiple of 4 (of 16 for vectors). */
  readonly size: number;
}

/** Launches that share a shader and its bindings. */
export interface BoundPass {
  readonly slabs: readonly BoundSlab[];
  readonly layout: Omit<ShaderLayout, 'rows'>;
  readonly launches: readonly PassLaunch[];
  /** By launch and operand: where it begins, in elements from the beginning of its slab. */
  readonly offsets: readonly (readonly number[])[];
}

interface Span {
  readonly position: number;
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

/** Raises OutOfMemoryError for an operand that no binding can show. */
export function bindPass(
  pass: Pass,
  launches: readonly PassLaunch[],
  bytesOf: OperandBytes,
  target: Target,
): BoundPass[] {
  // Launches with the same buffers are bound together where one window shows them all, else in several parts.
  const alike = new Map<string, PassLaunch[]>();
  for (const launch of launches) {
    const key = launch.places.map(({ buffer }) => buffer).join();
    const found = alike.get(key);
    if (found) found.push(launch);
    else alike.set(key, [launch]);
  }
  return [...alike.values()].flatMap((group) => {
    const together = bindTogether(pass, group, bytesOf, target);
    if (together) return [together];
    return group.map((launch) => bindTogether(pass, [launch], bytesOf, target) ?? tooLong(pass, target));
  });
}

function tooLong(pass: Pass, { bindingBytes, storageBuffers }: Target): never {
  throw new OutOfMemoryError(
    `webgpu: '${pass.name}' has an operand of more than ${bindingBytes} bytes or operands in more than ${storageBuffers} ` +
      `buffers, which this device cannot bind at once; use smaller tensors or batches`,
  );
}

/** One set of bindings for all launches, or undefined where there is none. */
function bindTogether(
  pass: Pass,
  launches: readonly PassLaunch[],
  bytesOf: OperandBytes,
  target: Target,
): BoundPass | undefined {
  const spans = launches.map((launch) =>
    launch.places.map(({ buffer, offset }, position): Span => {
      const bytes = bytesOf(pass.operands[position], launch.extents);
      return { position, buffer, start: offset, end: offset + Math.max(4, Math.ceil(bytes / 4) * 4) };
    }),
  );
  const windows = windowsOf(spans.flat(), target.bindingBytes);
  if (!windows || windows.length > target.storageBuffers) return undefined;
  const windowOf = (span: Span) =>
    windows.findIndex(
      ({ buffer, start, end }) => buffer === span.buffer && start <= span.start && span.end <= end,
    );
  const slabOf = spans[0].map(windowOf);
  // Every launch has to have its operands in the same windows.
  if (spans.some((launch) => launch.some((span, position) => windowOf(span) !== slabOf[position])))
    return undefined;
  const offsets = spans.map((launch) =>
    launch.map(
      ({ start, position }) =>
        (start - windows[slabOf[position]].start) / byteSize(pass.operands[position].dtype),
    ),
  );
  const written = new Set(
    windows
      .filter((_, i) =>
        slabOf.some((slab, position) => slab === i && pass.operands[position].access !== 'read'),
      )
      .map(({ buffer }) => buffer),
  );
  const slabs = windows.map(({ buffer }, i): SlabLayout => {
    const inSlab = (position: number) => slabOf[position] === i;
    const inside = pass.operands.filter((_, position) => inSlab(position));
    const vectors = pass.vectors?.every((may, position) => may || !inSlab(position)) ?? false;
    return {
      type: slabType(inside, vectors),
      access: written.has(buffer) ? 'read_write' : 'read',
    };
  });
  return {
    slabs: windows.map(({ buffer, start, end }, i) => ({
      buffer,
      offset: start,
      size: slabs[i].type === 'vec4f' ? Math.ceil((end - start) / 16) * 16 : end - start,
    })),
    layout: { slabs, slabOf },
    launches,
    offsets,
  };
}

/** The parts of buffers that hold all spans: as few as there can be, none longer than a binding may be. */
function windowsOf(spans: readonly Span[], most: number): Omit<Span, 'position'>[] | undefined {
  const windows: Omit<Span, 'position'>[] = [];
  const ordered = [...spans].sort((a, b) => a.buffer - b.buffer || a.start - b.start);
  for (const { buffer, start, end } of ordered) {
    const last = windows.at(-1);
    if (last?.buffer === buffer && (Math.max(last.end, end) - last.start <= most || start < last.end)) {
      last.end = Math.max(last.end, end);
    } else windows.push({ buffer, start, end });
  }
  return windows.every(({ start, end }) => end - start <= most) ? windows : undefined;
}

function slabType(operands: readonly PassOperand[], vectors: boolean): SlabType {
  if (operands.every(({ dtype }) => dtype === 'float32')) return vectors ? 'vec4f' : 'f32';
  const shared = operands.some(
    ({ dtype, access, wholeWords }) => access !== 'read' && byteSize(dtype) < 4 && !wholeWords,
  );
  return shared ? 'atomic' : 'u32';
}
