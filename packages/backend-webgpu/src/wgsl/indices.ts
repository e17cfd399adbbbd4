/**
 * Index expressions as WGSL, in i32. Their bounds are known, so a division of what cannot be negative is done on u32,
 * which a compiler turns into shifts and multiplications; otherwise it rounds towards minus infinity.
 */

import type { Atom, AxisId, IndexExpr, ValueId } from '@tenfold/ir';

/** What stands for loop variables and computed integers. */
export interface IndexNames {
  axis(axis: AxisId): string;
  /** An int32 value. */
  value(value: ValueId): string;
}

export function indexText({ terms, constant }: IndexExpr, names: IndexNames): string {
  let text = '';
  for (const { atom, coefficient } of terms) {
    const factor = Math.abs(coefficient);
    const product = factor === 1 ? atomText(atom, names) : `${atomText(atom, names)} * ${factor}`;
    if (coefficient < 0) text = text === '' ? `-${product}` : `${text} - ${product}`;
    else text = text === '' ? product : `${text} + ${product}`;
  }
  if (text === '') return String(constant);
  if (constant === 0) return text;
  return constant < 0 ? `${text} - ${-constant}` : `${text} + ${constant}`;
}

function atomText(atom: Atom, names: IndexNames): string {
  if (atom.kind === 'var') return names.axis(atom.axis);
  if (atom.kind === 'value') return names.value(atom.value);
  const inner = indexText(atom.of, names);
  const operator = atom.kind === 'div' ? '/' : '%';
  if (atom.of.min >= 0) return `i32(u32(${inner}) ${operator} ${atom.by}u)`;
  // Shifted up by a multiple of the divisor, so that it is not negative.
  const turns = Math.ceil(-atom.of.min / atom.by);
  const shifted = `u32(${inner} + ${turns * atom.by})`;
  if (atom.kind === 'mod') return `i32(${shifted} % ${atom.by}u)`;
  return `(i32(${shifted} / ${atom.by}u) - ${turns})`;
}
