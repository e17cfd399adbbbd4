/**
 * The product of a few rows with a matrix, as in every step of a language model that writes. It takes as long as reading
 * the matrix, so each of its elements is read once, by neighbouring invocations and 128 bits at a time: lanes lie along
 * k where the matrix is contiguous there, along n where it is so there; all rows are multiplied while an element is in a
 * register, and several steps are read before the first is used, so that enough of memory is on its way.
 *
 * Lanes that share a sum add up in workgroup memory, in their order; or, where they lie along k and WGSL says to which
 * subgroup an invocation belongs, each subgroup takes columns of its own, with as many lanes as it happens to have. The
 * sums of a workgroup then stand in its memory, and each invocation finishes some of them.
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
import type { FactorName, Side } from './factors.ts';
import { isAlongK, isMultiple, rangeOfK } from './factors.ts';
import { Reader, neighbour } from './reader.ts';
import type { RowsShape } from './shapes.ts';
import type { Frame } from './store.ts';
import { axisOfStores, finishInMemory, placeOf, range } from './store.ts';

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
    shader: (layout) => new RowsShader(kernel, shape, { pass, operands, layout, part, target }).text(),
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
function fourOf(kernel: ContractKernel, shape: RowsShape, name: FactorName): AxisId | undefined {
  const alongN = name === 'b' && !isAlongK(kernel, 'b');
  if ((alongN ? shape.vectorN : shape.vectorK) !== 4) return undefined;
  const four = axisOfFours(kernel, alongN ? kernel.n : kernel.k);
  if (four === undefined) return undefined;
  return loadsOf(kernel, [kernel[name]]).some((id) => loadsFour(kernel, id, four)) ? four : undefined;
}

/** A factor's readers: one for each row, for each column, or for all columns of a lane. */
interface Factor {
  readonly readers: readonly Reader[];
  /** Whether each reads four neighbours along k, rather than along its own side or one element. */
  readonly foursOfK: boolean;
}

class RowsShader {
  readonly #kernel: ContractKernel;
  readonly #shape: RowsShape;
  readonly #setting: Setting;
  readonly #shader: ShaderBuilder;
  readonly #e: Emission;
  readonly #rows: number;
  /** Columns of a workgroup. */
  readonly #width: number;
  readonly #m: Side;
  readonly #n: Side;

  constructor(kernel: ContractKernel, shape: RowsShape, setting: Setting) {
    this.#kernel = kernel;
    this.#shape = shape;
    this.#setting = setting;
    this.#shader = new ShaderBuilder(kernel, setting.pass, setting.layout);
    this.#e = new Emission(kernel, this.#shader, setting.operands, []);
    this.#rows = trips(kernel.m, kernel.axes);
    this.#width = shape.lanesN * shape.vectorN;
    this.#m = { axes: kernel.m, begin: '0', count: 'm_count', even: isMultiple(kernel, kernel.m, 1) };
    this.#n = { axes: kernel.n, begin: 'n_begin', count: 'n_count', even: false };
  }

  text(): string {
    const e = this.#e;
    const kernel = this.#kernel;
    const { lanesK, lanesN, vectorK, split } = this.#shape;
    const { operands, part, target } = this.#setting;
    const count = (axes: readonly AxisId[]) => (axes.length > 0 ? tripsText(e, axes) : '1');
    e.write(
      `let m_count = ${count(kernel.m)};`,
      `let n_count = ${count(kernel.n)};`,
      `let k_count = ${count(kernel.k)};`,
      `let strips = u32(n_count + ${this.#width - 1}) / ${this.#width}u;`,
      `let n_begin = i32(group % strips) * ${this.#width};`,
      'let copy = i32(group / strips);',
    );
    const batch = rangeOfK(e, kernel, { part, split, step: Math.max(4, vectorK) });
    const frame = { kernel, shader: this.#shader, operands, batch };
    this.#shader.workgroupArray('totals', 'f32', this.#rows * this.#width);
    const alongK = isAlongK(kernel, 'b');
    // A column that more lanes share than a subgroup has is not left to one.
    const { ids = false, max = 0 } = target.subgroups ?? {};
    const subgroups = alongK && ids && lanesK <= max;
    e.write(...(subgroups ? this.#bySubgroups(frame) : this.#byLanes(frame, alongK)));
    e.write(
      'workgroupBarrier();',
      ...finishInMemory(frame, { m: this.#m, n: this.#n }, 'totals', {
        rows: this.#rows,
        width: this.#width,
        invocations: lanesK * lanesN,
      }),
    );
    return this.#shader.text(lanesK * lanesN, e.close());
  }

  /** Sums of lanes that lie in the workgroup in order, added up in its memory. */
  #byLanes(frame: Frame, alongK: boolean): string[] {
    const { lanesK, lanesN } = this.#shape;
    return [
      alongK ? `let lk = i32(lane % ${lanesK}u);` : `let lk = i32(lane / ${lanesN}u);`,
      alongK ? `let ln = i32(lane / ${lanesK}u);` : `let ln = i32(lane % ${lanesN}u);`,
      ...this.#sums(frame, (steps) => String(lanesK * steps)),
      ...this.#addUp(),
    ];
  }

  /** Each subgroup takes columns; their number, and that of its lanes, are the same for a whole workgroup at most. */
  #bySubgroups(frame: Frame): string[] {
    const { lanesN, vectorN } = this.#shape;
    this.#shader.enableSubgroups();
    const totals = this.#sumNames().map(({ r, v, name }) => {
      return `let total${r}_${v} = subgroupAdd(${name});`;
    });
    const stores = this.#sumNames().map(({ r, v }) => {
      return `totals[${r * this.#width} + column * ${vectorN} + ${v}] = total${r}_${v};`;
    });
    return [
      'let lk = i32(subgroupExclusiveAdd(1u));',
      'let lanes = i32(subgroupAdd(1u));',
      `for (var first = 0; first < ${lanesN}; first += i32(subgroups)) {`,
      ...indent([
        'let column = first + i32(subgroup);',
        `let ln = min(column, ${lanesN - 1});`,
        ...this.#sums(frame, (steps) => `${steps} * lanes`),
        ...totals,
        `if (lk == 0 && column < ${lanesN}) {`,
        ...indent(stores),
        '}',
      ]),
      '}',
    ];
  }

  #sumNames(): { r: number; v: number; name: string }[] {
    const columns = range(this.#shape.vectorN);
    return range(this.#rows).flatMap((r) => columns.map((v) => ({ r, v, name: `sum${r}_${v}` })));
  }

  /** What the lane `lk` of the column group `ln` sums up; `lanes` is the number of lanes times another. */
  #sums(frame: Frame, lanes: (times: number) => string): string[] {
    const { vectorK, unroll } = this.#shape;
    const places: string[] = [];
    const a = this.#factor(frame, 'a', places);
    const b = this.#factor(frame, 'b', places);
    const step = lanes(vectorK);
    const whole = range(unroll).map((u) =>
      this.#multiply(a, b, u === 0 ? `k0 + lk * ${vectorK}` : `k0 + ${lanes(u * vectorK)} + lk * ${vectorK}`),
    );
    const rest = this.#multiply(a, b, `k0 + lk * ${vectorK}`);
    const before = [a, b].flatMap(({ readers }) => readers.flatMap((reader) => reader.before()));
    return [
      ...places,
      ...before,
      ...this.#sumNames().map(({ name }) => `var ${name} = 0f;`),
      'var k0 = k_begin;',
      `for (; k0 + ${lanes(unroll * vectorK)} <= k_end; k0 += ${lanes(unroll * vectorK)}) {`,
      ...indent([...whole.flatMap(({ reads }) => reads), ...whole.flatMap(({ sums }) => sums)]),
      '}',
      `for (; k0 < k_end; k0 += ${step}) {`,
      `  if (k0 + lk * ${vectorK} < k_end) {`,
      ...indent(indent([...rest.reads, ...rest.sums])),
      '  }',
      '}',
    ];
  }

  #factor(frame: Frame, name: FactorName, lines: string[]): Factor {
    const { kernel, shader, operands, batch } = frame;
    const four = fourOf(kernel, this.#shape, name);
    const side = name === 'a' ? this.#m : this.#n;
    const places = name === 'a' ? this.#rows : this.#shape.vectorN;
    const own = four !== undefined && side.axes.includes(four) ? four : undefined;
    const readers = range(own === undefined ? places : places / 4).map((i) => {
      const column = `n_begin + ln * ${this.#shape.vectorN}`;
      const place = placeOf(frame, side, name === 'a' ? String(i) : neighbour(column, i), own);
      lines.push(...place.lines);
      return new Reader(kernel, shader, operands, kernel[name], [...batch, ...place.bound], four);
    });
    return { readers, foursOfK: four !== undefined && own === undefined };
  }

  /** Reads both factors at `vectorK` places along k from `first` on, and multiplies. */
  #multiply(a: Factor, b: Factor, first: string): { reads: string[]; sums: string[] } {
    const { vectorK } = this.#shape;
    const reads: string[] = [];
    const [left, right] = [this.#read(a, first, reads), this.#read(b, first, reads)];
    const sums = this.#sumNames().flatMap(({ r, v, name }) =>
      range(vectorK).map((k) => `${name} = fma(${left[k][r]}, ${right[k][v]}, ${name});`),
    );
    return { reads, sums };
  }

  /** Names of a factor's elements, by place along k and by row or column. */
  #read({ readers, foursOfK }: Factor, first: string, lines: string[]): string[][] {
    const { vectorK } = this.#shape;
    const readAt = (position: string) => {
      const at = this.#e.fresh('at');
      const { bound, lines: places } = splitCount(this.#e, this.#kernel.k, at);
      lines.push(`let ${at} = ${position};`, ...places);
      return readers.map((reader) => {
        const { names, lines: reads } = reader.read(bound);
        lines.push(...reads);
        return names;
      });
    };
    if (!foursOfK) return range(vectorK).map((k) => readAt(neighbour(first, k)).flat());
    const found = readAt(first);
    return range(vectorK).map((k) => found.map((names) => names[k]));
  }

  /** Adds up the sums of lanes that share them: `totals[row * width + column]`. All invocations come here. */
  #addUp(): string[] {
    const { lanesK, lanesN, vectorN } = this.#shape;
    const width = this.#width;
    // One place more a row, so that those who add up different rows read different banks.
    const stride = lanesK + 1;
    const sums = this.#sumNames();
    const room = Math.floor(this.#setting.target.workgroupBytes / 4) - this.#rows * width;
    const atOnce = Math.max(1, Math.min(sums.length, Math.floor(room / (lanesN * stride))));
    this.#shader.workgroupArray('partial', 'f32', atOnce * lanesN * stride);
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
    return lines;
  }
}
