/** The three passes of a round of a radix sort: counting digits, adding counts up, moving elements. */

import type { Pass, PassOperand, ShaderLayout } from '../../lowering/pass.ts';
import { ShaderBuilder } from '../../wgsl/shader.ts';
import { indent } from '../statements.ts';
import { keyOf } from './keys.ts';
import { bitonicSort } from './network.ts';
import type { RadixPlan, Round } from './radix-plan.ts';
import { DIGITS, TILE, operandsFor } from './radix-plan.ts';
import { elementIndex } from './rows.ts';
import { workgroupScan } from './workgroup-scan.ts';

type Operands = ReturnType<typeof operandsFor>;

/** What a round's keys are made of. */
function keySources({ keys }: Round): {
  readonly [R in 'input' | 'keys' | 'positions']?: PassOperand['access'];
} {
  if (keys === 'input') return { input: 'read' };
  return keys === 'moved' ? { keys: 'read' } : { input: 'read', positions: 'read' };
}

/** Where element `e` stands among the positions and moved keys of all rows. */
function placeOf({ routine }: RadixPlan, e: string): string {
  return `i32(row * ${routine.length}u + ${e})`;
}

/** The word of a key that holds the round's digit. */
function keyText(
  plan: RadixPlan,
  round: Round,
  shader: ShaderBuilder,
  { position }: Operands,
  e: string,
): string {
  const { kernel, routine } = plan;
  if (round.keys === 'moved') return `u32(${shader.load(position('keys'), placeOf(plan, e))})`;
  const from = round.keys === 'input' ? e : `u32(${shader.load(position('positions'), placeOf(plan, e))})`;
  const value = shader.load(position('input'), elementIndex(routine, 'row', from));
  return keyOf(shader, kernel.operands[0].dtype, routine.descending, value, round.digit.word);
}

/** How many elements of each tile have which digit. */
export function countPass(plan: RadixPlan, round: Round): Pass {
  const { kernel, routine, tiles } = plan;
  const operands = operandsFor(plan, round, { ...keySources(round), counts: 'write' });
  const shader = (layout: ShaderLayout): string => {
    const b = new ShaderBuilder(kernel, pass, layout);
    const bins = b.workgroupArray('bins', 'atomic<u32>', DIGITS);
    const key = keyText(plan, round, b, operands, 'e');
    const digit = `(${key} >> ${b.constant(0)}) & 255u`;
    const bin = `i32((row * ${DIGITS}u + lane) * ${tiles}u + tile)`;
    return b.text(DIGITS, [
      `let row = group / ${tiles}u;`,
      `let tile = group % ${tiles}u;`,
      `let end = min((tile + 1u) * ${TILE}u, ${routine.length}u);`,
      `for (var e = tile * ${TILE}u + lane; e < end; e += ${DIGITS}u) { atomicAdd(&${bins}[${digit}], 1u); }`,
      'workgroupBarrier();',
      b.store(operands.position('counts'), bin, `i32(atomicLoad(&${bins}[lane]))`),
    ]);
  };
  const pass: Pass = {
    name: `${kernel.name} (count)`,
    operands: operands.operands,
    constants: [round.digit.shift],
    shaderKey: `count ${round.keys} ${round.digit.word}`,
    groups: () => routine.rows * tiles,
    shader,
  };
  return pass;
}

/** Of each digit of a row: how many come in earlier tiles, and how many there are. */
export function scanPass(plan: RadixPlan, round: Round): Pass {
  const { kernel, routine, tiles } = plan;
  const operands = operandsFor(plan, round, { counts: 'readwrite', totals: 'write' });
  const shader = (layout: ShaderLayout): string => {
    const b = new ShaderBuilder(kernel, pass, layout);
    const [counts, totals] = [operands.position('counts'), operands.position('totals')];
    const scan = workgroupScan(b, DIGITS);
    return b.text(DIGITS, [
      'var before = 0u;',
      `for (var start = 0u; start < ${tiles}u; start += ${DIGITS}u) {`,
      '  let tile = start + lane;',
      `  let at = i32(group * ${tiles}u + tile);`,
      '  var count = 0u;',
      `  if (tile < ${tiles}u) { count = u32(${b.load(counts, 'at')}); }`,
      `  let sum = before + ${scan}(lane, count);`,
      `  if (tile < ${tiles}u) { ${b.store(counts, 'at', 'i32(sum - count)')} }`,
      `  before += sums[${DIGITS - 1}];`,
      '  workgroupBarrier();',
      '}',
      `if (lane == 0u) { ${b.store(totals, 'i32(group)', 'i32(before)')} }`,
    ]);
  };
  const pass: Pass = {
    name: `${kernel.name} (add up)`,
    operands: operands.operands,
    constants: [],
    shaderKey: 'scan',
    groups: () => routine.rows * DIGITS,
    shader,
  };
  return pass;
}

/**
 * Moves the elements of each tile, sorted by digit, behind those of smaller digits and of earlier tiles: neighbours in a
 * tile go to neighbours in memory.
 */
export function movePass(plan: RadixPlan, round: Round): Pass {
  const { kernel, routine, tiles } = plan;
  const { last, keepsKeys, keys } = round;
  const operands = operandsFor(plan, round, {
    ...keySources(round),
    ...(keys === 'input' ? {} : { positions: 'read' }),
    ...(keepsKeys ? { keysMoved: 'write' } : {}),
    ...(last ? { output: 'write' } : { positionsMoved: 'write' }),
    counts: 'read',
    totals: 'read',
  });
  const { position } = operands;
  const shader = (layout: ShaderLayout): string => {
    const b = new ShaderBuilder(kernel, pass, layout);
    const key = (e: string) => keyText(plan, round, b, operands, e);
    const sorted = b.workgroupArray('sorted', 'u32', TILE);
    const target = b.workgroupArray('target_of', 'u32', DIGITS);
    const scan = workgroupScan(b, DIGITS);
    const overTile = (end: string, body: readonly string[]) => [
      `for (var i = lane; i < ${end}; i += ${DIGITS}u) {`,
      ...indent(body),
      '}',
    ];
    const from = keys === 'input' ? 'e' : `u32(${b.load(position('positions'), placeOf(plan, 'e'))})`;
    return b.text(DIGITS, [
      `let row = group / ${tiles}u;`,
      `let tile = group % ${tiles}u;`,
      `let first = tile * ${TILE}u;`,
      `let count = min(${TILE}u, ${routine.length}u - first);`,
      // Digit and place in the tile in one word; what is not there comes last.
      ...overTile(`${TILE}u`, [
        `${sorted}[i] = 0xffffffffu;`,
        `if (i < count) { ${sorted}[i] = (((${key('(first + i)')} >> ${b.constant(0)}) & 255u) << 16u) | i; }`,
      ]),
      `let total = u32(${b.load(position('totals'), `i32(row * ${DIGITS}u + lane)`)});`,
      `let sum = ${scan}(lane, total);`,
      `${target}[lane] = sum - total + u32(${b.load(position('counts'), `i32((row * ${DIGITS}u + lane) * ${tiles}u + tile)`)});`,
      'workgroupBarrier();',
      ...bitonicSort({
        size: TILE,
        places: TILE,
        invocations: DIGITS,
        after: (x, y) => `(${sorted}[${x}] > ${sorted}[${y}])`,
        exchange: (x, y) => [
          `let word = ${sorted}[${x}];`,
          `${sorted}[${x}] = ${sorted}[${y}];`,
          `${sorted}[${y}] = word;`,
        ],
      }),
      // The first of each digit says where the digit begins in the tile.
      ...overTile('count', [
        `let digit = ${sorted}[i] >> 16u;`,
        'var begins = i == 0u;',
        `if (i > 0u) { begins = (${sorted}[i - 1u] >> 16u) != digit; }`,
        `if (begins) { ${target}[digit] -= i; }`,
      ]),
      'workgroupBarrier();',
      ...overTile('count', [
        `let word = ${sorted}[i];`,
        'let e = first + (word & 0xffffu);',
        `let to = ${target}[word >> 16u] + i;`,
        ...(keepsKeys
          ? [b.store(position('keysMoved'), placeOf(plan, 'to'), `bitcast<i32>(${key('e')})`)]
          : []),
        last
          ? b.store(position('output'), elementIndex(routine, 'row', 'to'), `i32(${from})`)
          : b.store(position('positionsMoved'), placeOf(plan, 'to'), `i32(${from})`),
      ]),
    ]);
  };
  const pass: Pass = {
    name: `${kernel.name} (move)`,
    operands: operands.operands,
    constants: [round.digit.shift],
    shaderKey: `move ${keys} ${round.digit.word} ${keepsKeys} ${last}`,
    groups: () => routine.rows * tiles,
    shader,
  };
  return pass;
}
