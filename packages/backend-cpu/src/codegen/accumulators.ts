/**
 * Accumulators in registers. One that is initialised inside a vector loop has a content for every element. One that a
 * vector loop reduces into is *spread*: each lane of each unit sums its own part, and the parts are gathered when the
 * outermost loop of the reduction is through.
 */

import type { ReduceKind, ScanKind, Stmt } from '@tenfold/ir';
import { unreachable } from '@tenfold/ir';
import { choose } from '../math/index.ts';
import { f64x2 } from '../wasm/index.ts';
import type { Local } from '../wasm/index.ts';
import { foldIn, identity } from './combine.ts';
import type { Emission } from './emission.ts';
import type { Candidates } from './extremum.ts';
import { growsAlong, mostExtreme, takeLater, turned, TURNS } from './extremum.ts';
import { kindOf, maskFor, register, registersOf } from './lanes.ts';
import type { Kind, Lanes } from './lanes.ts';
import { splatFloat32, WideSum } from './wide-sum.ts';

type Accumulate = Extract<Stmt, { kind: 'accumulate' }>;
type PositionKind = Extract<ReduceKind, 'argmax' | 'argmin'>;

/** Four elements of an accumulator: one register or two; `position` is there for argmax and argmin only. */
interface Unit {
  readonly registers: readonly Local<'v128'>[];
  readonly position: Local<'v128'> | undefined;
}

interface State {
  /** Depth of the scope that initialised it. */
  readonly depth: number;
  /** A content for each element of a block, or one for all. */
  readonly varying: boolean;
  readonly units: readonly Unit[];
  /** Partial contents while a vector loop reduces; `units` then holds what was there before. */
  spread: readonly Unit[] | undefined;
  /** Nothing has been added since it was initialised. */
  fresh: boolean;
  /** The float64 registers of a long float32 sum, while it runs. */
  wide: WideSum | undefined;
  /** The float64 total behind a wide sum. */
  total: Local<'v128'> | undefined;
}

function registersOfUnits(units: readonly Unit[]): Local<'v128'>[] {
  return [
    ...units.flatMap(({ registers }) => registers),
    ...units.flatMap(({ position }) => (position ? [position] : [])),
  ];
}

/** Code that folds the results of parts into an accumulator. */
interface Merger {
  begin(): void;
  merge(result: readonly Local<'v128'>[]): void;
  finish(): void;
}

export function isPositional(kind: ReduceKind): kind is PositionKind {
  return kind === 'argmax' || kind === 'argmin';
}

export class Accumulators {
  readonly #e: Emission;
  readonly #states: (State | undefined)[] = [];

  constructor(e: Emission) {
    this.#e = e;
  }

  init(acc: number): void {
    const { scope } = this.#e;
    const varying = scope.block !== undefined;
    const units = this.#makeUnits(acc, scope.block?.units ?? 1, varying);
    this.#states[acc] = {
      depth: scope.depth,
      varying,
      units,
      spread: undefined,
      fresh: true,
      wide: undefined,
      total: undefined,
    };
    this.#reset(acc, units);
  }

  /** The content; for argmax and argmin the position. */
  read(acc: number): Lanes {
    const { kind, dtype } = this.#e.kernel.accumulators[acc];
    const { units, varying, spread } = this.#state(acc);
    if (spread) unreachable(`accumulator ${acc} is read inside its reduction`);
    if (isPositional(kind)) {
      const registers = units.map((unit) => candidates(unit).position);
      return { kind: 'i32', uniform: !varying, registers };
    }
    return { kind: kindOf(dtype), uniform: !varying, registers: units.flatMap(({ registers }) => registers) };
  }

  accumulate({ acc, value, position }: Accumulate): void {
    const e = this.#e;
    const state = this.#state(acc);
    const [x, at] = [e.value(value), position === undefined ? undefined : e.value(position)];
    const { block } = e.scope;
    const units = state.spread ?? state.units;
    state.fresh = false;
    const count = state.varying || state.spread ? (block?.units ?? 1) : 1;
    // Lanes that must not be touched: outside the last block's elements; all but one when a single number is added.
    const mask = !state.spread ? undefined : block ? block.active?.mask : this.#firstLane();
    const place = position === undefined ? undefined : e.kernel.values[position];
    const later = place?.op === 'index' && growsAlong(place.index, e.axesWithin(state.depth));
    e.scope.code.push(() => {
      for (let unit = 0; unit < count; unit++) {
        const width = registersOf(x.kind);
        const registers = units[unit].registers.map((_, i) => register(x, unit * width + i));
        const from = { registers, position: at && register(at, unit) };
        this.#fold(acc, units[unit], mask ? this.#masked(acc, from, mask) : from, later);
      }
    });
  }

  /** Before a loop whose vector loops reduce into the accumulator with `units` units. */
  spread(acc: number, units: number): void {
    const { code, scope } = this.#e;
    const state = this.#state(acc);
    if (state.spread || state.varying) return;
    const parts = this.#makeUnits(acc, units, true);
    const [whole] = state.units;
    const restarts = !(state.fresh && state.depth === scope.depth);
    state.spread = parts;
    this.#reset(acc, parts);
    if (!restarts) return;
    const first = this.#firstLane();
    scope.code.push(() => {
      const [{ registers, position }] = parts;
      const mask = maskFor(this.#kind(acc), lanesOf(first), 0);
      code.set(registers[0], choose(mask, whole.registers[0], registers[0]));
      if (position && whole.position) code.set(position, choose(first, whole.position, position));
    });
  }

  /** After that loop: the parts become one content again. */
  gather(acc: number): void {
    const { scope } = this.#e;
    const state = this.#state(acc);
    const parts = state.spread;
    if (!parts) return;
    const [whole] = state.units;
    state.spread = undefined;
    if (state.wide) return this.endSum(acc, parts);
    const barrier = this.#e.barrier();
    scope.code.push(() => {
      barrier(registersOfUnits(parts));
      this.#join(acc, whole, parts);
      barrier(registersOfUnits([whole]));
    });
  }

  /** From here on the float32 sum is kept in float64 registers as well; `gather` or `endSum` ends that. */
  widen(acc: number): void {
    const { code, scope } = this.#e;
    const state = this.#state(acc);
    const parts = (state.spread ?? state.units).flatMap(({ registers }) => registers);
    const shape = state.spread ? 'joined' : state.varying ? 'each' : 'uniform';
    const wide = new WideSum(code, parts, shape, this.#e.barrier());
    state.wide = wide;
    scope.code.push(() => wide.reset());
  }

  /** Writes down a move of the running sum to float64. */
  flush(acc: number): () => void {
    const { wide } = this.#state(acc);
    return () => wide?.flush();
  }

  /** Rounds a wide sum to its one float32 content (or one for each element). */
  endSum(acc: number, spread?: readonly Unit[]): void {
    const { code, scope } = this.#e;
    const state = this.#state(acc);
    const { wide } = state;
    if (!wide) return;
    state.wide = undefined;
    state.total = wide.total;
    const barrier = this.#e.barrier();
    scope.code.push(() => {
      wide.finish();
      if (spread) code.set(state.units[0].registers[0], spread[0].registers[0]);
      barrier(registersOfUnits(state.units));
    });
  }

  /** The registers of a spread accumulator. */
  spreadRegisters(acc: number): readonly Local<'v128'>[] {
    return registersOfUnits(this.#state(acc).spread ?? []);
  }

  /** Whether the accumulator is spread at present. */
  isSpread(acc: number): boolean {
    return this.#states[acc]?.spread !== undefined;
  }

  /**
   * What a part of a split reduction leaves behind: its content (of a float32 sum the float64 total) and position.
   */
  result(acc: number): Local<'v128'>[] {
    const { units, total } = this.#state(acc);
    const { registers, position } = units[0];
    return position ? [registers[0], position] : [total ?? registers[0]];
  }

  /** Folds results of parts into an accumulator outside vector loops; the code is written by calling what it gives. */
  merger(acc: number): Merger {
    const { code, kernel } = this.#e;
    const { kind, dtype } = kernel.accumulators[acc];
    const [whole] = this.#state(acc).units;
    if (kind !== 'sum' || kindOf(dtype) !== 'f32') {
      const merge = ([content, position]: readonly Local<'v128'>[]) =>
        this.#fold(acc, whole, { registers: [content], position });
      return { begin: () => undefined, merge, finish: () => undefined };
    }
    const total = code.local('v128');
    return {
      begin: () => code.set(total, code.constants.f64x2(0)),
      merge: ([content]) => code.set(total, f64x2.add(total, content)),
      finish: () => code.set(whole.registers[0], splatFloat32(code, total)),
    };
  }

  #state(acc: number): State {
    return this.#states[acc] ?? unreachable(`accumulator ${acc} is used before it is initialised`);
  }

  #kind(acc: number): Kind {
    return kindOf(this.#e.kernel.accumulators[acc].dtype);
  }

  #makeUnits(acc: number, count: number, wide: boolean): Unit[] {
    const { code, kernel } = this.#e;
    const width = wide ? registersOf(this.#kind(acc)) : 1;
    const positional = isPositional(kernel.accumulators[acc].kind);
    return Array.from({ length: count }, () => ({
      registers: Array.from({ length: width }, () => code.local('v128')),
      position: positional ? code.local('v128') : undefined,
    }));
  }

  #reset(acc: number, units: readonly Unit[]): void {
    const { code, kernel, scope } = this.#e;
    const { kind, dtype } = kernel.accumulators[acc];
    scope.code.push(() => {
      for (const { registers, position } of units) {
        for (const part of registers) code.set(part, identity(code, foldOf(kind), dtype));
        if (position) code.set(position, code.constants.i32x4(0));
      }
    });
  }

  /** `later`: the positions come behind all those that were folded in before. */
  #fold(acc: number, into: Unit, from: Unit, later = false): void {
    const { code, math, kernel } = this.#e;
    const { kind, dtype } = kernel.accumulators[acc];
    if (isPositional(kind) && later)
      return takeLater(math, foldOf(kind), dtype, candidates(into), candidates(from));
    if (isPositional(kind)) return this.#take(acc, into, [into, from], false);
    into.registers.forEach((part, i) => code.set(part, foldIn(math, kind, dtype, part, from.registers[i])));
  }

  /** All lanes of all parts as one content. */
  #join(acc: number, into: Unit, parts: readonly Unit[]): void {
    const { code, math, kernel } = this.#e;
    const { kind, dtype } = kernel.accumulators[acc];
    if (isPositional(kind)) return this.#take(acc, into, parts, true);
    const fold = (a: readonly Local<'v128'>[], b: readonly Local<'v128'>[]) =>
      a.map((x, i) => code.let(foldIn(math, kind, dtype, x, b[i])));
    let all = parts.map(({ registers }) => registers).reduce(fold);
    for (const by of TURNS) all = fold(all, turned(code, all, by));
    code.set(into.registers[0], all[0]);
  }

  #take(acc: number, into: Unit, parts: readonly Unit[], across: boolean): void {
    const { code, math, kernel } = this.#e;
    const { kind, dtype } = kernel.accumulators[acc];
    const { registers, position } = mostExtreme(math, foldOf(kind), dtype, parts.map(candidates), across);
    into.registers.forEach((part, i) => code.set(part, registers[i]));
    code.set(candidates(into).position, position);
  }

  /** What changes nothing where the mask is not set. */
  #masked(acc: number, { registers, position }: Unit, mask: Local<'v128'>): Unit {
    const { code, kernel } = this.#e;
    const { kind, dtype } = kernel.accumulators[acc];
    const neutral = identity(code, foldOf(kind), dtype);
    const within = (x: Local<'v128'>, i: number) =>
      code.let(choose(maskFor(kindOf(dtype), lanesOf(mask), i), x, neutral));
    return { registers: registers.map(within), position };
  }

  #firstLane(): Local<'v128'> {
    return this.#e.code.constants.i32x4([-1, 0, 0, 0]);
  }
}

function candidates({ registers, position }: Unit): Candidates {
  return { registers, position: position ?? unreachable('no position') };
}

/** A mask over a unit's four elements as a value. */
function lanesOf(mask: Local<'v128'>): Lanes {
  return { kind: 'mask', uniform: false, registers: [mask] };
}

/** How values are folded: a positional reduction keeps the most extreme one so far. */
function foldOf(kind: ReduceKind): ScanKind {
  if (kind === 'argmax') return 'max';
  return kind === 'argmin' ? 'min' : kind;
}
