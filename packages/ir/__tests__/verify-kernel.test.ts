/** The kernel verifier finds what is wrong with a kernel, and says which rule it breaks. */

import { describe, expect, it } from 'vitest';
import type { AttentionKernel, LoopKernel, Stmt, Value } from '../src/index.ts';
import { add, offset, printKernel, scale, variable, verifyKernel } from '../src/index.ts';

const i = variable(0, 4);

/** b1[i] = b0[i] + b0[i], in parts that a test can break. */
function kernel(changes: Partial<LoopKernel> = {}): LoopKernel {
  return {
    kind: 'loop',
    name: 'double',
    operands: [
      { dtype: 'float32', access: 'read', elements: 4 },
      { dtype: 'float32', access: 'write', elements: 4 },
    ],
    scalars: [],
    axes: [4],
    accumulators: [],
    values: [
      { op: 'load', dtype: 'float32', operand: 0, index: i, guards: [] },
      { op: 'add', dtype: 'float32', inputs: [0, 0] },
    ],
    body: [{ kind: 'loop', axis: 0, order: 'parallel', body: [store(1)] }],
    ...changes,
  };
}

function store(value: number): Stmt {
  return { kind: 'store', operand: 1, index: i, guards: [], value };
}

const load = (changes: Partial<Extract<Value, { op: 'load' }>>): Value => ({
  op: 'load', dtype: 'float32', operand: 0, index: i, guards: [], ...changes,
}); // prettier-ignore

const broken: readonly (readonly [string, Partial<LoopKernel>, RegExp])[] = [
  ['a value before its input', { values: [{ op: 'neg', dtype: 'float32', inputs: [1] }, load({})] }, /%1, which does not come before/],
  ['an index outside its operand', { values: [load({ index: offset(i, 1) }), load({})] }, /index in \[1, 4\] of operand 0, which has 4/],
  ['a load of another dtype', { values: [load({ dtype: 'int32' }), load({})] }, /is int32, expected float32/],
  ['a read of a written operand', { values: [load({ operand: 1 }), load({})] }, /operand 1, which is only written/],
  ['a variable outside its loop', { body: [store(1)] }, /reads i0 outside its loop/],
  ['an accumulator that is not initialised', {
    accumulators: [{ kind: 'sum', dtype: 'float32' }],
    body: [{ kind: 'loop', axis: 0, order: 'reduce', body: [{ kind: 'accumulate', acc: 0, value: 1 }] }],
  }, /accumulator 0 is used before/],
  ['two loops over one variable', { body: [0, 1].map(() => kernel().body[0]) }, /i0 has two loops/],
  ['a variable that runs further than its loop', { axes: [3] }, /i0 runs to 3, its loop to 3/],
  ['operands of different dtypes', {
    values: [load({}), { op: 'const', dtype: 'int32', value: 1 }, { op: 'add', dtype: 'float32', inputs: [0, 1] }],
  }, /input 1 of value %2 \(add\) is int32/],
]; // prettier-ignore

/** Attention of one query and key that are rows of b0, with operands that a test can break. */
function attention(changes: Partial<AttentionKernel> = {}): AttentionKernel {
  const axes = [3, 4, 5, 6];
  const [query, key, depth, width] = axes.map((extent, axis) => variable(axis, extent));
  const at = (row: typeof i, column: typeof i): Value => load({ index: add(scale(row, 8), column) });
  const one: Value = { op: 'const', dtype: 'float32', value: 1 };
  return {
    kind: 'attention',
    name: 'attention',
    result: 'output',
    causal: false,
    operands: [
      { dtype: 'float32', access: 'read', elements: 40 },
      { dtype: 'float32', access: 'write', elements: 21 },
    ],
    scalars: [],
    axes,
    values: [at(query, depth), at(key, depth), at(key, width), one],
    batch: [],
    query: 0,
    key: 1,
    depth: 2,
    width: 3,
    inputs: [0, 1, 2, 3],
    output: 1,
    ...changes,
  };
}

const brokenAttention: readonly (readonly [string, Partial<AttentionKernel>, RegExp])[] = [
  ['an input that is read along the wrong axis', { inputs: [1, 1, 2, 3] }, /input 0 depends on i1/],
  ['an input that is no load', { inputs: [0, 1, 3, 3] }, /input 2 is neither a plain load nor the scale/],
  ['missing inputs', { inputs: [0, 1, 2] }, /attention has 3 inputs/],
  ['gradients without what they need', { result: 'gradients' }, /attention has 4 inputs/],
  ['a result that is read', { output: 0 }, /the result of attention is only written/],
];

describe('verifyKernel', () => {
  it('accepts a correct kernel', () => {
    expect(() => verifyKernel(kernel())).not.toThrow();
    expect(printKernel(kernel())).toContain('b1[i0] = (%0 + %0)');
  });

  it.each(broken)('finds %s', (_, changes, message) => {
    expect(() => verifyKernel(kernel(changes))).toThrow(message);
  });

  it('accepts a correct attention', () => {
    expect(() => verifyKernel(attention())).not.toThrow();
  });

  it.each(brokenAttention)('finds, in an attention, %s', (_, changes, message) => {
    expect(() => verifyKernel(attention(changes))).toThrow(message);
  });
});
