/**
 * Which tails of an exponential a kernel can see. A full e^x takes two multiplications to reach from the smallest
 * denormal to infinity, behind a test; one is enough where the argument is known not to be positive (a softmax shifts
 * its rows by their maximum), or where a result below 2^-126 is lost anyway (a sigmoid adds it to one).
 */

import { readsOf, statementsIn } from '@tenfold/ir';
import type { Stmt, ValueId } from '@tenfold/ir';
import type { ExpTail } from '../math/index.ts';
import type { ValueTable } from './emission.ts';

/** The only tail of the exponential `id` that matters; undefined if both do. */
export function tailOf(kernel: ValueTable, id: ValueId): ExpTail | undefined {
  const value = kernel.values[id];
  if (!('inputs' in value)) return undefined;
  const statements = statementsIn('body' in kernel ? kernel.body : kernel.epilogue);
  if (neverPositive(kernel, statements, value.inputs[0])) return 'small';
  return onlyAddedToOne(kernel, statements, id) ? 'large' : undefined;
}

/** Whether a value is at most 0, or NaN. */
function neverPositive(kernel: ValueTable, statements: readonly Stmt[], id: ValueId): boolean {
  const value = kernel.values[id];
  if (value.op === 'const') return value.value <= 0;
  if (!('inputs' in value)) return false;
  switch (value.op) {
    case 'neg':
      return kernel.values[value.inputs[0]].op === 'abs';
    case 'min':
      return value.inputs.some((input) => neverPositive(kernel, statements, input));
    case 'sub':
      return isMaximumOf(kernel, statements, value.inputs[1], value.inputs[0]);
    default:
      return false;
  }
}

/** Whether a value is the maximum that an accumulator has found among the values of `id`, and of no others. */
function isMaximumOf(
  kernel: ValueTable,
  statements: readonly Stmt[],
  maximum: ValueId,
  id: ValueId,
): boolean {
  const value = kernel.values[maximum];
  if (value.op !== 'acc' || kernel.accumulators[value.acc].kind !== 'max') return false;
  const added = statements.filter((stmt) => stmt.kind === 'accumulate' && stmt.acc === value.acc);
  return added.length === 1 && readsOf(added[0])[0] === id;
}

/** Whether a value serves for nothing but sums with a constant of at least 1. */
function onlyAddedToOne(
  { values, ...kernel }: ValueTable,
  statements: readonly Stmt[],
  id: ValueId,
): boolean {
  if (statements.some((stmt) => readsOf(stmt).includes(id))) return false;
  if ('a' in kernel && (kernel.a === id || kernel.b === id)) return false;
  return values.every((value) => {
    if (!('inputs' in value) || !(value.inputs as readonly ValueId[]).includes(id)) return true;
    return value.op === 'add' && value.inputs.some((input) => atLeastOne(values[input]));
  });
}

function atLeastOne(value: ValueTable['values'][number]): boolean {
  return value.op === 'const' && value.value >= 1;
}
