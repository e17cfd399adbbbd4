/**
 * Loop kernels: pointwise, reductions, row kernels, gather, scatter, scan. The grid is spread over workgroups; what is
 * inside runs in one invocation, or is shared by the lanes of a row, which then reduce together in workgroup memory.
 */

import type { LoopKernel, Stmt } from '@tenfold/ir';
import type { Lowered, Pass, ShaderLayout } from '../lowering/pass.ts';
import { operandsOf } from '../lowering/pass.ts';
import { ShaderBuilder } from '../wgsl/shader.ts';
import { Emission } from './emission.ts';
import { gridOf, nestOf, splitCount, trips, tripsText } from './grid.ts';
import { reduceLanes } from './lane-reduction.ts';
import type { LoopShape } from './loop-shape.ts';
import type { LoopStmt } from './statements.ts';
import { emitStatements, indent, reducedIn } from './statements.ts';

export function lowerLoops(kernel: LoopKernel, shape: LoopShape): Lowered {
  const { axes } = gridOf(kernel);
  const operands = operandsOf(kernel);
  const pass: Pass = {
    name: kernel.name,
    operands,
    constants: [],
    groups: (extents) => Math.ceil(trips(axes, kernel.axes, extents) / shape.rows),
    shader: (layout) => loopShader(kernel, pass, shape, layout),
  };
  return { passes: [pass], workspaces: [] };
}

function loopShader(kernel: LoopKernel, pass: Pass, shape: LoopShape, layout: ShaderLayout): string {
  const shader = new ShaderBuilder(kernel, pass, layout);
  const grid = gridOf(kernel);
  const { rows, lanes } = shape;
  const e = new Emission(
    kernel,
    shader,
    kernel.operands.map((_, i) => i),
    kernel.body,
  );
  const total = tripsText(e, grid.axes);
  if (lanes === 1) {
    e.write(`let count = i32(group * ${rows}u + lane);`, `if (count >= ${total}) { return; }`);
  } else {
    const [l, r] = shape.laneMinor
      ? [`lane % ${lanes}u`, `lane / ${lanes}u`]
      : [`lane / ${rows}u`, `lane % ${rows}u`];
    e.write(
      `let l = ${l};`,
      `let place_of_row = i32(group * ${rows}u + ${r});`,
      `let alive = place_of_row < ${total};`,
      // All invocations have to come to the barriers: those without a row go along with the last one.
      `let count = min(place_of_row, ${total} - 1);`,
    );
  }
  const { bound, lines } = splitCount(e, grid.axes, 'count');
  e.open(bound, grid.body, lines);
  if (lanes === 1) emitStatements(e, grid.body);
  else new RowEmitter(e, shape).statements(grid.body);
  e.write(...e.close());
  return shader.text(rows * lanes, e.close());
}

/** The statements of a row that several lanes share. */
class RowEmitter {
  readonly #e: Emission;
  readonly #shape: LoopShape;
  /** Whether lanes could overwrite what others have yet to read. */
  readonly #inPlace: boolean;

  constructor(e: Emission, shape: LoopShape) {
    this.#e = e;
    this.#shape = shape;
    this.#inPlace = e.kernel.operands.some(({ access }) => access === 'readwrite');
  }

  statements(body: readonly Stmt[]): void {
    for (const stmt of body) {
      if (this.#inPlace && (stmt.kind === 'loop' || stmt.kind === 'store'))
        this.#e.write('storageBarrier();');
      if (stmt.kind === 'loop') this.#shared(stmt);
      else emitStatements(this.#e, [stmt], 'alive && l == 0u');
    }
  }

  /** A loop whose iterations the lanes share. */
  #shared(loop: LoopStmt): void {
    const e = this.#e;
    const { lanes } = this.#shape;
    const { axes, body } = nestOf(loop);
    const reduced = reducedIn(loop);
    const partials = reduced.map((acc) => e.partial(acc));
    const limit = e.fresh('limit');
    const t = e.fresh('t');
    e.write(`let ${limit} = select(0, ${tripsText(e, axes)}, alive);`);
    const { bound, lines } = splitCount(e, axes, t);
    e.open(bound, body, lines);
    emitStatements(e, body);
    const inside = e.close();
    e.write(`for (var ${t} = i32(l); ${t} < ${limit}; ${t} += ${lanes}) {`, ...indent(inside), '}');
    partials.forEach(({ name, restore }, i) => {
      restore();
      const acc = reduced[i];
      reduceLanes(e, acc, name, this.#shape);
      e.write(e.fold(acc, e.accumulatorName(acc), name));
    });
  }
}
