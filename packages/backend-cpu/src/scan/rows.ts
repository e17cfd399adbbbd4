/**
 * Scans along elements that lie side by side. Lanes go by fours (`walk.ts`). A few long lanes are cut into segments, four
 * of which then go side by side: first each is folded by itself, then what comes before each one is known, and all are
 * gone through again from there. Where they are cut depends on the extents alone, so every number of threads gives the
 * same bits. Products of floats are not cut: a part of one may overflow where the whole does not.
 */

import type { Dependencies } from '@tenfold/ir';
import { isFloat } from '@tenfold/ir';
import { argumentLayout } from '../codegen/arguments.ts';
import { identity } from '../codegen/combine.ts';
import { NANOSECONDS } from '../codegen/cost.ts';
import { addTask } from '../codegen/functions.ts';
import type { FunctionTarget, KernelFunctions, Phase } from '../codegen/functions.ts';
import { gridSize, maxGrid, sizeOf } from '../codegen/grid.ts';
import { UNIT } from '../codegen/lanes.ts';
import { planLoops } from '../codegen/loop-plan.ts';
import { tuning } from '../tuning.ts';
import { i32, lesser, select, v128 } from '../wasm/index.ts';
import type { Expr, FunctionBuilder, Local } from '../wasm/index.ts';
import { foldOf, step } from './fold.ts';
import { nest } from './recognise.ts';
import type { Scan } from './recognise.ts';
import { statesOf } from './squares.ts';
import type { Four, RowContext } from './walk.ts';
import { emitWalk } from './walk.ts';

/** A segment's least length, and the most fours of segments that a lane is cut into. */
const SEGMENT = 1024;
const MAX_FOURS = 16;

/** How each lane is cut: so many times four segments of one length, and what is left behind them. */
interface Cut {
  readonly fours: number;
  readonly length: number;
  readonly rest: number;
}

/** A single lane that is not cut is left to the general template: there is nothing to go beside it. */
export function scanRows(
  scan: Scan,
  dependencies: readonly Dependencies[],
  target: FunctionTarget,
): KernelFunctions | undefined {
  const { kernel, lanes, along } = scan;
  const count = maxGrid(kernel, lanes);
  const cut = cutOf(scan, count);
  if (!cut && count < 2) return undefined;
  const body = nest([...lanes, { ...along, order: 'parallel' }], along.body);
  const plan = planLoops({ ...kernel, body }, dependencies, target.pairing);
  const context = { scan, dependencies, target, plan };
  const nanoseconds = (plan.total * NANOSECONDS) / Math.max(1, count);
  const phase = (index: number, perLane: number, time: number): Phase => ({
    function: index,
    grid: (extents) => Math.ceil(gridSize(kernel, lanes, extents) * perLane),
    grain: 1,
    nanoseconds: time,
  });
  const { workspaceBytes } = plan;
  if (!cut) {
    const { kind, dtype } = foldOf(scan);
    const abreast = count > UNIT && kind !== 'sum' && isFloat(dtype) ? 2 : 1;
    const most = UNIT * abreast;
    const whole = phase(walkWhole(context, abreast), 1 / most, most * nanoseconds);
    return { phases: [whole], scratch: () => 0, workspaceBytes };
  }
  const { fours, rest } = cut;
  return {
    phases: [
      phase(walkTotals(context, cut), fours, nanoseconds / fours),
      phase(emitStarts(context, cut), 1, UNIT * fours),
      phase(walkSegments(context, cut), rest > 0 ? fours + 1 : fours, nanoseconds / fours),
    ],
    scratch: () => count * bytesOf(scan, cut),
    workspaceBytes,
  };
}

/** How lanes are cut, if they are few and long enough. */
function cutOf(scan: Scan, lanes: number): Cut | undefined {
  const length = scan.kernel.axes[scan.along.axis];
  const { kind, dtype } = foldOf(scan);
  if (typeof length !== 'number' || lanes >= tuning.fewRows || (kind === 'prod' && isFloat(dtype)))
    return undefined;
  const fours = Math.min(MAX_FOURS, Math.floor(length / (UNIT * SEGMENT)));
  if (fours < 1) return undefined;
  const segment = UNIT * Math.floor(length / (UNIT * UNIT * fours));
  return { fours, length: segment, rest: length - UNIT * fours * segment };
}

/** Whole lanes. The last one stands in for those that its four lacks: it is read, folded and written four times at once. */
function walkWhole(context: RowContext, abreast: 1 | 2): number {
  const { scan } = context;
  return emitWalk(context, { stored: true, cut: false, abreast }, (e) => {
    const { code } = e;
    const count = sizeOf(e, scan.lanes);
    const all = sizeOf(e, [scan.along]);
    return {
      enter({ number, rows, length, states }) {
        const last = code.let(i32.sub(count, 1));
        const first = code.let(i32.mul(number, UNIT));
        rows.forEach((row, i) => code.set(row, lesser(code.let(i32.add(first, i)), last)));
        code.set(length, select(i32.const(0), all, i32.lt_s(last, first)));
        reset(code, scan, states);
      },
    };
  });
}

/** Folds each segment by itself. */
function walkTotals(context: RowContext, cut: Cut): number {
  const { scan } = context;
  return emitWalk(context, { stored: false, cut: true, abreast: 1 }, (e) => {
    const scratch = e.scratch();
    return {
      enter(four) {
        enterSegments(e.code, four, cut, cut.fours);
        reset(e.code, scan, four.states);
      },
      leave(four) {
        const slot = slotOf(e.code, scan, scratch, four, cut, cut.fours);
        four.states.forEach((state, i) => e.code.emit(v128.store(slot, state, 16 * i)));
      },
    };
  });
}

/** All segments, each from where the one before it ends. */
function walkSegments(context: RowContext, cut: Cut): number {
  const count = cut.rest > 0 ? cut.fours + 1 : cut.fours;
  return emitWalk(context, { stored: true, cut: true, abreast: 1 }, (e) => {
    const scratch = e.scratch();
    return {
      enter(four) {
        enterSegments(e.code, four, cut, count);
        const slot = slotOf(e.code, context.scan, scratch, four, cut, count);
        four.states.forEach((state, i) => e.code.set(state, v128.load(slot, 16 * i)));
      },
    };
  });
}

/** Turns the folded segments of a lane into what comes before each of them, and before what is left behind them. */
function emitStarts({ scan, target }: RowContext, cut: Cut): number {
  const { index, code, args, begin, end } = addTask(target);
  const { type, count } = statesOf(scan);
  const state = code.local('v128');
  const scratch = code.let(i32.load(args, argumentLayout(scan.kernel).scratch));
  const lane = code.let(begin);
  code.countedLoop(lane, end, 1, () => {
    reset(code, scan, [state]);
    const slot = code.let(i32.add(scratch, i32.mul(lane, bytesOf(scan, cut))));
    const rest = code.let(i32.add(slot, UNIT * cut.fours * type.bytes));
    code.countedLoop(slot, rest, type.bytes, () => {
      const total = code.let(type.loadSplat(slot));
      code.emit(type.storeLane(slot, state, 0));
      code.set(state, step({ ...target, code }, foldOf(scan), state, total));
    });
    for (let i = 0; i < count; i++) code.emit(v128.store(rest, state, 16 * i));
  });
  return index;
}

/** Bytes of the states of a lane's segments, and of what is left behind them. */
function bytesOf(scan: Scan, { fours }: Cut): number {
  return (fours + 1) * 16 * statesOf(scan).count;
}

/** Where four segments keep their states. */
function slotOf(
  code: FunctionBuilder,
  scan: Scan,
  scratch: Expr<'i32'>,
  { number }: Four,
  cut: Cut,
  count: number,
): Local<'i32'> {
  const lane = i32.mul(i32.div_u(number, count), bytesOf(scan, cut));
  const slot = i32.mul(i32.rem_u(number, count), 16 * statesOf(scan).count);
  return code.let(i32.add(scratch, i32.add(lane, slot)));
}

/** Of `count` fours of a lane, the last may be what is left behind its segments: all four are that. */
function enterSegments(
  code: FunctionBuilder,
  { number, rows, begin, length }: Four,
  cut: Cut,
  count: number,
): void {
  const at = code.let(i32.rem_u(number, count));
  const isRest = code.let(i32.eq(at, cut.fours));
  const row = code.let(i32.div_u(number, count));
  for (const one of rows) code.set(one, row);
  const rest = i32.const(UNIT * cut.fours * cut.length);
  begin.forEach((first, i) => {
    const segment = i32.add(i32.mul(at, UNIT), i);
    code.set(first, select(rest, i32.mul(segment, cut.length), isRest));
  });
  code.set(length, select(i32.const(cut.rest), i32.const(cut.length), isRest));
}

/** States into which nothing has been folded. */
function reset(code: FunctionBuilder, scan: Scan, states: readonly Local<'v128'>[]): void {
  const { kind, dtype } = foldOf(scan);
  for (const state of states) code.set(state, identity(code, kind, dtype));
}
