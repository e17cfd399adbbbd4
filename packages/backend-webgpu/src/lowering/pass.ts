/**
 * What a kernel becomes on a GPU: passes, one after another, each a shader and the size of its grid, and memory of
 * its own between them. Most kernels are one pass; sorting and few long rows take several.
 *
 * A shader names its bindings, and which operands share a slab is known only when a kernel is submitted: so a pass
 * gives its text for a layout, and one pipeline is made for each layout that occurs.
 */

import type { DType, Kernel } from '@tenfold/ir';

/** One operand of a pass. */
export interface PassOperand {
  /** Of the kernel; numbers from the kernel's last operand on are workspaces. */
  readonly operand: number;
  readonly dtype: DType;
  readonly access: 'read' | 'write' | 'readwrite';
  /** Whether elements narrower than a word are written by whole words, each by one invocation. */
  readonly wholeWords?: boolean;
}

/** The type of a slab's elements in the shader. Slabs of `vec4f` are only made for passes that ask for `vectors`. */
export type SlabType = 'f32' | 'u32' | 'atomic' | 'vec4f';

/** A slab, bound once, whatever number of operands stand in it. */
export interface SlabLayout {
  readonly type: SlabType;
  readonly access: 'read' | 'read_write';
  /** Bindings, one behind another, that show it together: more than one where it is too long for one. Default 1. */
  readonly parts?: number;
}

/** How a pass's operands are spread over slabs, and how many launches its table holds. */
export interface ShaderLayout {
  readonly slabs: readonly SlabLayout[];
  /** By position in the pass's operands. */
  readonly slabOf: readonly number[];
  /** Bytes of each part but the last of a slab that has several. */
  readonly partBytes?: number;
  /** Rows of the launch table; 1 for a single launch. */
  readonly rows: number;
}

export interface Pass {
  /** Readable, for messages and profiles. */
  readonly name: string;
  readonly operands: readonly PassOperand[];
  /** Numbers that tell this pass from others with the same shader: u32 each, read by `ShaderBuilder.constant`. */
  readonly constants: readonly number[];
  /** Passes with equal keys have equal shaders; without one, the shader is this pass's own. */
  readonly shaderKey?: string;
  /**
   * By position, whether an operand may stand in a slab of `vec4f`: it is float32, and it is written, if it is, by fours.
   * Slabs in which all operands may are then made such.
   */
  readonly vectors?: readonly boolean[];
  /** Workgroups of one launch with these extent parameters. */
  groups(extents: readonly number[]): number;
  /** The WGSL text. */
  shader(layout: ShaderLayout): string;
}

/** Memory between the passes of a launch: operand `kernel.operands.length + i`. Contents are undefined at the start. */
export interface Workspace {
  readonly dtype: DType;
  readonly elements: number;
}

export interface Lowered {
  readonly passes: readonly Pass[];
  readonly workspaces: readonly Workspace[];
}

/** The kernel's operands as a pass's, in their order. */
export function operandsOf(kernel: Kernel): PassOperand[] {
  return kernel.operands.map(({ dtype, access }, operand) => ({ operand, dtype, access }));
}
