/**
 * The rules that a StateDictMapper is made of. A rule looks at one key, as the rules before it left it, and says
 * what becomes of it; it never sees the other keys, so what happens to a key can be told by following it alone.
 */

import { ShapeError, formatShape } from '@tenfold/ir';
import type { Tensor } from '@tenfold/tensor/base';
import { quote } from './messages.ts';

export type TensorChange = (tensor: Tensor, key: string) => Tensor;

/** What a rule does to a key that it matches. */
export type KeyAction =
  | { readonly kind: 'rename'; readonly to: string }
  | { readonly kind: 'drop' }
  | { readonly kind: 'change'; readonly change: TensorChange };

export interface MapperRule {
  /** The rule as the user wrote it, for `explain()`. */
  readonly text: string;
  /** Keys that the rule names outright; one of them missing is most likely a slip of the pen. */
  readonly namedKeys: readonly string[];
  /** Whether the rule is meant for this key, also when it leaves it as it is (a key that `selectKeys` keeps). */
  matches(key: string): boolean;
  /** What happens to the key; undefined for nothing. */
  apply(key: string): KeyAction | undefined;
}

/** An exact key, or a regular expression that is searched for in the key. */
export type KeyMatcher = string | RegExp;

export function renameRule(from: KeyMatcher, to: string): MapperRule {
  const text = `rename(${show(from)}, ${quote(to)})`;
  if (typeof from === 'string') {
    return keyRule(text, from, () => ({ kind: 'rename', to }));
  }
  const pattern = stateless(from);
  return rule(
    text,
    (key) => pattern.test(key),
    (key) => ({ kind: 'rename', to: replace(key, from, to) }),
  );
}

/** `renamePrefix`, `stripPrefix` (to the empty prefix) and `addPrefix` (from the empty prefix). */
export function prefixRule(text: string, from: string, to: string): MapperRule {
  return rule(
    text,
    (key) => key.startsWith(from),
    (key) => ({ kind: 'rename', to: to + key.slice(from.length) }),
  );
}

export function transposeRule(name: string, matcher: KeyMatcher, axes?: readonly number[]): MapperRule {
  const text = `${name}(${show(matcher)}${axes === undefined ? '' : `, [${axes.join(', ')}]`})`;
  return changeRule(text, matcher, (tensor, key) => transposed(tensor, key, text, axes));
}

export function transformRule(matcher: KeyMatcher, change: TensorChange): MapperRule {
  return changeRule(`transform(${show(matcher)}, ${change.name || 'fn'})`, matcher, change);
}

/** Drops the keys that no matcher takes. */
export function selectRule(matchers: readonly KeyMatcher[]): MapperRule {
  const taken = anyOf(matchers);
  return {
    text: `selectKeys(${matchers.map(show).join(', ')})`,
    namedKeys: exactKeys(matchers),
    matches: taken,
    apply: (key) => (taken(key) ? undefined : { kind: 'drop' }),
  };
}

/** Drops the keys that a matcher takes. */
export function excludeRule(matchers: readonly KeyMatcher[]): MapperRule {
  const text = `excludeKeys(${matchers.map(show).join(', ')})`;
  return { ...rule(text, anyOf(matchers), () => ({ kind: 'drop' })), namedKeys: exactKeys(matchers) };
}

function rule(
  text: string,
  matches: (key: string) => boolean,
  action: (key: string) => KeyAction,
): MapperRule {
  return { text, namedKeys: [], matches, apply: (key) => (matches(key) ? action(key) : undefined) };
}

function keyRule(text: string, key: string, action: (key: string) => KeyAction): MapperRule {
  return { ...rule(text, (candidate) => candidate === key, action), namedKeys: [key] };
}

function changeRule(text: string, matcher: KeyMatcher, change: TensorChange): MapperRule {
  const action = (): KeyAction => ({ kind: 'change', change });
  if (typeof matcher === 'string') return keyRule(text, matcher, action);
  const pattern = stateless(matcher);
  return rule(text, (key) => pattern.test(key), action);
}

function transposed(tensor: Tensor, key: string, rule: string, axes?: readonly number[]): Tensor {
  const rank = tensor.shape.length;
  if (axes === undefined) {
    if (rank === 2) return tensor.permute([1, 0]);
    throw new ShapeError(
      `StateDictMapper: ${rule}: tensor ${quote(key)} has shape ${formatShape(tensor.shape)}, not a matrix; ` +
        'give the order of its axes, for example transpose(key, [3, 2, 0, 1])',
    );
  }
  const isPermutation = [...axes].sort((a, b) => a - b).every((axis, i) => axis === i);
  if (axes.length === rank && isPermutation) return tensor.permute(axes);
  throw new ShapeError(
    `StateDictMapper: ${rule}: [${axes.join(', ')}] is no order of the ${rank} axes of tensor ${quote(key)}, ` +
      `which has shape ${formatShape(tensor.shape)}`,
  );
}

function anyOf(matchers: readonly KeyMatcher[]): (key: string) => boolean {
  const exact = new Set(exactKeys(matchers));
  const patterns = matchers.filter((matcher) => matcher instanceof RegExp).map(stateless);
  return (key) => exact.has(key) || patterns.some((pattern) => pattern.test(key));
}

function exactKeys(matchers: readonly KeyMatcher[]): string[] {
  return matchers.filter((matcher) => typeof matcher === 'string');
}

/** A copy without the `g` and `y` flags, which would make `test` remember where the last key matched. */
function stateless(pattern: RegExp): RegExp {
  return new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, ''));
}

/** As `String.replace`: the first match, or with the `g` flag every match; `$1` and `$<name>` are groups. */
function replace(key: string, pattern: RegExp, to: string): string {
  return key.replace(new RegExp(pattern.source, pattern.flags.replace('y', '')), to);
}

function show(matcher: KeyMatcher): string {
  return typeof matcher === 'string' ? quote(matcher) : String(matcher);
}
