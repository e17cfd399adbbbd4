/** Kernels of one member that has a loop of its own kind: scan, scatter, routines and attention. */

import { unreachable } from '../errors.ts';
import type { OpAttrs } from '../graph/ops.ts';
import type { IndexExpr } from '../index-expr/index-expr.ts';
import type { Kernel, Stmt } from '../kernel/kernel.ts';
import type { SliceNode } from '../run/slice.ts';
import { numel } from '../shape.ts';
import type { Body } from './body.ts';
import type { BufferKey } from './buffers.ts';
import type { EmittedKernel, Memory } from './emission.ts';
import { kernelName, memoryLoad, nestLoops } from './emission.ts';
import { KernelBuilder } from './kernel-builder.ts';
import { flatten } from './movement.ts';
import { copyValues } from './value-table.ts';

export function emitSingleKernel(body: Body, memory: Memory): EmittedKernel {
  const builder = new KernelBuilder(memory.buffers, memory.slice.scalars);
  const node = memory.slice.nodes[body.node];
  const emit = { scan: emitScan, scatter: emitScatter, routine: emitRoutine, attention: emitAttention }[
    body.kind as 'scan' | 'scatter' | 'routine' | 'attention'
  ];
  const made = emit(body, node, memory, builder);
  const kernel = { ...made, name: kernelName(memory, [body.node]), ...builder.parts() };
  return { kernel, ...builder.bindings() };
}

type KernelHead = Kernel extends infer K
  ? K extends Kernel
    ? Omit<K, 'name' | keyof ReturnType<KernelBuilder['parts']>>
    : never
  : never;

/** The buffer that a node is written to. */
function targetOf(body: Body, memory: Memory): BufferKey {
  const [target, ...more] = memory.targets(body.node);
  if (target === undefined || more.length > 0)
    unreachable(`node ${body.node} has ${more.length + 1} targets, not one`);
  return target;
}

function copied(body: Body, memory: Memory, builder: KernelBuilder, variables: readonly IndexExpr[]) {
  return copyValues(body.values, builder.table, {
    axis: (axis) => variables[axis],
    load: (load) => memoryLoad(builder, memory, load),
    scalar: (slot) => builder.scalar(slot),
  });
}

/** Lanes are independent; along a lane, accumulate and store, place after place. */
function emitScan(body: Body, node: SliceNode, memory: Memory, builder: KernelBuilder): KernelHead {
  const { axis, kind } = node.attrs as OpAttrs['scan'];
  const made = body.axes.map((extent) => builder.axis(extent));
  const variables = made.map(({ index }) => index);
  const value = copied(body, memory, builder, variables).ids[body.results[0]];
  const acc = builder.accumulator({ kind, dtype: node.dtype });
  const sum = builder.table.add({ op: 'acc', dtype: node.dtype, acc });
  const index = flatten(variables, node.shape);
  const lane: Stmt[] = [
    { kind: 'init', acc },
    ...nestLoops([made[axis].axis], 'serial', [
      { kind: 'accumulate', acc, value },
      ...memory.targets(body.node).map((buffer) => builder.store(buffer, index, sum)),
    ]),
  ];
  const others = made.filter((_, i) => i !== axis).map((one) => one.axis);
  return { kind: 'loop', accumulators: builder.accumulators, body: nestLoops(others, 'parallel', lane) };
}

/** Lanes are independent; each is copied from the base, then the source is written into it in order. */
function emitScatter(body: Body, node: SliceNode, memory: Memory, builder: KernelBuilder): KernelHead {
  const { axis, mode } = node.attrs as OpAttrs['scatter'];
  const made = body.axes.map((extent) => builder.axis(extent));
  const variables = made.map(({ index }) => index);
  const { ids, index: rewrite } = copied(body, memory, builder, variables);
  const [base, position, source] = body.results.map((id) => ids[id]);
  const at = variables.slice(0, node.shape.length);
  const size = node.shape[axis];
  // A position outside the base is not written.
  const target = builder.table.asIndex(position, -(2 ** 31), 2 ** 31 - 1);
  const guards = [{ index: target, lo: 0, hi: size }];
  for (const [dim, i] of at.entries()) {
    const reach = memory.slice.nodes[node.inputs[1]].shape[dim];
    if (dim !== axis && reach < node.shape[dim]) guards.push({ index: rewrite(i), lo: 0, hi: reach });
  }
  const into = at.map((i, dim) => (dim === axis ? target : i));
  const buffer = targetOf(body, memory);
  if (mode !== 'set') builder.operand(buffer, 'read');
  const write = { ...builder.store(buffer, flatten(into, node.shape), source), guards };
  const lane = [
    ...nestLoops([made[axis].axis], 'parallel', [builder.store(buffer, flatten(at, node.shape), base)]),
    ...nestLoops([made[made.length - 1].axis], 'serial', [
      mode === 'set' ? write : { ...write, combine: mode },
    ]),
  ];
  const others = made.slice(0, -1).filter((_, i) => i !== axis);
  const lanes = others.map((one) => one.axis);
  return { kind: 'loop', accumulators: [], body: nestLoops(lanes, 'parallel', lane) };
}

function emitRoutine(body: Body, node: SliceNode, memory: Memory, builder: KernelBuilder): KernelHead {
  const value = body.values[body.results[0]];
  if (value.op !== 'load') unreachable('a routine reads its input from memory');
  builder.operand(memory.source(value.operand), 'read');
  builder.operand(targetOf(body, memory), 'write');
  if (node.op === 'host') {
    const routine = node.attrs as OpAttrs['host'];
    return { kind: 'host', rows: numel(node.shape) / routine.width, routine };
  }
  const { axis, ...order } = node.attrs as OpAttrs['argsort'];
  const length = node.shape[axis];
  const stride = numel(node.shape.slice(axis + 1));
  const rows = numel(node.shape) / length;
  return { kind: 'routine', routine: { name: 'argsort', rows, length, stride, ...order } };
}

function emitAttention(body: Body, node: SliceNode, memory: Memory, builder: KernelBuilder): KernelHead {
  const made = body.axes.map((extent) => builder.axis(extent));
  const { ids } = copied(
    body,
    memory,
    builder,
    made.map(({ index }) => index),
  );
  const axes = made.map(({ axis }) => axis);
  const [query, key, depth, width] = axes.splice(-4);
  const inputs = body.results.map((id) => ids[id]);
  const output = builder.operand(targetOf(body, memory), 'write');
  const spec = node.attrs as OpAttrs['attention'];
  return { kind: 'attention', ...spec, batch: axes, query, key, depth, width, inputs, output };
}
