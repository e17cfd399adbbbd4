/** Kernels that several tests use, as a scheduler would write them. */

import type { AttentionKernel, AttentionResult, IndexExpr, Kernel, LoopKernel } from '@tenfold/ir';
import { add, scale, ZERO } from '@tenfold/ir';
import { accumulate, init, KernelBuilder, parallel, reduce, store } from '@tenfold/testing';

const f = 'float32';

/** y = gelu(x), the tanh approximation. */
export function gelu(count: number): LoopKernel {
  const k = new KernelBuilder('gelu');
  const [x, y] = [k.operand(f, count, 'read'), k.operand(f, count, 'write')];
  const i = k.axis(count);
  const c = (value: number) => k.constant(value, f);
  const v = k.load(x, i.index);
  const cube = k.binary('mul', k.binary('mul', v, v), v);
  const inner = k.binary('mul', c(0.7978845608), k.binary('add', v, k.binary('mul', c(0.044715), cube)));
  const half = k.binary('mul', c(0.5), v);
  const out = k.binary('mul', half, k.binary('add', c(1), k.unary('tanh', inner)));
  return k.loops([parallel(i, [store(y, i.index, out)])]);
}

/** a += b, in place. */
export function addInPlace(count: number): LoopKernel {
  const k = new KernelBuilder('add_in_place');
  const [a, b] = [k.operand(f, count, 'readwrite'), k.operand(f, count, 'read')];
  const i = k.axis(count);
  const sum = k.binary('add', k.load(a, i.index), k.load(b, i.index));
  return k.loops([parallel(i, [store(a, i.index, sum)])]);
}

/** One number: the sum of all elements. */
export function sum(count: number): LoopKernel {
  const k = new KernelBuilder('sum');
  const [x, y] = [k.operand(f, count, 'read'), k.operand(f, 1, 'write')];
  const i = k.axis(count);
  const s = k.accumulator('sum', f);
  return k.loops([init(s), reduce(i, [accumulate(s, k.load(x, i.index))]), store(y, ZERO, k.acc(s))]);
}

/** The sums of the columns of a matrix. */
export function columnSums(rows: number, columns: number): LoopKernel {
  const k = new KernelBuilder('column_sums');
  const [x, y] = [k.operand(f, rows * columns, 'read'), k.operand(f, columns, 'write')];
  const [r, c] = [k.axis(rows), k.axis(columns)];
  const s = k.accumulator('sum', f);
  const element = k.load(x, add(scale(r.index, columns), c.index));
  return k.loops([parallel(c, [init(s), reduce(r, [accumulate(s, element)]), store(y, c.index, k.acc(s))])]);
}

/** Softmax of each row. */
export function softmax(rows: number, columns: number): LoopKernel {
  const k = new KernelBuilder('softmax');
  const [x, y] = [k.operand(f, rows * columns, 'read'), k.operand(f, rows * columns, 'write')];
  const [r, a, b, c] = [k.axis(rows), k.axis(columns), k.axis(columns), k.axis(columns)];
  const [m, s] = [k.accumulator('max', f), k.accumulator('sum', f)];
  const at = (axis: typeof a) => add(scale(r.index, columns), axis.index);
  const exponential = (axis: typeof a) => k.unary('exp', k.binary('sub', k.load(x, at(axis)), k.acc(m)));
  return k.loops([
    parallel(r, [
      init(m),
      reduce(a, [accumulate(m, k.load(x, at(a)))]),
      init(s),
      reduce(b, [accumulate(s, exponential(b))]),
      parallel(c, [store(y, at(c), k.binary('div', exponential(c), k.acc(s)))]),
    ]),
  ]);
}

/** relu(a @ b + bias). */
export function linear(rows: number, columns: number, depth: number): Kernel {
  const k = new KernelBuilder('linear');
  const [a, b] = [k.operand(f, rows * depth, 'read'), k.operand(f, depth * columns, 'read')];
  const [bias, y] = [k.operand(f, columns, 'read'), k.operand(f, rows * columns, 'write')];
  const [m, n, d] = [k.axis(rows), k.axis(columns), k.axis(depth)];
  const acc = k.accumulator('sum', f);
  const result = k.binary('max', k.binary('add', k.acc(acc), k.load(bias, n.index)), k.constant(0, f));
  return k.contract({
    batch: [],
    m: [m.id],
    n: [n.id],
    k: [d.id],
    a: k.load(a, add(scale(m.index, depth), d.index)),
    b: k.load(b, add(scale(d.index, columns), n.index)),
    epilogue: [store(y, add(scale(m.index, columns), n.index), result)],
  });
}

/** Causal attention of `heads` heads, or a gradient of it, over arrays [heads, tokens, size]. */
export function attention(
  result: AttentionResult,
  heads: number,
  tokens: number,
  size: number,
): AttentionKernel {
  const b = new KernelBuilder(`${result} of attention`);
  const [head, query, key, depth, width] = [heads, tokens, tokens, size, size].map((n) => b.axis(n));
  const input = (...axes: readonly { readonly index: IndexExpr }[]) => {
    const sizes = [tokens, size].slice(0, axes.length);
    const operand = b.operand('float32', heads * sizes.reduce((n, extent) => n * extent, 1), 'read');
    return b.load(operand, axes.reduce((index, axis, i) => add(scale(index, sizes[i]), axis.index), head.index)); // prettier-ignore
  };
  const inputs = [input(query, depth), input(key, depth), input(key, width), b.constant(0.3, 'float32')];
  if (result !== 'output') inputs.push(input(query, width), input(query), input(query));
  const columns = result === 'output' ? size + 1 : 3 * size;
  const output = b.operand('float32', heads * tokens * columns, 'write');
  const axes = { query: query.id, key: key.id, depth: depth.id, width: width.id };
  return b.attention({ result, causal: true, batch: [head.id], ...axes, inputs, output });
}
