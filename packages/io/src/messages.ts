/** How keys and header values appear in error messages: escaped, and cut when a file makes them absurdly long. */

import type { HeaderValue } from './header-value.ts';

const QUOTED_LENGTH = 120;
const SHOWN_ITEMS = 8;

/** A key or string in quotes, escaped, so that no file can forge a message or move the cursor. */
export function quote(text: string): string {
  return JSON.stringify(text.length > QUOTED_LENGTH ? `${text.slice(0, QUOTED_LENGTH)}…` : text);
}

/** A value of a header; arrays inside arrays are only counted. */
export function describe(value: HeaderValue | undefined): string {
  if (Array.isArray(value)) return describeArray(value);
  return describeItem(value);
}

function describeArray(items: readonly HeaderValue[]): string {
  const shown = items.slice(0, SHOWN_ITEMS).map(describeItem);
  return `[${shown.join(', ')}${items.length > shown.length ? `, … (${items.length} items)` : ''}]`;
}

function describeItem(value: HeaderValue | undefined): string {
  if (value === undefined) return 'nothing';
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return quote(value);
  if (value instanceof Map) return `an object of ${count(value.size, 'key')}`;
  if (Array.isArray(value)) return `an array of ${count(value.length, 'item')}`;
  return 'literal' in value ? value.literal : 'an object';
}

/** `1 byte`, `2 bytes`. */
export function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}

/** Any value at all, by what it is: for arguments of the wrong type. */
export function describeValue(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value !== 'object') return value === undefined ? 'undefined' : `a ${typeof value}`;
  const { constructor } = value;
  return typeof constructor === 'function' && constructor.name !== '' ? `a ${constructor.name}` : 'an object';
}
