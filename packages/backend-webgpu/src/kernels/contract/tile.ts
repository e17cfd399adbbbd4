/**
 * The product of two matrices by tiles, in one shader. What bounds it on a graphics card is arithmetic, if the rest stays
 * out of its way:
 *
 * - A step along k costs an invocation 2 + 2 vectors out of workgroup memory for 64 multiply-adds (8x8 registers), about
 *   a third of what that memory can give; a third of the registers that a card has for each of 256 invocations are sums.
 * - Factors are fetched one step ahead into registers while the tile before is multiplied, and written to the other of
 *   two tiles (where workgroup memory has room for two), so that one barrier a step is enough.
 * - Which invocation fetches what follows memory: neighbours along the axis on which elements are close together. Both
 *   tiles stand with k as rows, four neighbours along m or n as a vector; a vector is always written as a whole, because
 *   writing one of its components may touch the others, which belong to other invocations.
 * - What lies beyond the edge of m or n is fetched from the last row or column and not stored; beyond that of k it is 0.
 */

import type { AxisId, ContractKernel, ValueId } from '@tenfold/ir';
import { readsOf } from '@tenfold/ir';
import type { Pass, ShaderLayout } from '../../lowering/pass.ts';
import { operandsOf } from '../../lowering/pass.ts';
import type { Target } from '../../target.ts';
import { ShaderBuilder } from '../../wgsl/shader.ts';
import { Emission } from '../emission.ts';
import { splitCount, trips, tripsText } from '../grid.ts';
import { indent } from '../statements.ts';
import { loadsFour, loadsOf, operandsNeeded } from './access.ts';
import type { FactorName } from './factors.ts';
import { axisOfFactorFours, isAlongK, isMultiple, rangeOfK } from './factors.ts';
import type { Bound } from './reader.ts';
import { Reader, neighbour } from './reader.ts';
import type { TileMemory, TileShape } from './shapes.ts';
import { invocationsOf, tileMemory } from './shapes.ts';
import type { Side } from './store.ts';
import { axisOfStores, range, storeTile } from './store.ts';

/** Rows of tiles that are gone through column by column, so that what they share is still in the cache. */
const BAND = 8;

/** The pass of a product; `part` is the axis that counts the parts of k, if there are several. */
export function tilePass(kernel: ContractKernel, shape: TileShape, target: Target, part?: AxisId): Pass {
  const operands = operandsNeeded(kernel, kernel.epilogue);
  const memory = tileMemory(shape, target) ?? { pad: 0, buffers: 1 };
  const all = operandsOf(kernel);
  const pass: Pass = {
    name: kernel.name,
    operands: operands.map((operand) => all[operand]),
    constants: [],
    vectors: operands.map((operand) => onlyFours(kernel, operand)),
    groups: (extents) => {
      const count = (axes: readonly AxisId[]) => trips(axes, kernel.axes, extents);
      const tiles = Math.ceil(count(kernel.m) / shape.m) * Math.ceil(count(kernel.n) / shape.n);
      return count(kernel.batch) * tiles * shape.split;
    },
    shader: (layout) => new TileShader(kernel, shape, memory, { pass, operands, layout, part }).text(),
  };
  return pass;
}

interface Setting {
  readonly pass: Pass;
  readonly operands: readonly number[];
  readonly layout: ShaderLayout;
  readonly part: AxisId | undefined;
}

class TileShader {
  readonly #kernel: ContractKernel;
  readonly #shape: TileShape;
  readonly #memory: TileMemory;
  readonly #operands: readonly number[];
  readonly #part: AxisId | undefined;
  readonly #shader: ShaderBuilder;
  /** Counts and the batch: what is the same for a whole workgroup. */
  readonly #e: Emission;
  readonly #invocations: number;

  constructor(kernel: ContractKernel, shape: TileShape, memory: TileMemory, setting: Setting) {
    const { pass, operands, layout, part } = setting;
    this.#kernel = kernel;
    this.#shape = shape;
    this.#memory = memory;
    this.#operands = operands;
    this.#part = part;
    this.#shader = new ShaderBuilder(kernel, pass, layout);
    this.#e = new Emission(kernel, this.#shader, operands, []);
    this.#invocations = invocationsOf(shape);
  }

  text(): string {
    const e = this.#e;
    const { n, k, registerN } = this.#shape;
    const batch = this.#place();
    const a = new TileFetch(this.#fetchSetting('a', batch));
    const b = new TileFetch(this.#fetchSetting('b', batch));
    const fetch = [...a.fetch(), ...b.fetch()];
    const across = n / registerN;
    e.write(`let tx = lane % ${across}u;`, `let ty = lane / ${across}u;`, ...a.before(), ...b.before());
    e.write(...this.#sums().map((name) => `var ${name} = vec4f();`));
    const { buffers } = this.#memory;
    const [next, turn] = buffers === 2 ? ['turn ^ 1u', ['turn = turn ^ 1u;']] : ['0u', []];
    if (buffers === 2) e.write('var turn = 0u;');
    e.write(
      // Fetches one tile while it multiplies the one before.
      `for (var k0 = k_begin; ; k0 += ${k}) {`,
      '  if (k0 < k_end) {',
      ...indent(indent(fetch)),
      '  }',
      '  if (k0 > k_begin) {',
      ...indent(indent(this.#multiply(a, b, buffers === 2 ? 'turn' : '0u'))),
      '  }',
      '  if (k0 >= k_end) { break; }',
      ...(buffers === 2 ? [] : ['  workgroupBarrier();']),
      ...indent([...a.keep(next), ...b.keep(next)]),
      '  workgroupBarrier();',
      ...indent(turn),
      '}',
    );
    const frame = { kernel: this.#kernel, shader: this.#shader, operands: this.#operands, batch };
    const sides = { m: this.#side('m'), n: this.#side('n') };
    e.write(...storeTile(frame, sides, this.#shape, (i, j) => `sum${i}_${j}`));
    return this.#shader.text(this.#invocations, e.close());
  }

  /** Where the workgroup's tile is; binds the batch. */
  #place(): Bound {
    const e = this.#e;
    const { m, n, k } = this.#kernel;
    const { m: tileM, n: tileN, k: step, split } = this.#shape;
    const count = (axes: readonly AxisId[]) => (axes.length > 0 ? tripsText(e, axes) : '1');
    e.write(
      `let m_count = ${count(m)};`,
      `let n_count = ${count(n)};`,
      `let k_count = ${count(k)};`,
      `let tiles_m = u32(m_count + ${tileM - 1}) / ${tileM}u;`,
      `let tiles_n = u32(n_count + ${tileN - 1}) / ${tileN}u;`,
      'let tiles = tiles_m * tiles_n;',
      'let tile = group % tiles;',
      `let band = tile / (${BAND}u * tiles_n) * ${BAND}u;`,
      `let band_height = min(tiles_m - band, ${BAND}u);`,
      'let in_band = tile - band * tiles_n;',
      `let m_begin = i32((band + in_band % band_height) * ${tileM}u);`,
      `let n_begin = i32(in_band / band_height * ${tileN}u);`,
      'let copy = i32(group / tiles);',
    );
    return rangeOfK(e, this.#kernel, { part: this.#part, split, step });
  }

  #side(side: 'm' | 'n'): Side {
    const axes = this.#kernel[side];
    const even = isMultiple(this.#kernel, axes, this.#shape[side]);
    return { axes, begin: `${side}_begin`, count: `${side}_count`, even };
  }

  #fetchSetting(name: FactorName, batch: Bound): FetchSetting {
    const kernel = this.#kernel;
    const { m, n, k } = this.#shape;
    return {
      kernel,
      shader: this.#shader,
      operands: this.#operands,
      e: this.#e,
      name,
      value: kernel[name],
      batch,
      side: this.#side(name === 'a' ? 'm' : 'n'),
      vectors: (name === 'a' ? m : n) / 4,
      k,
      evenK: isMultiple(kernel, kernel.k, k),
      invocations: this.#invocations,
      memory: this.#memory,
    };
  }

  #sums(): string[] {
    const { registerM, registerN } = this.#shape;
    return range(registerM).flatMap((i) => range(registerN / 4).map((j) => `sum${i}_${j}`));
  }

  #multiply(a: TileFetch, b: TileFetch, buffer: string): string[] {
    const { m, n, k, registerM, registerN, unroll } = this.#shape;
    const step = (u: number) => [
      ...range(registerM / 4).map((c) => `let a${c}_${u} = ${a.element('at_a', u, (c * m) / registerM)};`),
      ...range(registerN / 4).map((c) => `let b${c}_${u} = ${b.element('at_b', u, (c * n) / registerN)};`),
      ...range(registerM).flatMap((i) =>
        range(registerN / 4).map((j) => {
          const sum = `sum${i}_${j}`;
          return `${sum} = fma(vec4f(a${i >> 2}_${u}[${i & 3}]), b${j}_${u}, ${sum});`;
        }),
      ),
    ];
    const whole = unroll >= k;
    const body = [
      `let at_a = ${a.row(buffer, whole ? 'ty' : `kk * ${a.rowLength}u + ty`)};`,
      `let at_b = ${b.row(buffer, whole ? 'tx' : `kk * ${b.rowLength}u + tx`)};`,
      ...range(Math.min(unroll, k)).flatMap(step),
    ];
    if (whole) return body;
    return [`for (var kk = 0u; kk < ${k}u; kk += ${unroll}u) {`, ...indent(body), '}'];
  }
}

interface FetchSetting {
  readonly kernel: ContractKernel;
  readonly shader: ShaderBuilder;
  readonly operands: readonly number[];
  readonly e: Emission;
  readonly name: FactorName;
  readonly value: ValueId;
  readonly batch: Bound;
  readonly side: Side;
  /** Vectors along the side, and rows along k, of a tile. */
  readonly vectors: number;
  readonly k: number;
  readonly evenK: boolean;
  readonly invocations: number;
  readonly memory: TileMemory;
}

/** Brings one factor's tiles into workgroup memory: vectors of four neighbours along m or n at one place along k. */
class TileFetch {
  /** Vectors from one row of the tile to the next. */
  readonly rowLength: number;
  readonly #s: FetchSetting;
  /** Whether neighbouring invocations fetch neighbours along k. */
  readonly #alongK: boolean;
  /** One group of readers for each vector of the side that the invocation fetches; all together read a vector. */
  readonly #readers: readonly (readonly Reader[])[];
  readonly #places: string[] = [];
  /** How many vectors an invocation fetches. */
  readonly #slots: number;

  constructor(setting: FetchSetting) {
    this.#s = setting;
    const { kernel, shader, side, vectors, k, invocations, memory, name } = setting;
    this.rowLength = vectors + memory.pad;
    this.#slots = (vectors * k) / invocations;
    const alongK = isAlongK(kernel, name);
    this.#alongK = alongK;
    const four = alongK ? undefined : axisOfFactorFours(kernel, name);
    shader.workgroupArray(`tile_${name}`, 'vec4f', memory.buffers * k * this.rowLength);
    this.#places.push(
      `let ${name}_k = ${alongK ? `lane % ${k}u` : `lane / ${vectors}u`};`,
      `let ${name}_vector = ${alongK ? `lane / ${k}u` : `lane % ${vectors}u`};`,
    );
    this.#readers = range(alongK ? this.#slots : 1).map((slot) => {
      const place = slot === 0 ? `${name}_vector` : `(${name}_vector + ${(slot * invocations) / k}u)`;
      return range(four === undefined ? 4 : 1).map((i) =>
        this.#reader(`${side.begin} + i32(${place}) * 4`, i, four),
      );
    });
  }

  #reader(vector: string, i: number, four: AxisId | undefined): Reader {
    const { kernel, shader, operands, e, value, batch, side } = this.#s;
    const at = e.fresh('at');
    const first = neighbour(vector, i);
    // Beyond the edge: the last one, which is not stored.
    const last = `${side.count} - ${four === undefined ? 1 : 4}`;
    const { bound, lines } = splitCount(e, side.axes, at);
    this.#places.push(`let ${at} = ${side.even ? first : `min(${first}, ${last})`};`, ...lines);
    return new Reader(kernel, shader, operands, value, [...batch, ...bound], four);
  }

  /** Lines that stand before the loop; after `fetch`. */
  before(): string[] {
    const { name } = this.#s;
    const vectors = range(this.#slots).map((slot) => `var next_${name}${slot} = vec4f();`);
    return [...this.#places, ...this.#readers.flat().flatMap((reader) => reader.before()), ...vectors];
  }

  /** Fetches the tile at `k0` into registers. */
  fetch(): string[] {
    const { name, kernel, e, evenK, invocations, vectors } = this.#s;
    const lines: string[] = [];
    for (let slot = 0; slot < (this.#alongK ? 1 : this.#slots); slot++) {
      const at = e.fresh('at');
      const first = `k0 + i32(${name}_k${slot === 0 ? '' : ` + ${(slot * invocations) / vectors}u`})`;
      const inside = `${at}_inside`;
      if (evenK) lines.push(`let ${at} = ${first};`);
      else lines.push(`let ${inside} = ${first} < k_end;`, `let ${at} = min(${first}, k_count - 1);`);
      const { bound, lines: places } = splitCount(e, kernel.k, at);
      lines.push(...places);
      this.#readers.forEach((readers, i) => {
        const read = readers.map((reader) => reader.read(bound));
        lines.push(...read.flatMap((part) => part.lines));
        const vector = `vec4f(${read.flatMap((part) => part.names).join(', ')})`;
        const masked = evenK ? vector : `select(vec4f(), ${vector}, ${inside})`;
        lines.push(`next_${name}${this.#alongK ? i : slot} = ${masked};`);
      });
    }
    return lines;
  }

  /** Writes what was fetched into a tile. */
  keep(buffer: string): string[] {
    const { name, k, vectors, invocations } = this.#s;
    const [stepK, stepVector] = this.#alongK ? [0, invocations / k] : [invocations / vectors, 0];
    return range(this.#slots).map((slot) => {
      const at = `(${name}_k${slot * stepK === 0 ? '' : ` + ${slot * stepK}u`}) * ${this.rowLength}u`;
      const vector = slot * stepVector === 0 ? '' : ` + ${slot * stepVector}u`;
      return `tile_${name}[${this.row(buffer, at)} + ${name}_vector${vector}] = next_${name}${slot};`;
    });
  }

  /** Where a tile's vectors begin, plus an offset. */
  row(buffer: string, offset: string): string {
    if (buffer === '0u') return offset;
    return `(${buffer}) * ${this.#s.k * this.rowLength}u + ${offset}`;
  }

  element(base: string, row: number, vector: number): string {
    const offset = row * this.rowLength + vector;
    return `tile_${this.#s.name}[${base}${offset === 0 ? '' : ` + ${offset}u`}]`;
  }
}

/** Whether all that is read and written of an operand is four neighbours at once. */
function onlyFours(kernel: ContractKernel, operand: number): boolean {
  const stored = kernel.epilogue.some((stmt) => stmt.kind === 'store' && stmt.operand === operand);
  const stores = axisOfStores(kernel);
  if (stored && stores === undefined) return false;
  const fours = (roots: readonly ValueId[], axis: AxisId | undefined) =>
    loadsOf(kernel, roots).every((id) => {
      const value = kernel.values[id];
      if (value.op !== 'load' || value.operand !== operand) return true;
      return axis !== undefined && loadsFour(kernel, id, axis);
    });
  return (
    fours([kernel.a], axisOfFactorFours(kernel, 'a')) &&
    fours([kernel.b], axisOfFactorFours(kernel, 'b')) &&
    fours(kernel.epilogue.flatMap(readsOf), stores)
  );
}
