/** Tells whether a state dict fits a model, before anything of the model is changed. */

import { StateDictError, closest, formatShape, sameShape } from '@tenfold/ir';
import type { DType, Shape } from '@tenfold/ir';
import { quote } from './messages.ts';

interface TensorType {
  readonly shape: Shape;
  readonly dtype: DType;
}

/** Problems of one kind that a message lists before it only counts. */
const LISTED = 10;

/**
 * Raises one StateDictError with every missing and unexpected key (and what was probably meant) and every tensor
 * of another shape or dtype. `where` begins the message.
 */
export function requireFit(
  expected: ReadonlyMap<string, TensorType>,
  given: ReadonlyMap<string, TensorType>,
  where: string,
): void {
  const missing = [...expected.keys()].filter((key) => !given.has(key));
  const unexpected = [...given.keys()].filter((key) => !expected.has(key));
  const problems = [
    list(
      'missing',
      missing.map((key) => withNearMiss(key, unexpected)),
    ),
    list('unexpected', unexpected.map(quote)),
    list('different', differences(expected, given)),
  ].filter((problem) => problem !== '');
  if (problems.length === 0) return;
  throw new StateDictError(`${where}: ${problems.join('; ')}; nothing was changed`);
}

function differences(
  expected: ReadonlyMap<string, TensorType>,
  given: ReadonlyMap<string, TensorType>,
): string[] {
  const found: string[] = [];
  for (const [key, want] of expected) {
    const have = given.get(key);
    if (have === undefined || (have.dtype === want.dtype && sameShape(have.shape, want.shape))) continue;
    found.push(`${quote(key)} is ${typeText(have)}, expected ${typeText(want)}`);
  }
  return found;
}

function typeText({ shape, dtype }: TensorType): string {
  return `${dtype} ${formatShape(shape)}`;
}

function withNearMiss(key: string, unexpected: readonly string[]): string {
  const near = closest(key, unexpected);
  return near === undefined ? quote(key) : `${quote(key)} (is it ${quote(near)}?)`;
}

function list(kind: string, items: readonly string[]): string {
  if (items.length === 0) return '';
  const rest = items.length > LISTED ? `, and ${items.length - LISTED} more` : '';
  return `${items.length} ${kind}: ${items.slice(0, LISTED).join(', ')}${rest}`;
}
