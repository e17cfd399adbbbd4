import { describe, expect, it } from 'vitest';
import { problemOf } from '../src/graph/op-rules.ts';
import type { ValueType } from '../src/graph/op-table.ts';
import type { OpAttrs, OpName } from '../src/graph/ops.ts';

const f32 = (...shape: number[]): ValueType => ({ shape, dtype: 'float32' });
const i32 = (...shape: number[]): ValueType => ({ shape, dtype: 'int32' });

type Case = [op: OpName, inputs: ValueType[], attrs: OpAttrs[OpName], problem: string | undefined];

const plain = (label: number) => ({ terms: [{ label, coefficient: 1 }], offset: 0 });

const CASES: Case[] = [
  ['add', [f32(2, 3), f32(2, 3)], undefined, undefined],
  ['add', [f32(2, 3), f32(3, 2)], undefined, 'shapes [2, 3] and [3, 2] differ'],
  ['add', [f32(2), i32(2)], undefined, 'dtypes float32 and int32 differ'],
  ['exp', [i32(2)], undefined, 'needs float operands, got int32'],
  ['where', [f32(2), f32(2), f32(2)], undefined, 'the condition is float32, expected bool'],
  ['bitcast', [f32(2)], { dtype: 'float64' }, 'float32 and float64 differ in width'],
  ['reduce', [f32(2, 3)], { kind: 'sum', axes: [1, 0] }, 'bad axes 1,0'],
  ['reshape', [f32(2, 3)], { shape: [5] }, '[2, 3] does not fill [5]'],
  ['permute', [f32(2, 3)], { axes: [0, 0] }, 'bad axes 0,0'],
  ['expand', [f32(2, 1)], { shape: [3, 4] }, '[2, 1] does not expand to [3, 4]'],
  ['pad', [f32(2)], { lo: [-1], hi: [0], interior: [0], value: 0 }, 'negative padding is a slice'],
  ['slice', [f32(4)], { start: [2], step: [1], shape: [3] }, 'out of the range of [4]'],
  ['window', [f32(4)], { axes: [0], size: [3], stride: [1], dilation: [2] }, 'windows of [3] do not fit into [4]'],
  ['contract', [f32(2, 3), f32(3)], { extents: [2, 3], a: [plain(0)], b: [plain(1)], out: [0] }, 'index maps and ranks differ'],
  ['gather', [f32(2), f32(2)], { axis: 0 }, 'the index does not fit'],
  ['scatter', [f32(2), i32(2), i32(2)], { axis: 0, mode: 'sum' }, 'the source does not fit'],
]; // prettier-ignore

describe('problemOf', () => {
  it.each(CASES)('%s %j %j: %s', (op, inputs, attrs, problem) => {
    expect(problemOf(op, inputs, attrs)).toBe(problem);
  });
});
