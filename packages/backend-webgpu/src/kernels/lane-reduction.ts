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
  const { kind, dtype } = accumulatorsOf(e.kernel)[acc];
  const { shader } = e;
  const positioned = kind === 'argmax' || kind === 'argmin';
  const type = valueType(dtype);
  const values = shader.workgroupArray(`shared_${type}`, type, rows * lanes);
  // Position and value of an extremum go together; alone, a value is all there is.
  const arrays: readonly (readonly [string, string])[] = positioned
    ? [
        ['', shader.workgroupArray('shared_position', 'i32', rows * lanes)],
        ['_best', values],
      ]
    : [['', values]];
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
