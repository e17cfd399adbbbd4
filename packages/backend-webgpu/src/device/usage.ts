/**
 * Flags of the WebGPU interface as numbers: Node has no globals for them, and a page need not.
 * https://www.w3.org/TR/webgpu/#namespacedef-gpubufferusage
 */

export const USAGE = {
  mapRead: 0x1,
  copySource: 0x4,
  copyTarget: 0x8,
  uniform: 0x40,
  storage: 0x80,
  queryResolve: 0x200,
} as const;

/** `GPUMapMode.READ`. */
export const MAP_READ = 1;
/** `GPUShaderStage.COMPUTE`. */
export const COMPUTE = 4;
