/**
 * The product of a few rows with a matrix, as in every step of a language model that writes. It takes as long as reading
 * the matrix, so each of its elements is read once, by neighbouring invocations and 128 bits at a time: lanes lie along
 * k where the matrix is contiguous there, along n where it is so there; all rows are multiplied while an element is in a
 * register, and several steps are read before the first is used, so that enough of memory is on its way.
 *
 * Lanes that share a sum add up in workgroup memory, in their order. The sums of a workgroup then stand there side by
 * side, and each invocation finishes some of them.
 */

import type { AxisId, ContractKernel } from '@tenfold/ir';
import type { Pass, ShaderLayout } from '../../lowering/pass.ts';
import { operandsOf } from '../../lowering/pass.ts';
import type { Target } from '../../target.ts';
import { ShaderBuilder } from '../../wgsl/shader.ts';
import { Emission } from '../emission.ts';
import { splitCount, trips, tripsText } from '../grid.ts';
import { indent } from '../statements.ts';
import { axisOfFours, loadsFour, loadsOf, operandsNeeded } from './access.ts';
import { isAlongK, rangeOfK } from './factors.ts';
import { Reader, neighbour } from './reader.ts';
import type { RowsShape } from './shapes.ts';
import { Column, axisOfStores, guarded, placeOf, range } from './store.ts';

/** The pass of a product whose m is small; `part` is the axis that counts the parts of k, if there are several. */
export function rowsPass(kernel: ContractKernel, shape: RowsShape, target: Target, part?: AxisId): Pass {
  const operands = operandsNeeded(kernel, kernel.epilogue);
  const all = operandsOf(kernel);
  const columns = shape.lanesN * shape.vectorN;
  const pass: Pass = {
    name: kernel.name,
    operands: operands.map((operand) => all[operand]),
    constants: [],
    vectors: operands.map((operand) => mayBeVectors(kernel, shape, operand)),
    groups: (extents) => {
      const count = (axes: readonly AxisId[]) => trips(axes, kernel.axes, extents);
      if (count(kernel.m) === 0) return 0;
      return count(kernel.batch) * Math.ceil(count(kernel.n) / columns) * shape.split;
    },
    shader: (layout) => rowsShader(kernel, shape, { pass, operands, layout, part, target }),
  };
  return pass;
}

interface Setting {
  readonly pass: Pass;
  readonly operands: readonly number[];
  readonly layout: ShaderLayout;
  readonly part: AxisId | undefined;
  readonly target: Target;
}

/** Slabs of vectors pay where a factor is read by fours, and what is written must be written so. */
function mayBeVectors(kernel: ContractKernel, shape: RowsShape, operand: number): boolean {
  const { dtype, access } = kernel.operands[operand];
  const read = (['a', 'b'] as const).some((name) => fourOf(kernel, shape, name) !== undefined);
  return dtype === 'float32' && read && (access === 'read' || axisOfStores(kernel) !== undefined);
}

/** The axis along which a factor is read four elements at a time. */
function fourOf(kernel: ContractKernel, shape: RowsShape, name: 'a' | 'b'): AxisId | undefined {
  const alongN = name === 'b' && !isAlongK(kernel, 'b');
  if ((alongN ? shape.vectorN : shape.vectorK) !== 4) return undefined;
  const four = axisOfFours(kernel, alongN ? kernel.n : kernel.k);
  if (four === undefined) return undefined;
  return loadsOf(kernel, [kernel[name]]).some((id) => loadsFour(kernel, id, four)) ? four : undefined;
}

function rowsShader(kernel: ContractKernel, shape: RowsShape, setting: Setting): string {
  const { pass, operands, layout, part, target } = setting;
  const { lanesK, lanesN, vectorK, vectorN, split, unroll } = shape;
  const shader = new ShaderBuilder(kernel, pass, layout);
  const e = new Emission(kernel, shader, operands, []);
  const rows = trips(kernel.m, kernel.axes);
  const width = lanesN * vectorN;
  const step = lanesK * vectorK;
  const count = (axes: readonly AxisId[]) => (axes.length > 0 ? tripsText(e, axes) : '1');
  const alongK = isAlongK(kernel, 'b');
  e.write(
    `let m_count = ${count(kernel.m)};`,
    `let n_count = ${count(kernel.n)};`,
    `let k_count = ${count(kernel.k)};`,
    alongK ? `let lk = i32(lane % ${lanesK}u);` : `let lk = i32(lane / ${lanesN}u);`,
    alongK ? `let ln = i32(lane / ${lanesK}u);` : `let ln = i32(lane % ${lanesN}u);`,
    `let strips = u32(n_count + ${width - 1}) / ${width}u;`,
    `let n_begin = i32(group % strips) * ${width};`,
    'let copy = i32(group / strips);',
  );
  const batch = rangeOfK(e, kernel, { part, split, step: Math.max(4, vectorK) });
  const frame = { kernel, shader, operands, batch };
  const m = { axes: kernel.m, begin: '0', count: 'm_count', even: kernel.m.every((axis) => typeof kernel.axes[axis] === 'number') }; // prettier-ignore
  const n = { axes: kernel.n, begin: 'n_begin', count: 'n_count', even: false };

  const before: string[] = [];
  const readersOf = (name: 'a' | 'b'): Factor => {
    const four = fourOf(kernel, shape, name);
    const side = name === 'a' ? m : n;
    const places = name === 'a' ? rows : vectorN;
    const own = four !== undefined && side.axes.includes(four) ? four : undefined;
    const readers = range(own === undefined ? places : places / 4).map((i) => {
      const position = name === 'a' ? String(i) : neighbour(`n_begin + ln * ${vectorN}`, i);
      const place = placeOf(frame, side, position, own);
      before.push(...place.lines);
      return new Reader(kernel, shader, operands, kernel[name], [...batch, ...place.bound], four);
    });
    return { readers, byFoursOfK: four !== undefined && own === undefined };
  };
  const a = readersOf('a');
  const b = readersOf('b');
  const sum = (r: number, v: number) => `sum${r}_${v}`;
  const multiply = (first: string): { reads: string[]; sums: string[] } => {
    const [reads, left] = readFactor(e, kernel, a, first, vectorK);
    const [more, right] = readFactor(e, kernel, b, first, vectorK);
    const sums = range(rows).flatMap((r) =>
      range(vectorN).flatMap((v) =>
        range(vectorK).map((k) => `${sum(r, v)} = fma(${left[k][r]}, ${right[k][v]}, ${sum(r, v)});`),
      ),
    );
    return { reads: [...reads, ...more], sums };
  };
  const whole = range(unroll).map((u) => multiply(`k0 + ${u * step} + lk * ${vectorK}`));
  const rest = multiply(`k0 + lk * ${vectorK}`);
  before.push(...[a, b].flatMap(({ readers }) => readers.flatMap((reader) => reader.before())));
  e.write(
    ...before,
    ...range(rows).flatMap((r) => range(vectorN).map((v) => `var ${sum(r, v)} = 0f;`)),
    'var k0 = k_begin;',
    `for (; k0 + ${unroll * step} <= k_end; k0 += ${unroll * step}) {`,
    ...indent([...whole.flatMap(({ reads }) => reads), ...whole.flatMap(({ sums }) => sums)]),
    '}',
    `for (; k0 < k_end; k0 += ${step}) {`,
    `  if (k0 + lk * ${vectorK} < k_end) {`,
    ...indent(indent([...rest.reads, ...rest.sums])),
    '  }',
    '}',
    ...addUp(shader, shape, rows, sum, target),
  );

  // Each invocation finishes some of the sums: `width` of them a row.
  const four = axisOfStores(kernel);
  const together = four === undefined || width % 4 !== 0 ? 1 : 4;
  const perRow = width / together;
  const row = placeOf(frame, m, `i / ${perRow}`);
  const place = placeOf(frame, n, `n_begin + i % ${perRow} * ${together}`, together === 4 ? four : undefined);
  const column = new Column(frame, place, together === 4 ? four : undefined);
  const finish = column.finish(row.bound, range(together).map((i) => `totals[i * ${together} + ${i}]`)); // prettier-ignore
  e.write(
    `for (var i = i32(lane); i < ${rows * perRow}; i += ${lanesK * lanesN}) {`,
    ...indent([...row.lines, ...column.before(), ...guarded(row.inside, finish)]),
    '}',
  );
  return shader.text(lanesK * lanesN, e.close());
}

interface Factor {
  readonly readers: readonly Reader[];
  readonly byFoursOfK: boolean;
}

/** Reads a factor at `vectorK` places along k from `first` on: the lines, and names by place and by row or column. */
function readFactor(
  e: Emission,
  kernel: ContractKernel,
  { readers, byFoursOfK }: Factor,
  first: string,
  vectorK: number,
): [string[], string[][]] {
  const lines: string[] = [];
  const readAt = (position: string) => {
    const at = e.fresh('at');
    const { bound, lines: places } = splitCount(e, kernel.k, at);
    lines.push(`let ${at} = ${position};`, ...places);
    return readers.map((reader) => {
      const { names, lines: reads } = reader.read(bound);
      lines.push(...reads);
      return names;
    });
  };
  if (byFoursOfK) {
    const found = readAt(first);
    return [lines, range(vectorK).map((k) => found.map((names) => names[k]))];
  }
  return [lines, range(vectorK).map((k) => readAt(neighbour(first, k)).flat())];
}

/** Adds up the sums of lanes that share them: `totals[row * width + column]`. All invocations come here. */
function addUp(
  shader: ShaderBuilder,
  { lanesK, lanesN, vectorN }: RowsShape,
  rows: number,
  sum: (r: number, v: number) => string,
  target: Target,
): string[] {
  const width = lanesN * vectorN;
  // One place more a row, so that those who add up different rows read different banks.
  const stride = lanesK + 1;
  const sums = range(rows).flatMap((r) => range(vectorN).map((v) => ({ r, v, name: sum(r, v) })));
  const room = Math.floor(target.workgroupBytes / 4) - rows * width;
  const atOnce = Math.max(1, Math.min(sums.length, Math.floor(room / (lanesN * stride))));
  shader.workgroupArray('totals', 'f32', rows * width);
  shader.workgroupArray('partial', 'f32', atOnce * lanesN * stride);
  const lines: string[] = [];
  for (let first = 0; first < sums.length; first += atOnce) {
    const now = sums.slice(first, first + atOnce);
    if (first > 0) lines.push('workgroupBarrier();');
    lines.push(
      ...now.map(({ name }, i) => `partial[(${i * lanesN} + ln) * ${stride} + lk] = ${name};`),
      'workgroupBarrier();',
      `for (var i = i32(lane); i < ${now.length * lanesN}; i += ${lanesK * lanesN}) {`,
      '  var total = 0f;',
      `  for (var j = 0; j < ${lanesK}; j++) { total += partial[i * ${stride} + j]; }`,
      `  let which = ${first} + i / ${lanesN};`,
      `  totals[which / ${vectorN} * ${width} + i % ${lanesN} * ${vectorN} + which % ${vectorN}] = total;`,
      '}',
    );
  }
  return [...lines, 'workgroupBarrier();'];
}
