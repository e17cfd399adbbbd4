/**
 * From a node to its body: walks from the node towards memory, inlining everything that has no buffer of its own.
 * Movement changes only where the input is read; a realized node becomes a load. It decides nothing: which nodes are
 * realized is an argument.
 */

import type { BinaryOp, OpAttrs, OpName, ReduceKind } from '../graph/ops.ts';
import { specOf } from '../graph/op-table.ts';
import type { IndexExpr } from '../index-expr/index-expr.ts';
import { ZERO, add, constant, div, mod, scale, variable } from '../index-expr/index-expr.ts';
import { usefulGuards } from '../kernel/inspect.ts';
import type { Guard, Value, ValueId } from '../kernel/kernel.ts';
import type { Slice, SliceNode } from '../run/slice.ts';
import { numel } from '../shape.ts';
import type { Body, BodyKind } from './body.ts';
import { affinePoint, contractionKind, contractionLabels, labelVariable } from './contraction.ts';
import type { Point } from './movement.ts';
import { flatten, isView, paddedPoint, viewedPoint } from './movement.ts';
import type { LoadValue, Operation } from './value-table.ts';
import { ValueTable, guardsKey, operation } from './value-table.ts';

/** How a node is computed when it gets a buffer. */
export function bodyKind(slice: Slice, id: number): BodyKind {
  const node = slice.nodes[id];
  switch (node.op) {
    case 'reduce':
    case 'scan':
    case 'attention':
      return node.op;
    case 'argsort':
    case 'host':
      return 'routine';
    case 'scatter':
      return isOneHot(slice, node) ? 'pointwise' : 'scatter';
    case 'contract': {
      const kind = contractionKind(node.attrs as OpAttrs['contract'], (input) =>
        isStored(slice, node.inputs[input]),
      );
      return kind === 'product' ? 'pointwise' : kind;
    }
    default:
      return 'pointwise';
  }
}

/** Whether a node is what lies in memory, but for its type and the order of its axes. */
function isStored(slice: Slice, id: number): boolean {
  const { op, inputs } = slice.nodes[id];
  return (
    op === 'leaf' || (['cast', 'reshape', 'permute', 'slice'].includes(op) && isStored(slice, inputs[0]))
  );
}

/** A scatter of one position a lane: each element of the output either is that position or is not. */
function isOneHot({ nodes }: Slice, { inputs, attrs }: SliceNode): boolean {
  const { axis } = attrs as OpAttrs['scatter'];
  const [base, index] = [nodes[inputs[0]].shape, nodes[inputs[1]].shape];
  return index.every((size, i) => size === (i === axis ? 1 : base[i]));
}

/** Lowers one node over the realized ones. */
export function lowerBody(slice: Slice, realized: ReadonlySet<number>, id: number): Body {
  return new Lowering(slice, realized).body(id);
}

/** Where a value is wanted: coordinates, and the guards outside of which nothing is read. */
interface Place {
  readonly at: Point;
  readonly guards: readonly Guard[];
  readonly key: string;
}

function place(at: Point, guards: readonly Guard[] = []): Place {
  let key = guardsKey(guards);
  for (const index of at) key += `,${index.key}`;
  return { at, guards, key };
}

class Lowering {
  readonly #slice: Slice;
  readonly #realized: ReadonlySet<number>;
  readonly #table = new ValueTable();
  readonly #known = new Map<number, Map<string, ValueId>>();

  constructor(slice: Slice, realized: ReadonlySet<number>) {
    this.#slice = slice;
    this.#realized = realized;
  }

  body(id: number): Body {
    const node = this.#slice.nodes[id];
    const kind = bodyKind(this.#slice, id);
    switch (node.op) {
      case 'reduce':
        return this.#reduce(id, node, node.attrs as OpAttrs['reduce']);
      case 'contract':
        if (kind !== 'pointwise') return this.#contract(id, kind, node, node.attrs as OpAttrs['contract']);
        break;
      case 'attention':
        return this.#attention(id, node);
      case 'scatter':
        if (kind === 'scatter') return this.#scatter(id, node, node.attrs as OpAttrs['scatter']);
        break;
    }
    const space = node.shape.map((_, axis) => axis);
    const at = place(node.shape.map((size, axis) => variable(axis, size)));
    const ownInput = kind === 'scan' || kind === 'routine';
    const result = ownInput ? this.#value(node.inputs[0], at) : this.#expression(id, at);
    return this.#finish({ node: id, kind, axes: node.shape, space, inner: [], results: [result] });
  }

  #finish(body: Omit<Body, 'values' | 'reads'>): Body {
    const { values } = this.#table;
    return { ...body, values, reads: values.filter((value): value is LoadValue => value.op === 'load') };
  }

  #reduce(id: number, node: SliceNode, { axes: reduced, kind }: OpAttrs['reduce']): Body {
    const input = this.#slice.nodes[node.inputs[0]];
    const kept = input.shape.map((_, axis) => axis).filter((axis) => !reduced.includes(axis));
    const at = input.shape.map((size, axis) => variable(axis, size));
    const results = [this.#value(node.inputs[0], place(at))];
    if (kind === 'argmax' || kind === 'argmin') {
      const index = flatten(
        reduced.map((axis) => at[axis]),
        reduced.map((axis) => input.shape[axis]),
      );
      results.push(this.#table.add({ op: 'index', dtype: 'int32', index }));
    }
    return this.#finish({
      node: id,
      kind: 'reduce',
      axes: input.shape,
      space: kept,
      inner: reduced,
      results,
      combine: kind,
    });
  }

  #contract(id: number, kind: BodyKind, node: SliceNode, spec: OpAttrs['contract']): Body {
    const factors = this.#factors(node, spec, labelVariable(spec), []);
    const inner = contractionLabels(spec).k;
    const shared = { node: id, kind, axes: spec.extents, space: spec.out, inner };
    if (kind === 'contract') return this.#finish({ ...shared, results: factors });
    const product = this.#table.add({ op: 'mul', dtype: node.dtype, inputs: factors });
    return this.#finish({ ...shared, results: [product], combine: 'sum' });
  }

  #factors(
    node: SliceNode,
    spec: OpAttrs['contract'],
    label: (label: number) => IndexExpr,
    outer: readonly Guard[],
  ): [ValueId, ValueId] {
    const factor = (input: number, dims: OpAttrs['contract']['a']) => {
      const { point, guards } = affinePoint(dims, this.#slice.nodes[input].shape, label);
      return this.#zeroOutside(input, point, guards, outer);
    };
    return [factor(node.inputs[0], spec.a), factor(node.inputs[1], spec.b)];
  }

  /** Axes: the batch's dimensions, then those along queries, keys, a key's elements, a value's elements. */
  #attention(id: number, { inputs }: SliceNode): Body {
    const [query, key, value] = inputs.map((input) => this.#slice.nodes[input].shape);
    const rank = query.length;
    const axes = [...query.slice(0, -1), key[rank - 2], query[rank - 1], value[rank - 1]];
    const at = axes.map((extent, axis) => variable(axis, extent));
    const batch = at.slice(0, rank - 2);
    const [l, s, e, v] = at.slice(rank - 2);
    const rows = inputs.length > 5 ? [[l, v], [l], [l]] : [];
    const points = [[l, e], [s, e], [s, v], undefined, ...rows, [l, s]];
    const results = inputs.map((input, i) => {
      const own = points[i];
      return own ? this.#value(input, place([...batch, ...own])) : this.#only(input);
    });
    const ids = axes.map((_, axis) => axis);
    const [space, inner] = [ids.slice(0, rank - 2), ids.slice(rank - 2)];
    return this.#finish({ node: id, kind: 'attention', axes, space, inner, results });
  }

  /** Axes: the base's dimensions, then the source's positions along the scattered axis. */
  #scatter(id: number, node: SliceNode, { axis }: OpAttrs['scatter']): Body {
    const [base, index, source] = node.inputs;
    const indexShape = this.#slice.nodes[index].shape;
    const at = node.shape.map((size, i) => variable(i, size));
    const extra = node.shape.length;
    const from = at.map((i, dim) => (dim === axis ? variable(extra, indexShape[axis]) : i));
    const guards = indexShape.flatMap((size, dim): Guard[] =>
      dim !== axis && size < node.shape[dim] ? [{ index: at[dim], lo: 0, hi: size }] : [],
    );
    const lane = place(from, guards);
    return this.#finish({
      node: id,
      kind: 'scatter',
      axes: [...node.shape, indexShape[axis]],
      space: node.shape.map((_, i) => i),
      inner: [extra],
      results: [this.#value(base, place(at)), this.#value(index, lane), this.#value(source, lane)],
    });
  }

  /** A node's value at a place: a load if it is in memory by then. */
  #value(id: number, where: Place): ValueId {
    let known = this.#known.get(id);
    if (!known) this.#known.set(id, (known = new Map()));
    let value = known.get(where.key);
    if (value === undefined) {
      const node = this.#slice.nodes[id];
      value =
        node.op === 'leaf' || this.#realized.has(id)
          ? this.#load(id, node, where)
          : this.#expression(id, where);
      known.set(where.key, value);
    }
    return value;
  }

  #load(operand: number, { dtype, shape }: SliceNode, { at, guards }: Place): ValueId {
    return this.#table.add({ op: 'load', dtype, operand, index: flatten(at, shape), guards });
  }

  #const(value: number, dtype: SliceNode['dtype']): ValueId {
    return this.#table.add({ op: 'const', dtype, value });
  }

  /** A node's value at a place, computed there from its inputs. */
  #expression(id: number, where: Place): ValueId {
    const node = this.#slice.nodes[id];
    const { op, inputs, dtype } = node;
    if (isView(op)) return this.#view(node, where);
    switch (op) {
      case 'const':
        return this.#const((node.attrs as OpAttrs['const']).value, dtype);
      case 'scalar':
        return this.#table.add({ op, dtype, slot: node.slot });
      case 'leaf':
        return this.#load(id, node, where);
      case 'iota':
        return this.#index(where.at[(node.attrs as OpAttrs['iota']).axis] ?? ZERO);
      case 'random': {
        const counter = this.#index(flatten(where.at, node.shape));
        const [key0, key1] = inputs.map((key) => this.#only(key));
        return this.#table.add({ op, dtype, inputs: [counter, key0, key1] });
      }
      case 'pad':
        return this.#pad(node, node.attrs as OpAttrs['pad'], where);
      case 'gather':
        return this.#gather(node, node.attrs as OpAttrs['gather'], where);
      case 'scatter':
        return this.#oneHot(node, node.attrs as OpAttrs['scatter'], where);
      case 'contract': {
        const spec = node.attrs as OpAttrs['contract'];
        const label = (l: number) => (spec.out.includes(l) ? where.at[spec.out.indexOf(l)] : ZERO);
        return this.#table.add({ op: 'mul', dtype, inputs: this.#factors(node, spec, label, where.guards) });
      }
    }
    // Identities read their first input; what is left is elementwise.
    if (specOf(op).class === 'identity') return this.#value(inputs[0], where);
    const operands = inputs.map((input) => this.#value(input, where));
    const index = dtype === 'int32' ? this.#indexArithmetic(op, operands) : undefined;
    if (index) return this.#index(index);
    return this.#table.add(operation(op as Operation['op'], dtype, operands));
  }

  /** Arithmetic on positions, as an index: what is read there is then a view like any other. */
  #indexArithmetic(op: OpName, operands: readonly ValueId[]): IndexExpr | undefined {
    if (operands.length !== 2) return undefined;
    const [x, y] = operands.map((id) => this.#table.values[id]);
    const isIndex = (value: Value) => value.op === 'index' || value.op === 'const';
    if (!isIndex(x) || !isIndex(y) || (x.op === 'const' && y.op === 'const')) return undefined;
    const [a, b] = operands.map((id) => this.#table.asIndex(id, 0, 0));
    const result = combineIndices(op, a, b);
    // Beyond int32 the arithmetic would have wrapped.
    return result && result.min >= -(2 ** 31) && result.max < 2 ** 31 ? result : undefined;
  }

  #index(index: IndexExpr): ValueId {
    if (index.terms.length === 0) return this.#const(index.constant, 'int32');
    return this.#table.add({ op: 'index', dtype: 'int32', index });
  }

  /** The value of a node that holds one element. */
  #only(id: number): ValueId {
    return this.#value(id, place(this.#slice.nodes[id].shape.map(() => ZERO)));
  }

  #view(node: SliceNode, where: Place): ValueId {
    const [source, runtime] = node.inputs;
    const input = this.#slice.nodes[source];
    let at = viewedPoint(node, input, where.at);
    if (runtime !== undefined && at.length > 0 && numel(node.shape) > 0) {
      const { start, step } = node.attrs as OpAttrs['slice'];
      const last = input.shape[0] - 1 - (node.shape[0] - 1) * step[0];
      const shift = this.#clamped(this.#only(runtime), -start[0], last - start[0]);
      at = [add(at[0], shift), ...at.slice(1)];
    }
    return this.#value(source, place(at, where.guards));
  }

  /** A computed int32, kept within bounds so that no index built from it can leave its operand. */
  #clamped(id: ValueId, lo: number, hi: number): IndexExpr {
    const value = this.#table.values[id];
    if (value.op === 'index' && value.index.min >= lo && value.index.max <= hi) return value.index;
    if (lo === hi) return constant(lo);
    if (value.op === 'const') return constant(Math.min(Math.max(value.value, lo), hi));
    const raised = this.#table.add({ op: 'max', dtype: 'int32', inputs: [id, this.#const(lo, 'int32')] });
    const bounded = this.#table.add({
      op: 'min',
      dtype: 'int32',
      inputs: [raised, this.#const(hi, 'int32')],
    });
    return this.#table.asIndex(bounded, lo, hi);
  }

  #pad(node: SliceNode, attrs: OpAttrs['pad'], where: Place): ValueId {
    const [source] = node.inputs;
    const { point, guards } = paddedPoint(attrs, this.#slice.nodes[source].shape, where.at);
    if (Object.is(attrs.value, 0)) return this.#zeroOutside(source, point, guards, where.guards);
    const useful = usefulGuards(guards);
    if (!useful) return this.#const(attrs.value, node.dtype);
    const value = this.#value(source, place(point, [...where.guards, ...useful]));
    return this.#choose(useful, value, this.#const(attrs.value, node.dtype));
  }

  /** A node's value where the guards hold, else 0; a load does that by itself. */
  #zeroOutside(id: number, at: Point, guards: readonly Guard[], outer: readonly Guard[]): ValueId {
    const { dtype } = this.#slice.nodes[id];
    const useful = usefulGuards(guards);
    if (!useful) return this.#const(0, dtype);
    const value = this.#value(id, place(at, [...outer, ...useful]));
    return this.#isZeroOutside(value) ? value : this.#choose(useful, value, this.#const(0, dtype));
  }

  #isZeroOutside(id: ValueId): boolean {
    const value = this.#table.values[id];
    return value.op === 'load' || (value.op === 'cast' && this.#isZeroOutside(value.inputs[0]));
  }

  #choose(guards: readonly Guard[], inside: ValueId, outside: ValueId): ValueId {
    if (guards.length === 0 || inside === outside) return inside;
    const { dtype } = this.#table.values[inside];
    const condition = this.#table.add({ op: 'inside', dtype: 'bool', guards });
    return this.#table.add({ op: 'where', dtype, inputs: [condition, inside, outside] });
  }

  #gather({ inputs: [source, index] }: SliceNode, { axis }: OpAttrs['gather'], where: Place): ValueId {
    const size = this.#slice.nodes[source].shape[axis];
    const position = this.#clamped(this.#value(index, where), 0, size - 1);
    const at = where.at.map((i, dim) => (dim === axis ? position : i));
    return this.#value(source, place(at, where.guards));
  }

  #oneHot(node: SliceNode, { axis, mode }: OpAttrs['scatter'], where: Place): ValueId {
    const { inputs, dtype } = node;
    const lane = place(
      where.at.map((i, dim) => (dim === axis ? ZERO : i)),
      where.guards,
    );
    const [base, index, source] = [
      this.#value(inputs[0], where),
      this.#value(inputs[1], lane),
      this.#value(inputs[2], lane),
    ];
    const here = this.#table.add({ op: 'eq', dtype: 'bool', inputs: [this.#index(where.at[axis]), index] });
    const written =
      mode === 'set' ? source : this.#table.add({ op: COMBINE[mode], dtype, inputs: [base, source] });
    return this.#table.add({ op: 'where', dtype, inputs: [here, written, base] });
  }
}

function combineIndices(op: OpName, a: IndexExpr, b: IndexExpr): IndexExpr | undefined {
  const number = b.terms.length === 0 ? b.constant : undefined;
  switch (op) {
    case 'add':
      return add(a, b);
    case 'sub':
      return add(a, scale(b, -1));
    case 'mul':
      if (number !== undefined) return scale(a, number);
      return a.terms.length === 0 ? scale(b, a.constant) : undefined;
    case 'idiv':
      return number !== undefined && number > 0 ? div(a, number) : undefined;
    case 'mod':
      return number !== undefined && number > 0 ? mod(a, number) : undefined;
    default:
      return undefined;
  }
}

/** The binary operation of a reduction or a combining store. */
export const COMBINE = { sum: 'add', prod: 'mul', max: 'max', min: 'min' } as const satisfies {
  readonly [K in Exclude<ReduceKind, 'argmax' | 'argmin'>]: BinaryOp;
};
