/**
 * Brings the tiles of one factor into workgroup memory. A tile stands there with k as rows, four neighbours along m or n as
 * a vector, and each invocation fetches some of the vectors: neighbours along k, or along the side, whichever way memory
 * is contiguous. What lies beyond the edge of the side is fetched from its last place; beyond that of k it is 0.
 */

import type { AxisId, ContractKernel, ValueId } from '@tenfold/ir';
import type { ShaderBuilder } from '../../wgsl/shader.ts';
import type { Emission } from '../emission.ts';
import { splitCount } from '../grid.ts';
import type { FactorName, Side } from './factors.ts';
import { axisOfFactorFours, isAlongK } from './factors.ts';
import type { Bound } from './reader.ts';
import { Reader, neighbour } from './reader.ts';
import type { TileMemory } from './shapes.ts';
import { range } from './store.ts';

export interface FetchSetting {
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
  /** Tiles of `f16`, for matrices of subgroups, rather than of vectors of `f32`. */
  readonly half?: boolean;
}

/** Brings one factor's tiles into workgroup memory: vectors of four neighbours along m or n at one place along k. */
export class TileFetch {
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
    const length = memory.buffers * k * this.rowLength;
    if (setting.half) shader.workgroupArray(`tile_${name}`, 'f16', length * 4);
    else shader.workgroupArray(`tile_${name}`, 'vec4f', length);
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
    const { name, k, vectors, invocations, half } = this.#s;
    const [stepK, stepVector] = this.#alongK ? [0, invocations / k] : [invocations / vectors, 0];
    return range(this.#slots).flatMap((slot) => {
      const at = `(${name}_k${slot * stepK === 0 ? '' : ` + ${slot * stepK}u`}) * ${this.rowLength}u`;
      const vector = slot * stepVector === 0 ? '' : ` + ${slot * stepVector}u`;
      const place = `${this.row(buffer, at)} + ${name}_vector${vector}`;
      const next = `next_${name}${slot}`;
      if (!half) return [`tile_${name}[${place}] = ${next};`];
      return range(4).map((i) => `tile_${name}[(${place}) * 4u + ${i}u] = f16(${next}[${i}]);`);
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
