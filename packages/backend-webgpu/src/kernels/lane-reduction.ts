/**
 * What the lanes of a row have accumulated, put together in workgroup memory by halves: afterwards every lane has the
 * result. All invocations of the workgroup must come here.
 */

import { valueType } from '../wgsl/types.ts';
import type { Emission } from './emission.ts';
import type { LoopShape } from './loop-shape.ts';
import { accumulatorsOf } from './statements.ts';

/** Reduces the variables of an accumulator's kind that are called `name` over the lanes of each row. */
export function reduceLanes(
  e: Emission,
  acc: number,
  name: string,
  { rows, lanes, laneMinor }: LoopShape,
): void {
  const arrays = sharedArrays(e, acc, rows * lanes);
  const step = laneMinor ? 1 : rows;
  const [mine, other] = [e.fresh('mine'), e.fresh('other')];
  e.write(
    ...arrays.map(([suffix, array]) => `${array}[lane] = ${name}${suffix};`),
    'workgroupBarrier();',
    `for (var half = ${lanes / 2}u; half > 0u; half = half / 2u) {`,
    '  if (l < half) {',
    ...arrays.flatMap(([suffix, array]) => [
      `    var ${mine}${suffix} = ${array}[lane];`,
      `    let ${other}${suffix} = ${array}[lane + half * ${step}u];`,
    ]),
    `    ${e.fold(acc, mine, other)}`,
    ...arrays.map(([suffix, array]) => `    ${array}[lane] = ${mine}${suffix};`),
    '  }',
    '  workgroupBarrier();',
    '}',
    ...arrays.map(([suffix, array]) => `${name}${suffix} = ${array}[lane - l * ${step}u];`),
    'workgroupBarrier();',
  );
}

/**
 * Replaces what each lane has accumulated by what the lanes before it have, put together (Hillis and Steele, "Data parallel
 * algorithms", 1986). All invocations of the workgroup must come here.
 */
export function lanesBefore(
  e: Emission,
  acc: number,
  name: string,
  { rows, lanes, laneMinor }: LoopShape,
): void {
  const arrays = sharedArrays(e, acc, rows * lanes);
  const stride = laneMinor ? 1 : rows;
  const other = e.fresh('other');
  const declared = e.partial(acc);
  declared.restore();
  const own = declared.name;
  e.write(
    ...arrays.map(([suffix, array]) => `${array}[lane] = ${name}${suffix};`),
    'workgroupBarrier();',
    `for (var reach = 1u; reach < ${lanes}u; reach = reach * 2u) {`,
    '  if (l >= reach) {',
    ...arrays.map(([suffix, array]) => `    let ${other}${suffix} = ${array}[lane - reach * ${stride}u];`),
    `    ${e.fold(acc, name, other)}`,
    '  }',
    '  workgroupBarrier();',
    ...arrays.map(([suffix, array]) => `  ${array}[lane] = ${name}${suffix};`),
    '  workgroupBarrier();',
    '}',
    'if (l > 0u) {',
    ...arrays.map(([suffix, array]) => `  ${own}${suffix} = ${array}[lane - ${stride}u];`),
    '}',
    ...arrays.map(([suffix]) => `${name}${suffix} = ${own}${suffix};`),
    'workgroupBarrier();',
  );
}

/** Workgroup memory for an accumulator's variables, by what they are called after its name. */
function sharedArrays(e: Emission, acc: number, length: number): (readonly [string, string])[] {
  const { kind, dtype } = accumulatorsOf(e.kernel)[acc];
  const type = valueType(dtype);
  const values = e.shader.workgroupArray(`shared_${type}`, type, length);
  if (kind !== 'argmax' && kind !== 'argmin') return [['', values]];
  // Position and value of an extremum go together; alone, a value is all there is.
  return [
    ['', e.shader.workgroupArray('shared_position', 'i32', length)],
    ['_best', values],
  ];
}
