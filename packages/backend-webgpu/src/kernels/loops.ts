/**
 * Loop kernels: pointwise, reductions, row kernels, gather, scatter, scan. The grid is spread over workgroups; what is
 * inside runs in one invocation, or is shared by the lanes of a row, which then reduce together in workgroup memory.
 */

import type { LoopKernel } from '@tenfold/ir';
import type { Lowered, Pass, ShaderLayout } from '../lowering/pass.ts';
import { operandsOf } from '../lowering/pass.ts';
import { ShaderBuilder } from '../wgsl/shader.ts';
import { Emission } from './emission.ts';
import { gridOf, splitCount, trips, tripsText } from './grid.ts';
import type { LoopShape } from './loop-shape.ts';
import { RowEmitter, placeLanes } from './row-emitter.ts';
import { emitStatements } from './statements.ts';

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
    e.write(...placeLanes(shape, total));
  }
  const { bound, lines } = splitCount(e, grid.axes, 'count');
  e.open(bound, grid.body, lines);
  if (lanes === 1) emitStatements(e, grid.body);
  else new RowEmitter(e, shape).statements(grid.body);
  e.write(...e.close());
  return shader.text(rows * lanes, e.close());
}
