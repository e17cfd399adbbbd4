/**
 * A strict JSON parser for safetensors headers. `JSON.parse` will not do: it keeps the last of two equal keys
 * without a word, it makes `16.0` and `1e1` look like integers and rounds large ones, and `__proto__` is special
 * in its objects. Here objects are Maps, a key given twice is an error, and a number is kept as it was written.
 */

import type { HeaderNumber, HeaderObject, HeaderValue } from './header-value.ts';
import { quote } from './messages.ts';

/** What is wrong with the text, and where; the caller adds the name of the file. */
export class HeaderSyntaxError extends Error {
  readonly position: number;

  constructor(message: string, position: number) {
    super(message);
    this.position = position;
  }
}

/** A header is three levels deep. The rest leaves room for fields of the future, and none for a stack overflow. */
const MAX_DEPTH = 16;
/** No number of a header has more digits than 2^64; a longer one is an attack on the parser. */
const MAX_NUMBER_LENGTH = 40;

const NUMBER = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/;
// eslint-disable-next-line no-control-regex -- JSON forbids them inside strings.
const CONTROL_CHARACTER = /[\u0000-\u001f]/;
/** With the `u` flag this finds only surrogates without a partner. */
const LONE_SURROGATE = /\p{Surrogate}/u;

/** True when the text can be written as UTF-8. */
export function isWellFormed(text: string): boolean {
  return !LONE_SURROGATE.test(text);
}

/** Parses one JSON value with nothing but whitespace after it; throws HeaderSyntaxError. */
export function parseHeaderJson(text: string): HeaderValue {
  const parser = new Parser(text);
  const value = parser.value(0);
  parser.end();
  return value;
}

class Parser {
  readonly #text: string;
  #position = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(depth: number): HeaderValue {
    if (depth > MAX_DEPTH) this.#fail(`nested more than ${MAX_DEPTH} levels deep`);
    this.#skipWhitespace();
    const char = this.#text[this.#position];
    if (char === '{') return this.#object(depth);
    if (char === '[') return this.#array(depth);
    if (char === '"') return this.#string();
    if (char === 't') return this.#word('true', true);
    if (char === 'f') return this.#word('false', false);
    if (char === 'n') return this.#word('null', null);
    return this.#number();
  }

  end(): void {
    this.#skipWhitespace();
    if (this.#position < this.#text.length)
      this.#fail(`unexpected ${this.#here()} after the end of the JSON value`);
  }

  #object(depth: number): HeaderObject {
    const entries = new Map<string, HeaderValue>();
    this.#position++;
    if (this.#accept('}')) return entries;
    do {
      this.#skipWhitespace();
      if (this.#text[this.#position] !== '"') this.#fail(`expected a key in quotes, found ${this.#here()}`);
      const start = this.#position;
      const key = this.#string();
      if (entries.has(key)) {
        this.#position = start;
        this.#fail(`duplicate key ${quote(key)}`);
      }
      this.#expect(':');
      entries.set(key, this.value(depth + 1));
    } while (this.#accept(','));
    this.#expect('}');
    return entries;
  }

  #array(depth: number): readonly HeaderValue[] {
    const items: HeaderValue[] = [];
    this.#position++;
    if (this.#accept(']')) return items;
    do items.push(this.value(depth + 1));
    while (this.#accept(','));
    this.#expect(']');
    return items;
  }

  /** Finds the closing quote; a string without escapes is taken as it stands, which is nearly all of them. */
  #string(): string {
    const start = this.#position;
    let end = this.#text.indexOf('"', start + 1);
    while (end !== -1 && this.#isEscaped(end)) end = this.#text.indexOf('"', end + 1);
    if (end === -1) this.#fail('a string that is never closed');
    const literal = this.#text.slice(start, end + 1);
    if (CONTROL_CHARACTER.test(literal)) this.#fail('a string with a control character in it');
    const value = literal.includes('\\') ? this.#unescape(literal) : literal.slice(1, -1);
    this.#position = end + 1;
    return value;
  }

  #unescape(literal: string): string {
    let value: string;
    try {
      value = JSON.parse(literal) as string;
    } catch {
      this.#fail('a string with an unknown escape in it');
    }
    if (!isWellFormed(value)) this.#fail('a string with half of a surrogate pair in it');
    return value;
  }

  /** A quote is escaped by an odd number of backslashes. */
  #isEscaped(quotePosition: number): boolean {
    let first = quotePosition;
    while (this.#text[first - 1] === '\\') first--;
    return (quotePosition - first) % 2 === 1;
  }

  #number(): HeaderNumber {
    let end = this.#position;
    while (end - this.#position <= MAX_NUMBER_LENGTH && isNumberChar(this.#text.charCodeAt(end))) end++;
    const literal = this.#text.slice(this.#position, end);
    if (literal.length > MAX_NUMBER_LENGTH)
      this.#fail(`a number of more than ${MAX_NUMBER_LENGTH} characters`);
    if (!NUMBER.test(literal)) this.#fail(`expected a JSON value, found ${this.#here()}`);
    this.#position = end;
    return { literal };
  }

  #word<T>(word: string, value: T): T {
    if (!this.#text.startsWith(word, this.#position))
      this.#fail(`expected a JSON value, found ${this.#here()}`);
    this.#position += word.length;
    return value;
  }

  #accept(char: string): boolean {
    this.#skipWhitespace();
    if (this.#text[this.#position] !== char) return false;
    this.#position++;
    return true;
  }

  #expect(char: string): void {
    if (!this.#accept(char)) this.#fail(`expected "${char}", found ${this.#here()}`);
  }

  #skipWhitespace(): void {
    while (isWhitespace(this.#text.charCodeAt(this.#position))) this.#position++;
  }

  #here(): string {
    const code = this.#text.codePointAt(this.#position);
    return code === undefined ? 'the end of the header' : quote(String.fromCodePoint(code));
  }

  #fail(message: string): never {
    throw new HeaderSyntaxError(message, this.#position);
  }
}

function isWhitespace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}

/** Digits, `+`, `-`, `.`, `e`, `E`; false for the NaN that stands for the end of the text. */
function isNumberChar(code: number): boolean {
  return (
    (code >= 0x30 && code <= 0x39) ||
    code === 0x2b ||
    code === 0x2d ||
    code === 0x2e ||
    (code | 0x20) === 0x65
  );
}
