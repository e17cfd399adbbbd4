/**
 * What generated code may use and has to respect: a device's features and limits as plain data, so that generating
 * WGSL is a pure function that needs no device.
 */

export interface Target {
  /** The `subgroups` feature, with the sizes that occur; absent where there are none. */
  readonly subgroups?: Subgroups;
  /** The `shader-f16` feature: `f16` as a type in memory. */
  readonly f16: boolean;
  /** The `chromium-experimental-subgroup-matrix` feature with float16 factors and float32 sums. */
  readonly subgroupMatrix?: SubgroupMatrix;
  /** Storage buffers that one dispatch may bind. */
  readonly storageBuffers: number;
  /** Bytes that one of them may show. */
  readonly bindingBytes: number;
  /** Bytes of the uniform in which launches are told where their operands stand. */
  readonly uniformBytes: number;
  /** Bytes of workgroup memory. */
  readonly workgroupBytes: number;
  /** Invocations of a workgroup. */
  readonly workgroupSize: number;
  /** Workgroups along one dimension of a grid. */
  readonly gridWidth: number;
  /** What kind of adapter it is, for choosing tiles. */
  readonly adapter: AdapterClass;
}

export interface Subgroups {
  readonly min: number;
  readonly max: number;
  /** WGSL's extension `subgroup_id`: which subgroup of its workgroup an invocation belongs to. */
  readonly ids?: boolean;
}

/** One product of small matrices that a subgroup computes together, of `m`x`k` and `k`x`n` elements. */
export interface SubgroupMatrix {
  readonly m: number;
  readonly n: number;
  readonly k: number;
}

/** A discrete graphics card, one that shares memory with the processor, or a driver that computes on the processor. */
export type AdapterClass = 'discrete' | 'integrated' | 'software';

/** The limits that every WebGPU device keeps at least, and no optional feature. https://www.w3.org/TR/webgpu/#limits */
export const MINIMUM_TARGET: Target = {
  f16: false,
  storageBuffers: 8,
  bindingBytes: 2 ** 27,
  uniformBytes: 2 ** 16,
  workgroupBytes: 2 ** 14,
  workgroupSize: 256,
  gridWidth: 65535,
  adapter: 'integrated',
};
