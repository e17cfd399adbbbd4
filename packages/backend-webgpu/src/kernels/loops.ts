/**
 * Loop kernels: pointwise, reductions, row kernels, gather, scatter, scan. The grid is spread over workgroups; what is
 * inside runs in one invocation, or is shared by the lanes of a row, which then reduce together in workgroup memory.
 */

import type { LoopKernel } from '@tenfold/ir';
import type { Lowered, Pass, ShaderLayout } from '../lowering/pass.ts';
import { operandsOf } from '../lowering/pass.ts';
import { ShaderBuilder } from '../wgsl/shader.ts';
import type { Blocks } from './block.ts';
import { blockOf, blocksOfRow, boundName, emitBlock, wordOperands } from './block.ts';
import { Emission } from './emission.ts';
import { gridOf, splitCount, trips, tripsText } from './grid.ts';
import type { LoopShape } from './loop-shape.ts';
import { RowEmitter, placeLanes } from './row-emitter.ts';
import { emitStatements } from './statements.ts';

export function lowerLoops(kernel: LoopKernel, shape: LoopShape): Lowered {
  const grid = gridOf(kernel);
  const blocks = blocksOf(kernel, shape);
  const whole = blocks.get(undefined);
  const words = wordOperands(kernel, blocks.values());
  const count = (extents: readonly number[]) =>
    Math.ceil(trips(grid.axes, kernel.axes, extents) / (whole?.size ?? 1));
  const pass: Pass = {
    name: kernel.name,
    operands: operandsOf(kernel).map((operand) => ({ ...operand, wholeWords: words.has(operand.operand) })),
    constants: [],
    vectors: kernel.operands.map(({ dtype }) => dtype === 'float32' && whole?.vectors === true),
    groups: (extents) => Math.ceil(count(extents) / shape.rows),
    shader: (layout) => loopShader(kernel, pass, shape, blocks, layout),
  };
  return { passes: [pass], workspaces: [] };
}

/** What is taken in blocks: the grid itself (undefined), or loops that the lanes of a row share. */
function blocksOf(kernel: LoopKernel, { lanes }: LoopShape): Blocks {
  const grid = gridOf(kernel);
  if (lanes > 1) return blocksOfRow(kernel, grid.body);
  const block = blockOf(kernel, grid, trips(grid.axes, kernel.axes));
  return new Map(block ? [[undefined, block]] : []);
}

function loopShader(
  kernel: LoopKernel,
  pass: Pass,
  shape: LoopShape,
  blocks: Blocks,
  layout: ShaderLayout,
): string {
  const shader = new ShaderBuilder(kernel, pass, layout);
  const grid = gridOf(kernel);
  const { rows, lanes } = shape;
  const operands = kernel.operands.map((_, i) => i);
  const e = new Emission(kernel, shader, operands, kernel.body);
  const total = tripsText(e, grid.axes);
  const block = blocks.get(undefined);
  if (lanes > 1) e.write(...placeLanes(shape, total));
  else {
    const place = `i32(group * ${rows}u + lane)`;
    e.write(
      `let count = ${block ? `${place} * ${block.size}` : place};`,
      `if (count >= ${total}) { return; }`,
    );
  }
  const { bound, lines } = splitCount(e, grid.axes, 'count');
  e.open(bound, block ? [] : grid.body, lines);
  if (block) emitBlock(e, block, boundName(bound, block.axis), grid.body);
  else if (lanes === 1) emitStatements(e, grid.body);
  else new RowEmitter(e, shape, blocks).statements(grid.body);
  e.write(...e.close());
  return shader.text(rows * lanes, e.close());
}
