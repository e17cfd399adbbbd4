/**
 * The way through lanes whose elements lie side by side: fours of them, from square to square (`squares.ts`). Where a step
 * takes longer than what is read and stored for it, two fours go on in turn, a few cache lines at a time, so that one
 * has something to do while the other waits.
 */

import type { Dependencies } from '@tenfold/ir';
import { argumentLayout } from '../codegen/arguments.ts';
import type { FunctionTarget } from '../codegen/functions.ts';
import { locate, sizeOf } from '../codegen/grid.ts';
import { KernelEmitter } from '../codegen/kernel-emitter.ts';
import { UNIT } from '../codegen/lanes.ts';
import type { LoopPlan } from '../codegen/loop-plan.ts';
import { i32, i32x4, lesser } from '../wasm/index.ts';
import type { FunctionBuilder, Local } from '../wasm/index.ts';
import type { Scan } from './recognise.ts';
import { emitSquare, statesOf } from './squares.ts';

/** Places that a four takes before it is the other's turn. */
const TURN = 64;

/** A scan on its way to code. */
export interface RowContext {
  readonly scan: Scan;
  readonly dependencies: readonly Dependencies[];
  readonly target: FunctionTarget;
  readonly plan: LoopPlan;
}

/** Four lanes, or four segments of one. */
export interface Four {
  readonly number: Local<'i32'>;
  /** Numbers of the lanes. */
  readonly rows: readonly Local<'i32'>[];
  /** Where segments begin; whole lanes begin at 0. */
  readonly begin: readonly Local<'i32'>[];
  /** How far to go: as far as all others, or not at all. */
  readonly length: Local<'i32'>;
  readonly states: readonly Local<'v128'>[];
}

/** Says where fours stand and what their states are before they are gone through, and may keep the states behind that. */
export interface Frame {
  enter(four: Four): void;
  leave?(four: Four): void;
}

export interface WalkOptions {
  /** Whether the states of all places are stored. */
  readonly stored: boolean;
  /** Whether fours are segments. */
  readonly cut: boolean;
  /** Fours that go on in turn. */
  readonly abreast: 1 | 2;
}

/** A function over so many fours at a time; its index. */
export function emitWalk(
  { scan, dependencies, target, plan }: RowContext,
  { stored, cut, abreast }: WalkOptions,
  frameOf: (e: KernelEmitter) => Frame,
): number {
  const { kernel, lanes } = scan;
  const { index, code } = target.add();
  const [args, first, end] = code.params;
  const math = { ...target, code: code as FunctionBuilder };
  const e = new KernelEmitter(kernel, math, dependencies, plan, argumentLayout(kernel), args);
  const unit = code.local('i32');
  const extents = lanes.map((loop) => sizeOf(e, [loop]));
  const frame = frameOf(e);
  e.open({ body: kernel.body, variable: unit });
  const active = { mask: code.local('v128'), bits: code.local('i32') };
  const walkers = Array.from({ length: abreast }, () => {
    const { four, at, places } = makeFour(code as FunctionBuilder, scan, cut);
    const square = emitSquare(e, scan, places, four.states, stored);
    const rest = emitSquare(e, scan, places, four.states, stored, active);
    const go = ({ within }: typeof square): void => {
      four.begin.forEach((begin, i) => code.set(places[i].along, i32.add(begin, at)));
      within();
    };
    return { four, at, places, square, rest, go };
  });
  e.scope.code.push(() => {
    walkers.forEach(({ four, places, square, rest }, turn) => {
      code.set(four.number, i32.add(i32.mul(unit, abreast), turn));
      frame.enter(four);
      if (lanes.length > 0) four.rows.forEach((row, i) => locate(e, places[i].lanes, extents, row));
      square.before();
      rest.before();
    });
    const wholes = walkers.map(({ four }) => code.let(i32.and(four.length, -UNIT)));
    const turn = code.let(i32.const(0));
    code.countedLoop(turn, wholes[0], TURN, () => {
      const next = code.let(i32.add(turn, TURN));
      walkers.forEach(({ at, square, go }, i) => {
        code.set(at, turn);
        code.countedLoop(at, code.let(lesser(next, wholes[i])), UNIT, () => go(square));
      });
    });
    walkers.forEach(({ four, at, rest, go }, i) => {
      const left = code.let(i32.sub(four.length, wholes[i]));
      code.if(left, () => {
        code.set(active.bits, i32.sub(i32.shl(1, left), 1));
        code.set(active.mask, i32x4.lt_s(code.constants.i32x4([0, 1, 2, 3]), i32x4.splat(left)));
        code.set(at, wholes[i]);
        go(rest);
      });
    });
    for (const { four } of walkers) frame.leave?.(four);
  });
  const write = e.close();
  e.scope.code.push(() => {
    code.set(unit, first);
    code.countedLoop(unit, end, 1, write);
  });
  e.finish();
  return index;
}

/** The locals of a four; `at` is how far it has come. */
function makeFour(code: FunctionBuilder, scan: Scan, cut: boolean) {
  const locals = (count: number): Local<'i32'>[] => Array.from({ length: count }, () => code.local('i32'));
  const [number, length, at] = locals(3);
  const states = Array.from({ length: statesOf(scan).count }, () => code.local('v128'));
  const four: Four = { number, rows: locals(UNIT), begin: cut ? locals(UNIT) : [], length, states };
  const places = four.rows.map(() => ({
    lanes: locals(scan.lanes.length),
    along: cut ? code.local('i32') : at,
  }));
  return { four, at, places };
}
