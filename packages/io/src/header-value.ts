/** The values of a header after parsing: JSON, with Maps for objects and numbers kept as they were written. */

/** A number exactly as the header spells it; `-0`, `1.0` and `99999999999999999999` are still told apart. */
export interface HeaderNumber {
  readonly literal: string;
}

export type HeaderObject = ReadonlyMap<string, HeaderValue>;
export type HeaderValue = null | boolean | string | HeaderNumber | readonly HeaderValue[] | HeaderObject;

export function isObject(value: HeaderValue | undefined): value is HeaderObject {
  return value instanceof Map;
}

export function isArray(value: HeaderValue | undefined): value is readonly HeaderValue[] {
  return Array.isArray(value);
}

export function isNumber(value: HeaderValue | undefined): value is HeaderNumber {
  return typeof value === 'object' && value !== null && 'literal' in value;
}
