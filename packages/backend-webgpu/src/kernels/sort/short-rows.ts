/** Rows that fit workgroup memory: one pass, several rows to a workgroup where they are very short. */

import type { RoutineKernel } from '@tenfold/ir';
import { operandsOf } from '../../lowering/pass.ts';
import type { Lowered, Pass, ShaderLayout } from '../../lowering/pass.ts';
import type { Target } from '../../target.ts';
import { powerAtLeast } from '../../powers.ts';
import { ShaderBuilder } from '../../wgsl/shader.ts';
import { indent } from '../statements.ts';
import { keyOf, wordsOfKey } from './keys.ts';
import { bitonicSort } from './network.ts';
import { elementIndex } from './rows.ts';

/** Longer rows than this take more exchanges in workgroup memory than passes of a radix sort cost. */
const LONGEST = 2048;
/** Elements that a workgroup should have at least. */
const LEAST = 512;

/** The rows in one pass, or undefined where they are too long. */
export function sortShortRows(kernel: RoutineKernel, target: Target): Lowered | undefined {
  const { rows, length } = kernel.routine;
  const words = wordsOfKey(kernel.operands[0].dtype);
  const size = powerAtLeast(length);
  if (size > LONGEST || size * 4 * (words + 1) > target.workgroupBytes) return undefined;
  const perGroup = Math.max(1, Math.min(LEAST / size, powerAtLeast(rows)));
  const pass: Pass = {
    name: kernel.name,
    operands: operandsOf(kernel),
    constants: [],
    groups: () => (length === 0 ? 0 : Math.ceil(rows / perGroup)),
    shader: (layout) => shaderOf(kernel, pass, layout, size, perGroup, Math.min(256, target.workgroupSize)),
  };
  return { passes: [pass], workspaces: [] };
}

function shaderOf(
  kernel: RoutineKernel,
  pass: Pass,
  layout: ShaderLayout,
  size: number,
  perGroup: number,
  invocations: number,
): string {
  const { routine, operands } = kernel;
  const { rows, length, stride, descending } = routine;
  const { dtype } = operands[0];
  const shader = new ShaderBuilder(kernel, pass, layout);
  const places = size * perGroup;
  const two = wordsOfKey(dtype) === 2;
  const keys = shader.workgroupArray('keys', two ? 'vec2u' : 'u32', places);
  const positions = shader.workgroupArray('positions', 'u32', places);
  const forEachPlace = (body: readonly string[]) => [
    `for (var i = lane; i < ${places}u; i += ${invocations}u) {`,
    // Neighbouring invocations take elements that are neighbours in memory.
    ...(stride === 1
      ? [`  let r = i / ${size}u;`, `  let e = i % ${size}u;`]
      : [`  let r = i % ${perGroup}u;`, `  let e = i / ${perGroup}u;`]),
    `  let row = group * ${perGroup}u + r;`,
    `  let at = r * ${size}u + e;`,
    `  let there = row < ${rows}u && e < ${length}u;`,
    ...indent(body),
    '}',
  ];
  const at = elementIndex(routine, 'row', 'e');
  const equal = two ? 'all(keys[a] == keys[b])' : 'keys[a] == keys[b]';
  const above = two
    ? 'keys[a].y > keys[b].y || (keys[a].y == keys[b].y && keys[a].x > keys[b].x)'
    : 'keys[a] > keys[b]';
  shader.function(
    'after',
    `fn after(a: u32, b: u32) -> bool { return ${above} || (${equal} && positions[a] > positions[b]); }`,
  );
  return shader.text(invocations, [
    // What is not there comes last.
    ...forEachPlace([
      `${keys}[at] = ${two ? 'vec2u(0xffffffffu)' : '0xffffffffu'};`,
      `${positions}[at] = select(0xffffffffu, e, there);`,
      `if (there) { ${keys}[at] = ${keyOf(shader, dtype, descending, shader.load(0, at))}; }`,
    ]),
    'workgroupBarrier();',
    ...bitonicSort({
      size,
      places,
      invocations,
      after: (a, b) => `after(${a}, ${b})`,
      exchange: (a, b) => [
        `let key = ${keys}[${a}];`,
        `${keys}[${a}] = ${keys}[${b}];`,
        `${keys}[${b}] = key;`,
        `let position = ${positions}[${a}];`,
        `${positions}[${a}] = ${positions}[${b}];`,
        `${positions}[${b}] = position;`,
      ],
    }),
    ...forEachPlace([`if (there) { ${shader.store(1, at, `i32(${positions}[at])`)} }`]),
  ]);
}
