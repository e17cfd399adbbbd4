/**
 * Small kernels of every kind whose code is shaped for pairing: elementwise functions, rows with reductions, a long sum,
 * a product with tails on all sides, and attention.
 */

import type { AttentionKernel, AttentionResult, ContractKernel, IndexExpr, Kernel, LoopKernel, Operand, Stmt, Value } from '@tenfold/ir'; // prettier-ignore
import { add, scale, variable, ZERO } from '@tenfold/ir';

const dtype = 'float32';

/** A table of float32 values that grows as kernels are written down. */
class Values {
  readonly list: Value[] = [];

  load(operand: number, index: IndexExpr): number {
    return this.list.push({ op: 'load', dtype, operand, index, guards: [] }) - 1;
  }

  number(value: number): number {
    return this.list.push({ op: 'const', dtype, value }) - 1;
  }

  accumulator(acc: number): number {
    return this.list.push({ op: 'acc', dtype, acc }) - 1;
  }

  unary(op: 'exp' | 'log' | 'tanh' | 'erf' | 'sqrt' | 'recip' | 'abs' | 'neg' | 'round', x: number): number {
    return this.list.push({ op, dtype, inputs: [x] }) - 1;
  }

  binary(op: 'add' | 'sub' | 'mul' | 'div' | 'max' | 'min', a: number, b: number): number {
    return this.list.push({ op, dtype, inputs: [a, b] }) - 1;
  }

  where(condition: number, a: number, b: number): number {
    return this.list.push({ op: 'where', dtype, inputs: [condition, a, b] }) - 1;
  }

  less(a: number, b: number): number {
    return this.list.push({ op: 'lt', dtype: 'bool', inputs: [a, b] }) - 1;
  }
}

const store = (operand: number, index: IndexExpr, value: number): Stmt => ({
  kind: 'store', operand, index, guards: [], value,
}); // prettier-ignore
const operand = (access: 'read' | 'write', elements: number): Operand => ({ dtype, access, elements });

/** Functions of two vectors, each stored to a vector of its own. */
function elementwise(count: number): LoopKernel {
  const values = new Values();
  const at = variable(0, count);
  const [x, y] = [values.load(0, at), values.load(1, at)];
  const size = values.unary('abs', x);
  const results = [
    ...(['exp', 'tanh', 'erf', 'neg', 'round'] as const).map((op) => values.unary(op, x)),
    ...(['log', 'sqrt', 'recip'] as const).map((op) => values.unary(op, size)),
    ...(['add', 'sub', 'mul', 'div', 'max', 'min'] as const).map((op) => values.binary(op, x, y)),
    values.where(values.less(x, y), values.binary('mul', x, values.number(0.5)), y),
  ];
  const outputs = results.map(() => operand('write', count));
  return {
    kind: 'loop',
    name: 'elementwise',
    operands: [operand('read', count), operand('read', count), ...outputs],
    scalars: [],
    axes: [count],
    values: values.list,
    accumulators: [],
    body: [
      {
        kind: 'loop',
        axis: 0,
        order: 'parallel',
        body: results.map((value, i) => store(2 + i, at, value)),
      },
    ],
  };
}

/** Softmax over rows. */
function rows(count: number, length: number): LoopKernel {
  const values = new Values();
  const at = add(scale(variable(0, count), length), variable(1, length));
  const x = values.load(0, at);
  const shifted = values.unary('exp', values.binary('sub', x, values.accumulator(0)));
  const share = values.binary('div', shifted, values.accumulator(1));
  const along = (order: 'reduce' | 'parallel', stmt: Stmt): Stmt => ({
    kind: 'loop', axis: 1, order, body: [stmt],
  }); // prettier-ignore
  return {
    kind: 'loop',
    name: 'rows',
    operands: [operand('read', count * length), operand('write', count * length)],
    scalars: [],
    axes: [count, length],
    values: values.list,
    accumulators: [
      { kind: 'max', dtype },
      { kind: 'sum', dtype },
    ],
    body: [
      {
        kind: 'loop',
        axis: 0,
        order: 'parallel',
        body: [
          { kind: 'init', acc: 0 },
          along('reduce', { kind: 'accumulate', acc: 0, value: x }),
          { kind: 'init', acc: 1 },
          along('reduce', { kind: 'accumulate', acc: 1, value: shifted }),
          along('parallel', store(1, at, share)),
        ],
      },
    ],
  };
}

/** The sum of squares of a long vector. */
function sum(count: number): LoopKernel {
  const values = new Values();
  const x = values.load(0, variable(0, count));
  const square = values.binary('mul', x, x);
  const result = values.accumulator(0);
  return {
    kind: 'loop',
    name: 'sum',
    operands: [operand('read', count), operand('write', 1)],
    scalars: [],
    axes: [count],
    values: values.list,
    accumulators: [{ kind: 'sum', dtype }],
    body: [
      { kind: 'init', acc: 0 },
      { kind: 'loop', axis: 0, order: 'reduce', body: [{ kind: 'accumulate', acc: 0, value: square }] },
      store(1, ZERO, result),
    ],
  };
}

/** max(a · b + bias, 0). */
export function product(m: number, n: number, k: number): ContractKernel {
  const values = new Values();
  const [row, column, depth] = [variable(0, m), variable(1, n), variable(2, k)];
  const at = add(scale(row, n), column);
  const a = values.load(0, add(scale(row, k), depth));
  const b = values.load(1, add(scale(depth, n), column));
  const biased = values.binary('add', values.accumulator(0), values.load(2, column));
  const result = values.binary('max', biased, values.number(0));
  return {
    kind: 'contract',
    name: 'product',
    operands: [operand('read', m * k), operand('read', k * n), operand('read', n), operand('write', m * n)],
    scalars: [],
    axes: [m, n, k],
    values: values.list,
    accumulators: [{ kind: 'sum', dtype }],
    batch: [],
    m: [0],
    n: [1],
    k: [2],
    a,
    b,
    epilogue: [store(3, at, result)],
  };
}

/** Causal attention of one head, or its gradients. */
function attention(result: AttentionResult, tokens: number, size: number): AttentionKernel {
  const values = new Values();
  const [query, key, depth, width] = [0, 1, 2, 3].map((axis) => variable(axis, axis < 2 ? tokens : size));
  const isGradient = result === 'gradients';
  const places = [[query, depth], [key, depth], [key, width], [query, width], [query], [query]];
  const read = places
    .slice(0, isGradient ? 6 : 3)
    .map(([row, column]) => (column ? add(scale(row, size), column) : row));
  const inputs = read.map((index, i) => values.load(i, index));
  inputs.splice(3, 0, values.number(0.01));
  const operands = read.map(({ max }) => operand('read', max + 1));
  const written = operand('write', isGradient ? 3 * tokens * size : tokens * (size + 1));
  return {
    kind: 'attention',
    name: `attention ${result}`,
    result,
    causal: true,
    operands: [...operands, written],
    scalars: [],
    axes: [tokens, tokens, size, size],
    values: values.list,
    batch: [],
    query: 0,
    key: 1,
    depth: 2,
    width: 3,
    inputs,
    output: operands.length,
  };
}

export function sampleKernels(): readonly Kernel[] {
  return [
    elementwise(1003),
    rows(3, 1021),
    rows(4, 1024),
    sum(60_011),
    product(37, 75, 301),
    attention('output', 131, 22),
    attention('gradients', 131, 22),
  ];
}
