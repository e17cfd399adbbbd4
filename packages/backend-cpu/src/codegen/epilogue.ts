/**
 * The epilogue of a matrix product: the statements that run once for every element of the result, on a vector of
 * results at a time, at addresses that the product keeps. An epilogue that reads anything but tensors at affine indices
 * (positions, random numbers) cannot be emitted here; the product then goes through a temporary.
 */

import type { ContractKernel, Dependencies, IndexExpr, Stmt, ValueId } from '@tenfold/ir';
import { byteSize, dependenciesOf, unreachable, valuesNeeded } from '@tenfold/ir';
import type { Epilogue, EpilogueOperand, EpiloguePosition } from '../gemm/index.ts';
import type { Address, MathContext } from '../math/index.ts';
import { i32 } from '../wasm/index.ts';
import type { Local, ModuleBuilder } from '../wasm/index.ts';
import { affineOf } from './affine.ts';
import type { ArgumentLayout } from './arguments.ts';
import { Emission } from './emission.ts';
import { kindOf, registersOf, UNIT } from './lanes.ts';
import type { Lanes } from './lanes.ts';
import type { Pairing } from '../pairing.ts';
import { loadScalar } from './scalar-argument.ts';
import { store } from './store.ts';
import { emitValue } from './value.ts';
import type { ValueSources } from './value.ts';

type Store = Extract<Stmt, { kind: 'store' }>;
type Access = Pick<Store, 'operand' | 'index' | 'guards'>;

interface EpilogueOptions {
  readonly module: ModuleBuilder;
  readonly relaxed: boolean;
  readonly pairing: Pairing | undefined;
  readonly layout: ArgumentLayout;
}

/** Operations of a heavy epilogue: its code is not repeated for every vector of a tile. */
const COMPACT = 24;

/** The kernel's epilogue, or undefined where it is not of the simple kind. */
export function simpleEpilogue(kernel: ContractKernel, options: EpilogueOptions): Epilogue | undefined {
  const { values } = kernel;
  const needed = [...valuesNeeded(kernel.epilogue, values)];
  const stores = kernel.epilogue.filter((stmt): stmt is Store => stmt.kind === 'store');
  if (stores.length < kernel.epilogue.length || stores.some((stmt) => stmt.combine)) return undefined;
  if (needed.some((id) => ['index', 'inside', 'random'].includes(values[id].op))) return undefined;
  const loads = needed.map((id) => values[id]).filter((value) => value.op === 'load');
  const operands: EpilogueOperand[] = [];
  const places = new Map<string, number>();
  for (const access of [...loads, ...stores]) {
    const operand = operandOf(kernel, access, 'kind' in access, options.layout);
    if (!operand) return undefined;
    const key = keyOf(access);
    const known = places.get(key);
    if (known === undefined) places.set(key, operands.push(operand) - 1);
    else if (operand.written) operands[known] = operand;
  }
  const dependencies = dependenciesOf(values);
  return {
    operands,
    compact: needed.length > COMPACT,
    emit(code, value, position) {
      const math: MathContext = { ...options, code };
      new EpilogueEmission(kernel, math, dependencies, options.layout, { value, position, places }).run(
        stores,
      );
    },
  };
}

function keyOf({ operand, index }: Access): string {
  return `${operand}:${index.key}`;
}

function operandOf(
  kernel: ContractKernel,
  { operand, index, guards }: Access,
  written: boolean,
  layout: ArgumentLayout,
): EpilogueOperand | undefined {
  const affine = affineOf(index, kernel);
  const guarded = guards.some((guard) => guard.index.min < guard.lo || guard.index.max >= guard.hi);
  if (!affine || guarded || affine.k.some((step) => step !== 0)) return undefined;
  return {
    bytes: byteSize(kernel.operands[operand].dtype),
    written,
    address: (args) => i32.load(args, layout.operand(operand)),
    offset: affine.offset,
    batch: affine.batch,
    m: affine.m,
    n: affine.n,
  };
}

interface Place {
  readonly value: Local<'v128'>;
  readonly position: EpiloguePosition;
  readonly places: ReadonlyMap<string, number>;
}

/** One vector of results as a block that is all the code there is: nothing is hoisted out of it. */
class EpilogueEmission extends Emission implements ValueSources {
  readonly #layout: ArgumentLayout;
  readonly #place: Place;

  constructor(
    kernel: ContractKernel,
    math: MathContext,
    dependencies: readonly Dependencies[],
    layout: ArgumentLayout,
    place: Place,
  ) {
    super(kernel, math, dependencies);
    this.#layout = layout;
    this.#place = place;
    const { lanes } = place.position;
    const { constants } = this.code;
    const active =
      lanes === UNIT
        ? undefined
        : {
            mask: constants.i32x4([-1, lanes > 1 ? -1 : 0, 0, 0]),
            bits: this.code.let(i32.const((1 << lanes) - 1)),
          };
    this.scopes.push({
      depth: 0,
      changes: new Set(),
      block: { axis: -1, units: 1, active },
      code: [],
      values: new Map(),
      numbers: new Map(),
    });
  }

  /** Everything is computed before anything is stored: results may be written over what was read. */
  run(stores: readonly Store[]): void {
    for (const stmt of stores) this.value(stmt.value);
    for (const stmt of stores) store(this, stmt);
    for (const write of this.scope.code) write();
  }

  value(id: ValueId): Lanes {
    const found = this.scope.values.get(id);
    if (found) return found;
    const lanes = emitValue(this, this, id);
    this.scope.values.set(id, lanes);
    return lanes;
  }

  accumulator(): Lanes {
    const kind = kindOf(this.kernel.accumulators[0].dtype);
    const registers = Array.from({ length: registersOf(kind) }, () => this.#place.value);
    return { kind, uniform: false, registers };
  }

  scalar(slot: number): Lanes {
    const { args } = this.#place.position;
    const dtype = this.kernel.scalars[slot];
    return this.lanes(this.scope, kindOf(dtype), true, () =>
      loadScalar(args, this.#layout.scalar(slot), dtype),
    );
  }

  operand(): never {
    return unreachable('an epilogue has addresses, not operands');
  }

  strideOf(index: IndexExpr): number {
    const { position, places } = this.#place;
    for (const [key, at] of places) if (key.endsWith(`:${index.key}`)) return position.laneStrides[at];
    return unreachable(`no place for ${index.key}`);
  }

  address(operand: number, index: IndexExpr): Address {
    const at = this.#place.places.get(`${operand}:${index.key}`);
    return at === undefined ? unreachable(`no place for ${index.key}`) : this.#place.position.operands[at];
  }
}
