/** Prefix sums over the invocations of a workgroup, after Hillis and Steele ("Data parallel algorithms", 1986). */

import type { ShaderBuilder } from '../../wgsl/shader.ts';

/**
 * A function (lane, value) -> the sum of the values of all invocations up to this one, u32. All of them must call it;
 * the workgroup's total is left in the last element of the array `sums`.
 */
export function workgroupScan(shader: ShaderBuilder, invocations: number): string {
  shader.workgroupArray('sums', 'u32', invocations);
  return shader.function(
    'scan_sum',
    [
      'fn scan_sum(lane: u32, value: u32) -> u32 {',
      '  var sum = value;',
      '  sums[lane] = sum;',
      '  workgroupBarrier();',
      `  for (var step = 1u; step < ${invocations}u; step = step * 2u) {`,
      '    if (lane >= step) { sum += sums[lane - step]; }',
      '    workgroupBarrier();',
      '    sums[lane] = sum;',
      '    workgroupBarrier();',
      '  }',
      '  return sum;',
      '}',
    ].join('\n'),
  );
}
