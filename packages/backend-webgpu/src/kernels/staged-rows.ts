/**
 * Kernels over few but long rows in several passes: one workgroup a row would leave a card idle. Each loop of a row is cut
 * into parts, at places that depend on the extents alone; what parts reduce is put together by the passes that read it.
 */

import type { LoopKernel, Stage, StagedRows, Stmt } from '@tenfold/ir';
import { dependenciesOf, stagesOf, statementsIn, valuesNeeded } from '@tenfold/ir';
import type { Lowered, Pass, PassOperand, ShaderLayout } from '../lowering/pass.ts';
import { operandsOf } from '../lowering/pass.ts';
import type { Target } from '../target.ts';
import { powerAtLeast } from '../powers.ts';
import { ShaderBuilder } from '../wgsl/shader.ts';
import { blocksOfRow, wordOperands } from './block.ts';
import { Emission } from './emission.ts';
import { gridOf, nestOf, splitCount, trips, tripsText } from './grid.ts';
import type { LoopShape } from './loop-shape.ts';
import { walksInside, withSubgroups } from './loop-shape.ts';
import { Partials } from './partials.ts';
import { RowEmitter, placeLanes } from './row-emitter.ts';

/** Workgroups that keep a card busy. */
const GROUPS = 512;
const MOST_PARTS = 256;
/** Iterations that a lane should have of a part. */
const LEAST = 32;
/** Fewer parts than this are not worth another pass. */
const WORTH = 4;

interface Cut {
  readonly shape: LoopShape;
  readonly parts: number;
  readonly partSize: number;
}

/** The kernel in stages, where its rows are few and long enough for that. */
export function lowerStaged(kernel: LoopKernel, target: Target): Lowered | undefined {
  const staged = stagesOf(kernel, dependenciesOf(kernel.values), GROUPS * 32);
  if (!staged) return undefined;
  const rows = trips(gridOf(kernel).axes, kernel.axes);
  const cuts = staged.stages.map((stage) => cutOf(kernel, stage, rows, target));
  if (Math.max(...cuts.map(({ parts }) => parts)) < WORTH) return undefined;
  const partials = new Partials(kernel.operands.length);
  staged.stages.forEach(({ reduces }, i) => {
    for (const acc of reduces) partials.add(acc, kernel.accumulators[acc], rows, cuts[i].parts);
  });
  const passes = staged.stages.map((stage, i) => stagePass(kernel, staged, stage, cuts[i], partials));
  return { passes, workspaces: partials.workspaces };
}

function cutOf(kernel: LoopKernel, { loop }: Stage, rows: number, target: Target): Cut {
  if (!loop) {
    const shape = withSubgroups({ rows: 1, lanes: 64, laneMinor: true }, target);
    return { shape, parts: 1, partSize: 1 };
  }
  const size = Math.min(256, target.workgroupSize);
  const { axes } = nestOf(loop);
  const length = trips(axes, kernel.axes);
  const laneMinor = walksInside(kernel, axes.slice(-1), gridOf(kernel).axes.at(-1));
  const across = laneMinor ? 1 : Math.min(32, powerAtLeast(rows));
  const shape = withSubgroups({ rows: across, lanes: size / across, laneMinor }, target);
  const wanted = Math.min(MOST_PARTS, length / (shape.lanes * LEAST), GROUPS / Math.ceil(rows / across));
  const partSize =
    Math.max(1, Math.ceil(length / Math.max(1, Math.floor(wanted)) / shape.lanes)) * shape.lanes;
  return { shape, parts: Math.max(1, Math.ceil(length / partSize)), partSize };
}

function stagePass(
  kernel: LoopKernel,
  { stages }: StagedRows,
  stage: Stage,
  cut: Cut,
  partials: Partials,
): Pass {
  const used = operandsUsed(kernel, stage.body);
  const words = wordOperands(kernel, blocksOfRow(kernel, stage.body).values());
  const operands: readonly PassOperand[] = [
    ...operandsOf(kernel).flatMap((one) =>
      used.has(one.operand) ? [{ ...one, wholeWords: words.has(one.operand) }] : [],
    ),
    ...stage.reads.flatMap((acc) => partials.operands(acc, 'read')),
    ...stage.reduces.flatMap((acc) => partials.operands(acc, 'write')),
  ];
  const { axes } = gridOf(kernel);
  const pass: Pass = {
    name: `${kernel.name} (${stages.indexOf(stage) + 1} of ${stages.length})`,
    operands,
    constants: [],
    groups: (extents) => Math.ceil(trips(axes, kernel.axes, extents) / cut.shape.rows) * cut.parts,
    shader: (layout) => stageShader(kernel, stage, pass, cut, partials, layout),
  };
  return pass;
}

export function operandsUsed(kernel: LoopKernel, body: readonly Stmt[]): ReadonlySet<number> {
  const used = new Set<number>();
  for (const stmt of statementsIn(body)) if (stmt.kind === 'store') used.add(stmt.operand);
  for (const id of valuesNeeded(body, kernel.values)) {
    const value = kernel.values[id];
    if (value.op === 'load') used.add(value.operand);
  }
  return used;
}

function stageShader(
  kernel: LoopKernel,
  { loop, body, reads, reduces }: Stage,
  pass: Pass,
  { shape, parts, partSize }: Cut,
  partials: Partials,
  layout: ShaderLayout,
): string {
  const shader = new ShaderBuilder(kernel, pass, layout);
  // Accumulators that are read change here too: their parts are put together first.
  const begun = [...reads, ...reduces].map((acc): Stmt => ({ kind: 'init', acc }));
  const whole = [...begun, ...body];
  const e = new Emission(
    kernel,
    shader,
    pass.operands.map(({ operand }) => operand),
    whole,
  );
  const { axes } = gridOf(kernel);
  e.write(...placeLanes(shape, tripsText(e, axes), parts));
  const { bound, lines } = splitCount(e, axes, 'count');
  e.open(bound, whole, lines);
  for (const acc of reads) partials.combine(e, acc, shape);
  for (const acc of reduces) e.declareAccumulator(acc);
  if (loop) {
    const first = `part * ${partSize}`;
    const end = `min(${first} + ${partSize}, ${tripsText(e, nestOf(loop).axes)})`;
    new RowEmitter(e, shape, blocksOfRow(kernel, body)).statements(body, { first, end });
  } else new RowEmitter(e, shape, new Map()).statements(body);
  const left = reduces.flatMap((acc) => partials.leave(e, acc));
  if (left.length > 0) e.write(`if (alive && l == 0u) { ${left.join(' ')} }`);
  e.write(...e.close());
  return shader.text(shape.rows * shape.lanes, e.close());
}
