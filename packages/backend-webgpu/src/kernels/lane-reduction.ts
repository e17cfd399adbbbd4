/**
 * What the lanes of a row have accumulated, put together: by halves in workgroup memory, or by subgroups first. Nothing is
 * assumed of which invocations make up a subgroup. Afterwards every lane has the result. All invocations of the
 * workgroup must come here.
 */

import { combine, identity } from '../wgsl/constants.ts';
import { valueType } from '../wgsl/types.ts';
import type { Emission } from './emission.ts';
import type { LoopShape } from './loop-shape.ts';
import { accumulatorsOf } from './statements.ts';

/** Reduces the variables of an accumulator's kind that are called `name` over the lanes of each row. */
export function reduceLanes(e: Emission, acc: number, name: string, shape: LoopShape): void {
  const { rows, lanes, laneMinor } = shape;
  const inSubgroup = shape.subgroups && rows === 1 ? overSubgroup(e, acc, name) : undefined;
  if (inSubgroup) return reduceSubgroups(e, acc, name, inSubgroup, lanes);
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

/** What subgroups have come to is put together in the order of their numbers, by every lane for itself. */
function reduceSubgroups(
  e: Emission,
  acc: number,
  name: string,
  lines: readonly string[],
  lanes: number,
): void {
  const arrays = sharedArrays(e, acc, lanes);
  const [i, other] = [e.fresh('i'), e.fresh('other')];
  e.shader.enableSubgroups();
  e.write(
    ...lines,
    `if (subgroupElect()) { ${arrays.map(([suffix, array]) => `${array}[subgroup] = ${name}${suffix};`).join(' ')} }`,
    'workgroupBarrier();',
    ...arrays.map(([suffix, array]) => `${name}${suffix} = ${array}[0];`),
    `for (var ${i} = 1u; ${i} < subgroups; ${i}++) {`,
    ...arrays.map(([suffix, array]) => `  let ${other}${suffix} = ${array}[${i}];`),
    `  ${e.fold(acc, name, other)}`,
    '}',
    'workgroupBarrier();',
  );
}

/**
 * Statements that reduce an accumulator's variables over each subgroup, exactly as they are folded otherwise: extrema of
 * floats by integers in their order, so that NaN and -0 have their places; of equal candidates the first. Undefined for
 * types that subgroups do not compute with.
 */
function overSubgroup(e: Emission, acc: number, name: string): string[] | undefined {
  const { kind, dtype } = accumulatorsOf(e.kernel)[acc];
  const { lib } = e.shader;
  const type = valueType(dtype);
  if (type === 'vec2u' || type === 'bool') return undefined;
  const most = kind === 'max' || kind === 'argmax' ? 'subgroupMax' : 'subgroupMin';
  const nan = most === 'subgroupMax' ? '0x7fffffffi' : '-0x7fffffffi';
  switch (kind) {
    case 'sum':
    case 'prod': {
      const all = `${kind === 'sum' ? 'subgroupAdd' : 'subgroupMul'}(${name})`;
      // Narrow integers are brought back into their range.
      return [`${name} = ${combine(lib, kind, dtype, all, identity(lib, kind, dtype))};`];
    }
    case 'max':
    case 'min': {
      if (type === 'i32') return [`${name} = ${most}(${name});`];
      const order = `${most}(${lib.call('total_order', name, nan)})`;
      return [`${name} = ${lib.call('of_total_order', order)};`];
    }
    case 'argmax':
    case 'argmin': {
      const best = `${name}_best`;
      const place = e.fresh('place');
      const own = type === 'i32' ? best : lib.call('place_of', best, nan);
      const found = e.fresh('found');
      return [
        `let ${place} = ${own};`,
        `let ${found} = ${most}(${place});`,
        `${name} = subgroupMin(select(0x7fffffffi, ${name}, ${place} == ${found}));`,
        `${best} = ${type === 'i32' ? found : lib.call('of_place', found)};`,
      ];
    }
  }
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
