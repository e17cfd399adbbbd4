/**
 * The first step of scheduling: the same slice, smaller. Identities vanish, equal nodes become one, constants are
 * folded where that is exact, empty reductions become their identity, and nodes that no output needs are dropped.
 *
 * `recompute` nodes stay: they are what keeps the two sides of a checkpoint apart. Lowering reads through them.
 */

import type { OpAttrs, OpName, ReduceKind } from '../graph/ops.ts';
import { encodeType, specOf } from '../graph/op-table.ts';
import { isFloat } from '../dtype.ts';
import type { DType } from '../dtype.ts';
import { ArgumentError } from '../errors.ts';
import type { Slice, SliceNode, SliceOutput } from '../run/slice.ts';
import { numel, sameShape } from '../shape.ts';
import type { Shape } from '../shape.ts';
import { contractionLabels } from './contraction.ts';
import { foldConstants, widensExactly } from './fold.ts';
import { isView } from './movement.ts';

export interface Simplified {
  readonly slice: Slice;
  /** Nodes that must get a buffer of their own, because the program asked for a copy. */
  readonly forced: ReadonlySet<number>;
}

/** Most storages that one node is written to directly. */
export const MOST_TARGETS = 2;

export function simplify(slice: Slice): Simplified {
  const builder = new Builder();
  const ids: number[] = [];
  for (const node of slice.nodes) ids.push(builder.rewrite(node, (old) => ids[old]));
  const written = new Map<number, number>();
  const outputs = slice.outputs.flatMap(({ node, storage }): SliceOutput[] => {
    const id = ids[node];
    const { op, slot, shape } = builder.nodes[id];
    if (numel(shape) === 0 || (op === 'leaf' && slot === storage)) return [];
    const before = written.get(id) ?? 0;
    written.set(id, before + 1);
    // Kernels with a loop of their own kind write one buffer; others two, so that what they read has room as well.
    const room = op === 'leaf' ? 0 : op === 'argsort' || op === 'host' || op === 'scatter' ? 1 : MOST_TARGETS;
    return [{ node: before < room ? id : builder.copy(id), storage }];
  });
  return compact(slice, builder, outputs);
}

/** Keeps what the outputs need, renumbered. */
function compact(slice: Slice, { nodes, forced }: Builder, outputs: readonly SliceOutput[]): Simplified {
  const live = new Uint8Array(nodes.length);
  for (const { node } of outputs) live[node] = 1;
  for (let id = nodes.length - 1; id >= 0; id--) {
    if (live[id]) for (const input of nodes[id].inputs) live[input] = 1;
  }
  const ids = new Int32Array(nodes.length);
  const kept: SliceNode[] = [];
  nodes.forEach((node, id) => {
    if (!live[id]) return;
    ids[id] = kept.length;
    kept.push({ ...node, inputs: node.inputs.map((input) => ids[input]) });
  });
  return {
    slice: {
      ...slice,
      nodes: kept,
      outputs: outputs.map(({ node, storage }) => ({ node: ids[node], storage })),
    },
    forced: new Set([...forced].filter((id) => live[id]).map((id) => ids[id])),
  };
}

const IDENTITY: { readonly [K in Exclude<ReduceKind, 'argmax' | 'argmin'>]: (dtype: DType) => number } = {
  sum: () => 0,
  prod: () => 1,
  max: (dtype) => (isFloat(dtype) ? -Infinity : (LOWEST[dtype] ?? 0)),
  min: (dtype) => (isFloat(dtype) ? Infinity : (HIGHEST[dtype] ?? 1)),
};
const LOWEST: { readonly [D in DType]?: number } = { int32: -(2 ** 31), int8: -128, int64: -(2 ** 63) };
const HIGHEST: { readonly [D in DType]?: number } = {
  int32: 2 ** 31 - 1,
  int8: 127,
  uint8: 255,
  int64: 2 ** 63,
};

class Builder {
  readonly nodes: SliceNode[] = [];
  readonly forced = new Set<number>();
  /** The number that every element of a node is, where that is known. */
  readonly #constants: (number | undefined)[] = [];
  readonly #known = new Map<string, number>();

  /** The new id of an old node, whose inputs `of` gives new ids for. */
  rewrite(node: SliceNode, of: (old: number) => number): number {
    const inputs = node.inputs.map(of);
    const { op, attrs, shape, dtype, slot } = node;
    switch (op) {
      case 'detach':
      case 'custom':
        return inputs[0];
      case 'contiguous':
        return this.#contiguous(inputs[0]);
      case 'recompute':
        return this.#append({ op, inputs, attrs, shape, dtype, slot }, undefined);
    }
    const next: SliceNode = { op, inputs, attrs, shape, dtype, slot };
    return this.#simpler(next) ?? this.#add(next);
  }

  /** A new node with the value of another: a constant is written again, anything else is copied. */
  copy(id: number): number {
    const node = this.nodes[id];
    const constant = this.#constants[id];
    if (constant !== undefined) return this.#append({ ...node }, constant);
    const { shape, dtype } = node;
    return this.#append(made('contiguous', [id], undefined, shape, dtype), undefined);
  }

  /** A copy of what is in memory anyway, or of a constant, is the thing itself. */
  #contiguous(input: number): number {
    if (this.nodes[input].op !== 'leaf' && this.#constants[input] === undefined) this.forced.add(input);
    return input;
  }

  #append(node: SliceNode, constant: number | undefined): number {
    this.nodes.push(node);
    this.#constants.push(constant);
    return this.nodes.length - 1;
  }

  #add(node: SliceNode): number {
    const numbers: number[] = [node.slot];
    specOf(node.op).encode?.(node.attrs, numbers);
    encodeType(node, numbers);
    // Joining would write -0 as 0.
    const key = `${node.op}(${node.inputs.join(',')})${numbers.map((n) => (Object.is(n, -0) ? '-0' : n)).join(',')}`;
    let id = this.#known.get(key);
    if (id === undefined) {
      id = this.#append(node, this.#constantOf(node));
      this.#known.set(key, id);
    }
    return id;
  }

  #constantOf({ op, inputs, attrs }: SliceNode): number | undefined {
    if (op === 'const') return (attrs as OpAttrs['const']).value;
    return isView(op) ? this.#constants[inputs[0]] : undefined;
  }

  #fill(value: number, dtype: DType, shape: Shape): number {
    const number = this.#add(made('const', [], { value, dtype }, [], dtype));
    return shape.length === 0 ? number : this.#add(made('expand', [number], { shape }, shape, dtype));
  }

  /** An existing or simpler node with the same value. */
  #simpler(node: SliceNode): number | undefined {
    const { op, inputs, shape, dtype } = node;
    const input = inputs.length > 0 ? this.nodes[inputs[0]] : node;
    switch (specOf(op).class) {
      case 'elementwise':
        return this.#elementwise(node);
      case 'movement':
        return this.#movement(node, input);
      case 'reduce':
        return this.#reduce(node, input);
      case 'contract': {
        const spec = node.attrs as OpAttrs['contract'];
        const empty = contractionLabels(spec).k.some((label) => spec.extents[label] === 0);
        return empty ? this.#fill(0, dtype, shape) : undefined;
      }
      case 'indexed':
        return op === 'scatter' && numel(this.nodes[inputs[1]].shape) === 0 ? inputs[0] : undefined;
      default:
        return undefined;
    }
  }

  #elementwise({ op, inputs, shape, dtype }: SliceNode): number | undefined {
    const constants = inputs.map((input) => this.#constants[input]);
    const from = this.nodes[inputs[inputs.length - 1]].dtype;
    if (constants.every((value) => value !== undefined)) {
      const folded = foldConstants(op, constants, from, dtype);
      if (folded !== undefined) return this.#fill(folded, dtype, shape);
    }
    const [x, y, z] = inputs;
    const [, c] = constants;
    switch (op) {
      case 'cast':
        return from === dtype ? x : this.#castBack(x, dtype);
      case 'neg':
        return this.nodes[x].op === 'neg' ? this.nodes[x].inputs[0] : undefined;
      case 'add':
        // -0 is what leaves every float alone: -0 + 0 is 0.
        if (c === 0 && (Object.is(c, -0) || !isFloat(dtype))) return x;
        if (constants[0] === 0 && (Object.is(constants[0], -0) || !isFloat(dtype))) return y;
        return undefined;
      case 'sub':
        return Object.is(c, 0) ? x : undefined;
      case 'mul':
        if (constants[0] === 1) return y;
        return c === 1 ? x : undefined;
      case 'div':
        return c === 1 ? x : undefined;
      case 'pow':
        if (c === 1) return x;
        return c === 2 ? this.#add(made('mul', [x, x], undefined, shape, dtype)) : undefined;
      case 'where':
        if (y === z) return y;
        return constants[0] === undefined ? undefined : constants[0] !== 0 ? y : z;
      default:
        return undefined;
    }
  }

  /** What a cast to a wider dtype was made of, where it is cast back. */
  #castBack(id: number, dtype: DType): number | undefined {
    const { op, inputs, dtype: wide } = this.nodes[id];
    if (op !== 'cast' || this.nodes[inputs[0]].dtype !== dtype) return undefined;
    return widensExactly(dtype, wide) ? inputs[0] : undefined;
  }

  #movement({ op, inputs, attrs, shape, dtype }: SliceNode, input: SliceNode): number | undefined {
    const value = this.#constants[inputs[0]];
    if (op === 'pad') {
      const padding = (attrs as OpAttrs['pad']).value;
      if (numel(input.shape) === 0 || Object.is(value, padding)) return this.#fill(padding, dtype, shape);
    }
    if (value !== undefined && op !== 'pad') {
      const isFill = op === 'expand' && input.op === 'const';
      if (!isFill) return this.#fill(value, dtype, shape);
    }
    if (op === 'reshape' && input.op === 'reshape') {
      return this.#reshaped(input.inputs[0], shape, dtype);
    }
    return sameShape(shape, input.shape) && leavesInPlace(op, attrs, inputs) ? inputs[0] : undefined;
  }

  #reshaped(input: number, shape: Shape, dtype: DType): number {
    if (sameShape(this.nodes[input].shape, shape)) return input;
    return this.#add(made('reshape', [input], { shape }, shape, dtype));
  }

  #reduce({ inputs, attrs, shape, dtype }: SliceNode, input: SliceNode): number | undefined {
    const { kind, axes } = attrs as OpAttrs['reduce'];
    const position = kind === 'argmax' || kind === 'argmin';
    if (numel(shape) > 0 && axes.some((axis) => input.shape[axis] === 0)) {
      if (position)
        throw new ArgumentError(
          `${kind}: there is no extremum over axes [${axes}] of [${input.shape}], which are empty`,
        );
      return this.#fill(IDENTITY[kind](dtype), dtype, shape);
    }
    if (axes.some((axis) => input.shape[axis] !== 1)) return undefined;
    return position ? this.#fill(0, dtype, shape) : this.#reshaped(inputs[0], shape, dtype);
  }
}

function made<K extends OpName>(
  op: K,
  inputs: readonly number[],
  attrs: OpAttrs[K],
  shape: Shape,
  dtype: DType,
): SliceNode {
  return { op, inputs, attrs, shape, dtype, slot: -1 };
}

/** Whether a view of an unchanged shape leaves every element where it is. */
function leavesInPlace(op: OpName, attrs: OpAttrs[OpName], inputs: readonly number[]): boolean {
  switch (op) {
    case 'reshape':
    case 'expand':
      return true;
    case 'permute':
      return (attrs as OpAttrs['permute']).axes.every((axis, i) => axis === i);
    case 'flip':
      return (attrs as OpAttrs['flip']).axes.length === 0;
    case 'pad':
    case 'slice':
      return inputs.length === 1;
    default:
      return false;
  }
}
