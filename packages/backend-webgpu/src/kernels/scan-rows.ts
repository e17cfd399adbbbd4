/**
 * Scans (cumulative sums and the like) over few but long rows. The lanes of a workgroup take neighbouring runs of a row:
 * each folds its run, the results are scanned in workgroup memory, and each goes through its run again from where the
 * one before it ends. Rows longer than a workgroup should go through alone are cut into parts, which depend on the extents
 * alone; a first pass reduces each part, and the parts before a workgroup's own are where it begins.
 */

import type { LoopKernel, LoopStmt, Stmt } from '@tenfold/ir';
import {
  accumulatorsChangedIn,
  dependenciesOf,
  dependenciesOfIndex,
  statementsIn,
  valuesNeeded,
} from '@tenfold/ir';
import type { Lowered, Pass, PassOperand, ShaderLayout } from '../lowering/pass.ts';
import { operandsOf } from '../lowering/pass.ts';
import type { Target } from '../target.ts';
import { ShaderBuilder } from '../wgsl/shader.ts';
import { Emission } from './emission.ts';
import { gridOf, splitCount, trips, tripsText } from './grid.ts';
import { lanesBefore } from './lane-reduction.ts';
import type { LoopShape } from './loop-shape.ts';
import { withSubgroups } from './loop-shape.ts';
import { Partials } from './partials.ts';
import { RowEmitter, iteration, placeLanes } from './row-emitter.ts';
import { operandsUsed } from './staged-rows.ts';
import { indent } from './statements.ts';

/** With as many rows as this, an invocation each keeps a card busy. */
const MANY_ROWS = 4096;
/** Elements that a lane should have. */
const RUN = 16;
/** Shorter rows are gone through by one invocation. */
const SHORTEST = 128;
const MOST_PARTS = 256;

interface Scan {
  readonly kernel: LoopKernel;
  readonly loop: LoopStmt;
  readonly accumulators: readonly number[];
  readonly shape: LoopShape;
  readonly parts: number;
  readonly partSize: number;
}

/** The kernel as a scan in parallel, where it is one, of few and long rows. */
export function lowerScan(kernel: LoopKernel, target: Target): Lowered | undefined {
  const loop = scanLoopOf(kernel);
  if (!loop) return undefined;
  const rows = trips(gridOf(kernel).axes, kernel.axes);
  const length = trips([loop.axis], kernel.axes);
  if (rows >= MANY_ROWS || length < SHORTEST) return undefined;
  const lanes = Math.min(256, target.workgroupSize);
  const wanted = Math.min(MOST_PARTS, Math.max(1, Math.ceil(length / (lanes * RUN))));
  const partSize = Math.ceil(length / wanted / lanes) * lanes;
  const parts = Math.ceil(length / partSize);
  const accumulators = [...accumulatorsChangedIn(loop.body)];
  const shape = withSubgroups({ rows: 1, lanes, laneMinor: true }, target);
  const scan: Scan = { kernel, loop, accumulators, shape, parts, partSize };
  const partials = new Partials(kernel.operands.length);
  if (parts === 1) return { passes: [scanPass(scan, partials)], workspaces: [] };
  for (const acc of accumulators) partials.add(acc, kernel.accumulators[acc], rows, parts);
  return { passes: [foldPass(scan, partials), scanPass(scan, partials)], workspaces: partials.workspaces };
}

/**
 * The loop of a scan: all there is in a row beside the initialisation of what it accumulates. Accumulated values and
 * places of stores do not depend on what was accumulated before, and nothing is read that the kernel writes.
 */
function scanLoopOf(kernel: LoopKernel): LoopStmt | undefined {
  const { body } = gridOf(kernel);
  const loops = body.filter((stmt): stmt is LoopStmt => stmt.kind === 'loop');
  const [loop] = loops;
  if (loops.length !== 1 || loop.order !== 'serial') return undefined;
  const begun = new Set(body.flatMap((stmt) => (stmt.kind === 'init' ? [stmt.acc] : [])));
  if (body.some((stmt) => stmt !== loop && stmt.kind !== 'init')) return undefined;
  const dependencies = dependenciesOf(kernel.values);
  const free = (accumulators: ReadonlySet<number>) => accumulators.size === 0;
  const simple = loop.body.every((stmt) => {
    if (stmt.kind === 'store') {
      const indices = [stmt.index, ...stmt.guards.map(({ index }) => index)];
      return (
        !stmt.combine && indices.every((index) => free(dependenciesOfIndex(index, dependencies).accumulators))
      );
    }
    if (stmt.kind !== 'accumulate' || stmt.position !== undefined || !begun.has(stmt.acc)) return false;
    return free(dependencies[stmt.value].accumulators);
  });
  const written = new Set(
    statementsIn(body).flatMap((stmt) => (stmt.kind === 'store' ? [stmt.operand] : [])),
  );
  const reads = [...valuesNeeded(body, kernel.values)].some((id) => {
    const value = kernel.values[id];
    return value.op === 'load' && written.has(value.operand);
  });
  const several = begun.size !== accumulatorsChangedIn(loop.body).size;
  return simple && !reads && !several ? loop : undefined;
}

/** What a part of a row comes to. */
function foldPass(scan: Scan, partials: Partials): Pass {
  const { loop, accumulators, shape } = scan;
  const body = loop.body.filter(({ kind }) => kind === 'accumulate');
  return passOf(scan, 'parts', body, partials, 'write', (e) => {
    for (const acc of accumulators) e.declareAccumulator(acc);
    new RowEmitter(e, shape, new Map()).statements([{ ...loop, order: 'reduce', body }], rangeOf(scan, e));
    const left = accumulators.flatMap((acc) => partials.leave(e, acc));
    e.write(`if (alive && l == 0u) { ${left.join(' ')} }`);
  });
}

/** The scan of each part. */
function scanPass(scan: Scan, partials: Partials): Pass {
  const { loop, accumulators, shape, parts, partSize } = scan;
  const folded = loop.body.filter(({ kind }) => kind === 'accumulate');
  const run = partSize / shape.lanes;
  return passOf(scan, 'scan', loop.body, partials, 'read', (e) => {
    for (const acc of accumulators) {
      if (parts > 1) partials.combine(e, acc, shape, 'part');
      else e.declareAccumulator(acc);
    }
    const { first, end } = rangeOf(scan, e);
    e.write(
      `let own = ${first} + i32(l) * ${run};`,
      `let own_end = select(own, min(own + ${run}, ${end}), alive);`,
    );
    const over = (body: readonly Stmt[]) => {
      const t = e.fresh('t');
      const inside = iteration(e, [loop.axis], t, body);
      e.write(`for (var ${t} = own; ${t} < own_end; ${t}++) {`, ...indent(inside), '}');
    };
    const own = accumulators.map((acc) => e.partial(acc));
    over(folded);
    own.forEach(({ name, restore }, i) => {
      restore();
      lanesBefore(e, accumulators[i], name, shape);
      e.write(e.fold(accumulators[i], e.accumulatorName(accumulators[i]), name));
    });
    over(loop.body);
  });
}

function rangeOf({ loop, partSize }: Scan, e: Emission) {
  const first = `part * ${partSize}`;
  return { first, end: `min(${first} + ${partSize}, ${e.extent(loop.axis)})` };
}

function passOf(
  { kernel, parts, shape, accumulators, loop }: Scan,
  name: string,
  body: readonly Stmt[],
  partials: Partials,
  access: 'read' | 'write',
  emit: (e: Emission) => void,
): Pass {
  const { axes } = gridOf(kernel);
  const used = operandsUsed(kernel, [{ ...loop, body }]);
  const operands: readonly PassOperand[] = [
    ...operandsOf(kernel).filter(({ operand }) => used.has(operand)),
    ...(parts > 1 ? accumulators.flatMap((acc) => partials.operands(acc, access)) : []),
  ];
  const pass: Pass = {
    name: `${kernel.name} (${name})`,
    operands,
    constants: [],
    groups: (extents) => trips(axes, kernel.axes, extents) * parts,
    shader: (layout: ShaderLayout) => {
      const shader = new ShaderBuilder(kernel, pass, layout);
      const begun = accumulators.map((acc): Stmt => ({ kind: 'init', acc }));
      const whole = [...begun, { ...loop, body }];
      const numbers = operands.map(({ operand }) => operand);
      const e = new Emission(kernel, shader, numbers, whole);
      e.write(...placeLanes(shape, tripsText(e, axes), parts));
      const { bound, lines } = splitCount(e, axes, 'count');
      e.open(bound, whole, lines);
      emit(e);
      e.write(...e.close());
      return shader.text(shape.lanes, e.close());
    },
  };
  return pass;
}
