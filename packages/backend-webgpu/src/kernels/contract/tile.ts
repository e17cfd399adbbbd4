/**
 * The product of two matrices by tiles, in one shader. What bounds it on a graphics card is arithmetic, if the rest stays
 * out of its way:
 *
 * - A step along k costs an invocation 2 + 2 vectors out of workgroup memory for 64 multiply-adds (8x8 registers), less than
 *   half of what that memory can give; a quarter of the registers that a card has for each of 256 invocations are sums.
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
import { indent } from '../statements.ts';
import { loadsFour, loadsOf, operandsNeeded } from './access.ts';
import type { FactorName, Side } from './factors.ts';
import { axisOfFactorFours, groupsOfTiles, isMultiple, placeOfTile, sideOfTile } from './factors.ts';
import type { FetchSetting } from './fetch.ts';
import { TileFetch } from './fetch.ts';
import type { Bound } from './reader.ts';
import type { TileMemory, TileShape } from './shapes.ts';
import { invocationsOf, tileMemory } from './shapes.ts';
import { axisOfStores, range, storeTile } from './store.ts';

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
    groups: (extents) => groupsOfTiles(kernel, shape, extents),
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
    const batch = placeOfTile(e, this.#kernel, this.#shape, this.#part);
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

  #side(side: 'm' | 'n'): Side {
    return sideOfTile(this.#kernel, side, this.#shape[side]);
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
