/**
 * Index expressions as instructions. An expression is summed from the outermost loop inwards, so every part of it is
 * computed in the loop where its last variable becomes known, and equal parts are shared.
 *
 * In a vector loop an index is wanted for each element of a block: `element` counts from the block's first one.
 */

import type { Atom, AxisId, IndexExpr, Term } from '@tenfold/ir';
import { byteSize, forEachAtom, scale, unreachable } from '@tenfold/ir';
import { i32, i32x4 } from '../wasm/index.ts';
import type { Expr } from '../wasm/index.ts';
import type { Address } from '../math/index.ts';
import type { Emission, Scope } from './emission.ts';
import { register, UNIT } from './lanes.ts';

/** Whether the elements of a block may have different values of the expression. */
export function varies(e: Emission, index: IndexExpr): boolean {
  return index.terms.some(({ atom }) => atomVaries(e, atom));
}

function atomVaries(e: Emission, atom: Atom): boolean {
  if (atom.kind === 'var') return atom.axis === e.scope.block?.axis;
  if (atom.kind === 'value') return !e.value(atom.value).uniform;
  return varies(e, atom.of);
}

/** By how much the expression grows from one element of a block to the next; undefined where that is not constant. */
export function strideOf(e: Emission, index: IndexExpr): number | undefined {
  let stride = 0;
  for (const { atom, coefficient } of index.terms) {
    if (!atomVaries(e, atom)) continue;
    if (atom.kind !== 'var') return undefined;
    stride += coefficient;
  }
  return stride;
}

/** The expression's value for one element. */
export function integer(e: Emission, index: IndexExpr, element = 0): Expr<'i32'> {
  return plus(sum(e, index.terms, element)?.value, index.constant);
}

/** The expression's values for the four elements of a unit, written down where the result is called. */
export function integerLanes(e: Emission, index: IndexExpr, unit: number): () => Expr<'v128'> {
  const { code } = e;
  const stride = strideOf(e, index);
  if (stride !== undefined) {
    const first = integer(e, index);
    const steps = [0, 1, 2, 3].map((lane) => stride * (UNIT * unit + lane)) as [
      number,
      number,
      number,
      number,
    ];
    return () => i32x4.add(i32x4.splat(first), code.constants.i32x4(steps));
  }
  const numbers = [0, 1, 2, 3].map((lane) => integer(e, index, UNIT * unit + lane));
  return () => {
    const lanes = code.let(i32x4.splat(numbers[0]));
    for (const lane of [1, 2, 3]) code.set(lanes, i32x4.replace_lane(lanes, lane, numbers[lane]));
    return lanes;
  };
}

/** The address of an element of an operand. */
export function address(e: Emission, operand: number, index: IndexExpr, element = 0): Address {
  const bytes = scale(index, byteSize(e.kernel.operands[operand].dtype));
  const start = e.operand(operand);
  // An offset in the instruction is added without wrapping, so it must not make up for a negative sum.
  const offset = bytes.constant > 0 && bytes.min >= bytes.constant ? bytes.constant : 0;
  const root = e.scopeOf({ axes: new Set(), accumulators: new Set() });
  const rest = bytes.constant - offset;
  const shifted = rest === 0 ? start : e.number(root, `@${operand}+${rest}`, () => i32.add(start, rest));
  const inner = innermost(e, bytes.terms);
  if (inner === undefined) return { base: shifted, offset };
  const outer = sum(e, inner.rest, element);
  const row =
    outer === undefined
      ? shifted
      : e.number(outer.scope, `@${operand}+${rest}+${outer.key}`, () => i32.add(shifted, outer.value));
  const last = sum(e, inner.terms, element) ?? unreachable('an index without terms');
  const key = `@${operand}+${rest}+${outer?.key ?? ''}+${last.key}`;
  return { base: e.number(inner.scope, key, () => i32.add(row, last.value)), offset };
}

/** The terms that only the innermost scope knows, and the others. */
function innermost(
  e: Emission,
  terms: readonly Term[],
): { scope: Scope; terms: readonly Term[]; rest: readonly Term[] } | undefined {
  const scopes = terms.map(({ atom }) => scopeOfAtom(e, atom));
  const [first, ...others] = scopes;
  if (first === undefined) return undefined;
  const scope = others.reduce((a, b) => (b.depth > a.depth ? b : a), first);
  return {
    scope,
    terms: terms.filter((_, i) => scopes[i] === scope),
    rest: terms.filter((_, i) => scopes[i] !== scope),
  };
}

interface Sum {
  readonly scope: Scope;
  readonly key: string;
  readonly value: Expr<'i32'>;
}

/** A sum of terms, the partial sums in their scopes. */
function sum(e: Emission, terms: readonly Term[], element: number): Sum | undefined {
  const inner = innermost(e, terms);
  if (inner === undefined) return undefined;
  const { scope } = inner;
  const outer = sum(e, inner.rest, element);
  const here = terms.some(({ atom }) => atomVaries(e, atom)) ? `@${element}` : '';
  const key = `${terms.map(({ atom, coefficient }) => `${coefficient}*${atom.key}`).join('+')}${here}`;
  const value = e.number(scope, key, () => {
    const products = inner.terms.map(({ atom, coefficient }) =>
      times(atomValue(e, atom, element), coefficient),
    );
    return [...(outer ? [outer.value] : []), ...products].reduce((a, b) => i32.add(a, b));
  });
  return { scope, key, value };
}

function scopeOfAtom(e: Emission, atom: Atom): Scope {
  if (atom.kind === 'value') return e.scopeOf(e.dependencies[atom.value]);
  if (atom.kind === 'var') return e.scopeOfAxis(atom.axis);
  const axes = new Set<AxisId>();
  const accumulators = new Set<number>();
  forEachAtom(atom.of, (inner) => {
    if (inner.kind === 'var') axes.add(inner.axis);
    if (inner.kind !== 'value') return;
    for (const axis of e.dependencies[inner.value].axes) axes.add(axis);
    for (const acc of e.dependencies[inner.value].accumulators) accumulators.add(acc);
  });
  return e.scopeOf({ axes, accumulators });
}

function atomValue(e: Emission, atom: Atom, element: number): Expr<'i32'> {
  switch (atom.kind) {
    case 'var': {
      const scope = e.scopeOfAxis(atom.axis);
      const variable = scope.variable ?? unreachable(`axis ${atom.axis} has no variable`);
      return plus(variable, atom.axis === e.scope.block?.axis ? element : 0);
    }
    case 'value': {
      const lanes = e.value(atom.value);
      const at = lanes.uniform ? 0 : element;
      return i32x4.extract_lane(register(lanes, Math.floor(at / UNIT)), at % UNIT);
    }
    case 'div':
      return floorDivide(integer(e, atom.of, element), atom.by, atom.of.min >= 0);
    case 'mod':
      return floorRemainder(integer(e, atom.of, element), atom.by, atom.of.min >= 0);
  }
}

function isPowerOfTwo(n: number): boolean {
  return n > 0 && (n & (n - 1)) === 0;
}

function floorDivide(x: Expr<'i32'>, by: number, nonNegative: boolean): Expr<'i32'> {
  if (isPowerOfTwo(by)) return i32.shr_s(x, Math.log2(by));
  if (nonNegative) return i32.div_u(x, by);
  // Truncation rounds negative numbers up: one less where the remainder is negative.
  return i32.sub(i32.div_s(x, by), i32.lt_s(i32.rem_s(x, by), 0));
}

function floorRemainder(x: Expr<'i32'>, by: number, nonNegative: boolean): Expr<'i32'> {
  if (isPowerOfTwo(by)) return i32.and(x, by - 1);
  if (nonNegative) return i32.rem_u(x, by);
  return i32.sub(x, i32.mul(floorDivide(x, by, false), by));
}

function times(x: Expr<'i32'>, factor: number): Expr<'i32'> {
  if (factor === 1) return x;
  return isPowerOfTwo(factor) ? i32.shl(x, Math.log2(factor)) : i32.mul(x, factor | 0);
}

function plus(x: Expr<'i32'> | undefined, constant: number): Expr<'i32'> {
  if (x === undefined) return i32.const(constant | 0);
  return constant === 0 ? x : i32.add(x, constant | 0);
}
