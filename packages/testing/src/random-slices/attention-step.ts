/** A random attention, or gradient of one, over operands that are arrays, views of arrays, or computed. */

import { numel } from '@tenfold/ir';
import type { Shape } from '@tenfold/ir';
import type { Draft } from './draft.ts';

const RESULTS = ['output', 'gradients'] as const;

/** Of float32, in which every device that has attention has it. */
export function attention(d: Draft): number | undefined {
  if (!d.dtypes.includes('float32')) return undefined;
  const [queries, keys, depth, width] = [0, 1, 2, 3].map(() => d.random.pick([1, 2, 5, 8, 11]));
  const batch = d.random.pick<Shape>([[], [2], [3, 1], [2, 2]]);
  const result = d.random.pick(RESULTS);
  const inputs = [
    operand(d, [...batch, queries, depth]),
    operand(d, [...batch, keys, depth]),
    operand(d, [...batch, keys, width]),
    d.random.chance(0.5) ? d.full(0.5, 'float32', []) : d.scalar(0.25, 'float32', []),
  ];
  if (result !== 'output') {
    inputs.push(operand(d, [...batch, queries, width]));
    inputs.push(d.leaf('float32', [...batch, queries], [2, 4]), operand(d, [...batch, queries]));
  }
  if (d.random.chance(0.4)) inputs.push(operand(d, [...batch, queries, keys]));
  // Scores are at most 0.5 · depth + 1, so weights are at most e^(0.5 · depth - 1) with a log-sum-exp of 2 or more.
  const weight = result === 'output' ? 1 : Math.exp(0.5 * depth - 1);
  const max = result === 'output' ? 0.5 * depth + 1 + Math.log(keys) : weight * (width + 1) * Math.max(queries, keys);
  const spec = { result, causal: d.random.chance(0.4) };
  return d.add('attention', inputs, spec, { max, grain: 0, error: 1e-5 * max });
} // prettier-ignore

/** Numbers from -1 to 1. */
function operand(d: Draft, shape: Shape): number {
  const fresh = (of: Shape) => d.leaf('float32', of, [-1, 1]);
  const choice = d.random.next();
  if (choice < 0.3 || numel(shape) === 1) return fresh(shape);
  if (choice < 0.5) {
    const order = d.random.shuffle(shape.map((_, axis) => axis));
    return d.move('permute', [fresh(order.map((axis) => shape[axis]))], { axes: order.map((_, axis) => order.indexOf(axis)) }); // prettier-ignore
  }
  if (choice < 0.65) {
    const narrow = shape.map((size) => (d.random.chance(0.5) ? 1 : size));
    return d.move('expand', [fresh(narrow)], { shape });
  }
  if (choice < 0.75) return d.move('reshape', [fresh([numel(shape)])], { shape });
  if (choice < 0.85) return d.unary('neg', fresh(shape));
  const start = shape.map(() => d.random.int(0, 2));
  const step = shape.map(() => d.random.int(1, 2));
  const from = shape.map((size, axis) => start[axis] + (size - 1) * step[axis] + 1);
  return d.move('slice', [fresh(from)], { start, step, shape });
}
