/**
 * The epilogue of a tile: each invocation finishes the sums that it holds and stores them, four neighbours along n at
 * once where memory has them side by side. It is written down once for a row of sums, in a loop over rows: registers have
 * no index, so a switch, which is the same for all invocations, moves a row's sums to where the epilogue expects them.
 */

import type { AxisId, ContractKernel, Stmt, ValueId } from '@tenfold/ir';
import type { ShaderBuilder } from '../../wgsl/shader.ts';
import { Emission } from '../emission.ts';
import { splitCount } from '../grid.ts';
import { emitStatements, indent } from '../statements.ts';
import { axisOfFours, isFour, loadsFour, loadsOf } from './access.ts';
import type { Side } from './factors.ts';
import type { Bound } from './reader.ts';
import { neighbour } from './reader.ts';
import type { TileShape } from './shapes.ts';

type Store = Extract<Stmt, { kind: 'store' }>;

/** The axis along which everything that a product stores goes to memory by fours, if it does. */
export function axisOfStores(kernel: ContractKernel): AxisId | undefined {
  const four = axisOfFours(kernel, kernel.n);
  if (four === undefined) return undefined;
  return kernel.epilogue.every((stmt) => isStoreOfFours(kernel, stmt, four)) ? four : undefined;
}

function isStoreOfFours(kernel: ContractKernel, stmt: Stmt, four: AxisId): stmt is Store {
  if (stmt.kind !== 'store' || stmt.combine || stmt.guards.length > 0) return false;
  return kernel.operands[stmt.operand].dtype === 'float32' && isFour(stmt.index, [], four);
}

/** What all places of a shader have in common. */
export interface Frame {
  readonly kernel: ContractKernel;
  readonly shader: ShaderBuilder;
  readonly operands: readonly number[];
  readonly batch: Bound;
}

/** The place of one element of a side: lines that define it, what its axes are called, and what must hold there. */
interface Place {
  readonly lines: readonly string[];
  readonly bound: Bound;
  readonly inside: readonly string[];
}

/** A place of a side, or of four neighbours there; the last one beyond the end, where `inside` does not hold. */
export function placeOf(frame: Frame, { axes, even, count }: Side, position: string, four?: AxisId): Place {
  const e = emissionOf(frame);
  const at = e.fresh('at');
  if (even) {
    const { bound, lines } = splitCount(e, axes, at);
    return { lines: [`let ${at} = ${position};`, ...lines], bound, inside: [] };
  }
  const clamped = `min(${at}, ${count} - ${four === undefined ? 1 : 4})`;
  const { bound, lines } = splitCount(e, axes, `${at}_inside`);
  return {
    lines: [`let ${at} = ${position};`, `let ${at}_inside = ${clamped};`, ...lines],
    bound,
    inside: [`${at} < ${count}`],
  };
}

/** The epilogue of a tile. `sum` names the vector of sums in row i, at the j-th group of four columns. */
export function storeTile(
  frame: Frame,
  sides: { readonly m: Side; readonly n: Side },
  { m, n, registerM, registerN }: TileShape,
  sum: (i: number, j: number) => string,
): string[] {
  const { kernel } = frame;
  const four = axisOfStores(kernel);
  const groups = range(registerN / 4);
  const lanes = four === undefined ? [[0], [1], [2], [3]] : [[0, 1, 2, 3]];
  const columns = groups.flatMap((group) => {
    const first = `${sides.n.begin} + (${(group * n) / registerN} + i32(tx)) * 4`;
    return lanes.map((own) => {
      const place = placeOf(frame, sides.n, neighbour(first, own[0]), four);
      return { group, own, column: new Column(frame, place, four) };
    });
  });
  const names = groups.map((j) => `row_${j}`);
  const cases = range(registerM - 1).map((i) => {
    const set = names.map((name, j) => `${name} = ${sum(i + 1, j)};`);
    return `case ${i + 1}: { ${set.join(' ')} }`;
  });
  const place = placeOf(
    frame,
    sides.m,
    `${sides.m.begin} + ((i >> 2u) * ${m / registerM} + i32(ty)) * 4 + (i & 3)`,
  );
  const body = [
    ...names.map((name, j) => `var ${name} = ${sum(0, j)};`),
    'switch i {',
    ...indent([...cases, 'default: { }']),
    '}',
    ...place.lines,
    ...guarded(
      place.inside,
      columns.flatMap(({ group, own, column }) =>
        column.finish(
          place.bound,
          own.map((i) => `${names[group]}[${i}]`),
        ),
      ),
    ),
  ];
  const rows = [`for (var i = 0; i < ${registerM}; i++) {`, ...indent(body), '}'];
  return [...columns.flatMap(({ column }) => column.before()), ...rows];
}

/** Results in workgroup memory, row by row, and the invocations that finish them. */
interface ResultMemory {
  readonly rows: number;
  readonly width: number;
  readonly invocations: number;
}

/** The epilogue of results that stand in an array of workgroup memory, after a barrier. */
export function finishInMemory(
  frame: Frame,
  { m, n }: { readonly m: Side; readonly n: Side },
  array: string,
  { rows, width, invocations }: ResultMemory,
): string[] {
  const four = width % 4 === 0 ? axisOfStores(frame.kernel) : undefined;
  const together = four === undefined ? 1 : 4;
  const perRow = width / together;
  const row = placeOf(frame, m, `${m.begin} + i / ${perRow}`);
  const place = placeOf(frame, n, `${n.begin} + i % ${perRow} * ${together}`, four);
  const column = new Column(frame, place, four);
  const sums = range(together).map((j) => `${array}[i * ${together} + ${j}]`);
  const finish = column.finish(row.bound, sums);
  const body = [...row.lines, ...column.before(), ...guarded(row.inside, finish)];
  return [`for (var i = i32(lane); i < ${rows * perRow}; i += ${invocations}) {`, ...indent(body), '}'];
}

/** One column of results, or four neighbours: what depends on the column alone is written before the rows. */
class Column {
  readonly #kernel: ContractKernel;
  readonly #e: Emission;
  readonly #place: Place;
  readonly #four: AxisId | undefined;

  constructor(frame: Frame, place: Place, four: AxisId | undefined) {
    this.#kernel = frame.kernel;
    this.#e = emissionOf(frame);
    this.#place = place;
    this.#four = four;
    const open = place.bound.filter(([axis]) => axis !== four);
    this.#e.open(open, []);
  }

  /** Lines that stand before the rows; after all of them. */
  before(): string[] {
    const lines = this.#e.close();
    const outer = this.#e.close();
    return [...this.#place.lines, ...this.#e.close(), ...outer, ...lines];
  }

  /** The lines for one row, whose sums stand at these names: one, or four. */
  finish(row: Bound, sums: readonly string[]): string[] {
    const e = this.#e;
    if (this.#four === undefined) {
      e.renameAccumulator(0, sums[0]);
      e.open(row, finishing(this.#kernel));
      emitStatements(e, this.#kernel.epilogue);
    } else {
      e.open(row, []);
      this.#storeFours(this.#four, sums);
    }
    return guarded(this.#place.inside, e.close());
  }

  #storeFours(four: AxisId, sums: readonly string[]): void {
    const e = this.#e;
    const kernel = this.#kernel;
    const first = this.#place.bound.find(([axis]) => axis === four)?.[1] ?? '0';
    const stores = kernel.epilogue.filter((stmt) => isStoreOfFours(kernel, stmt, four));
    const roots = stores.map(({ value }) => value);
    e.open([[four, first]], []);
    const loads = loadsOf(kernel, roots).filter((id) => loadsFour(kernel, id, four));
    const vectors = loads.map((id): [ValueId, string] => [id, e.loadVector(id)]);
    const places = stores.map(({ index }) => e.index(index));
    e.write(...e.close());
    const values = sums.map((sum, i) => {
      const known = new Map(vectors.map(([id, name]) => [id, `${name}[${i}]`]));
      e.renameAccumulator(0, sum);
      e.open([[four, neighbour(first, i)]], finishing(kernel), [], known);
      const names = roots.map((root) => e.value(root));
      e.write(...e.close());
      return names;
    });
    stores.forEach(({ operand }, s) => {
      const value = `vec4f(${values.map((names) => names[s]).join(', ')})`;
      e.write(e.shader.storeVector(e.position(operand), places[s], value));
    });
  }
}

function emissionOf({ kernel, shader, operands, batch }: Frame): Emission {
  const e = new Emission(kernel, shader, operands, []);
  e.open(batch, []);
  return e;
}

/** The epilogue as the body of a scope: it begins with a new sum, so that nothing that reads it is hoisted. */
function finishing({ epilogue }: ContractKernel): Stmt[] {
  return [{ kind: 'init', acc: 0 }, ...epilogue];
}

function guarded(tests: readonly string[], lines: readonly string[]): string[] {
  return tests.length === 0 ? [...lines] : [`if (${tests.join(' && ')}) {`, ...indent(lines), '}'];
}

export function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}
