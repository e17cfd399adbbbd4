/**
 * Reads one factor of a product, `a` or `b`, from one place along its own axes (m or n) at many places along k. What
 * depends on the place alone is written down once, before the loop over k; what k decides, within it.
 *
 * A reader may give four neighbours along one of the axes, which come as one load where memory has them side by side.
 */

import type { AxisId, ContractKernel, ValueId } from '@tenfold/ir';
import type { ShaderBuilder } from '../../wgsl/shader.ts';
import { Emission } from '../emission.ts';
import { loadsFour, loadsOf } from './access.ts';

/** Names of the loop variables of some axes. */
export type Bound = readonly (readonly [AxisId, string])[];

export class Reader {
  readonly #e: Emission;
  readonly #value: ValueId;
  readonly #four: AxisId | undefined;
  readonly #own: Bound;

  /** `own` binds the axes of the batch and of the factor; `four` is the axis along which neighbours are read. */
  constructor(
    kernel: ContractKernel,
    shader: ShaderBuilder,
    operands: readonly number[],
    value: ValueId,
    own: Bound,
    four?: AxisId,
  ) {
    this.#e = new Emission(kernel, shader, operands, []);
    this.#value = value;
    this.#four = four;
    this.#own = own;
    this.#e.open(this.#without(own), []);
  }

  /** The names of the elements at a place along k, one or four, and the lines that define them. */
  read(k: Bound): { readonly names: readonly string[]; readonly lines: readonly string[] } {
    const e = this.#e;
    e.open(this.#without(k), []);
    const first = [...this.#own, ...k].find(([axis]) => axis === this.#four)?.[1];
    const names =
      this.#four === undefined || first === undefined
        ? [e.value(this.#value)]
        : this.#readFour(this.#four, first);
    return { names, lines: e.close() };
  }

  /** The lines that stand before the loop. Nothing is read after this. */
  before(): string[] {
    const lines = this.#e.close();
    return [...this.#e.close(), ...lines];
  }

  #without(bound: Bound): Bound {
    return bound.filter(([axis]) => axis !== this.#four);
  }

  #readFour(axis: AxisId, first: string): string[] {
    const e = this.#e;
    e.open([[axis, first]], []);
    const vectors = loadsOf(e.kernel, [this.#value])
      .filter((id) => loadsFour(e.kernel, id, axis))
      .map((id): [ValueId, string] => [id, e.loadVector(id)]);
    e.write(...e.close());
    return [0, 1, 2, 3].map((i) => {
      const known = new Map(vectors.map(([id, name]) => [id, `${name}[${i}]`]));
      e.open([[axis, neighbour(first, i)]], [], [], known);
      const name = e.value(this.#value);
      e.write(...e.close());
      return name;
    });
  }
}

export function neighbour(first: string, by: number): string {
  return by === 0 ? first : `(${first} + ${by})`;
}
