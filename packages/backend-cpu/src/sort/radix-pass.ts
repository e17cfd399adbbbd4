/**
 * One pass of a radix sort over a range of elements: count how often each digit occurs, turn the counts into places,
 * and move every element to the next place of its digit, which keeps the order of equal ones. The first pass makes
 * records (key and position) of the elements themselves, the last one leaves only positions.
 */

import { i32, i64, memory, v128 } from '../wasm/index.ts';
import type { Expr, FunctionBuilder, Local } from '../wasm/index.ts';
import type { KeyType, Row } from './keys.ts';
import { KEY_AT, recordBytes } from './short-row.ts';

/** Values of a digit, and the bytes of their counts. */
export const DIGITS = 256;
export const COUNT_BYTES = 4 * DIGITS;

export interface Pass {
  readonly key: KeyType;
  /** Which of the key's digits. */
  readonly number: number;
  /** The records before and after; the first and the last pass read and write the row instead. */
  readonly from: Expr<'i32'>;
  readonly to: Expr<'i32'>;
}

/** Counts the digits of the elements `first` to `end`. */
export function emitCount(
  code: FunctionBuilder,
  row: Row,
  pass: Pass,
  range: { readonly first: Expr<'i32'>; readonly end: Expr<'i32'> },
  counts: Local<'i32'>,
): void {
  code.emit(memory.fill(counts, 0, COUNT_BYTES));
  emitEach(code, row, pass, range, ({ digit }) => {
    const place = code.let(i32.add(counts, i32.shl(digit, 2)));
    code.emit(i32.store(place, i32.add(i32.load(place), 1)));
  });
}

/** Turns the counts of `parts` neighbouring ranges into the places of each range's first element of each digit. */
export function emitPlaces(code: FunctionBuilder, counts: Local<'i32'>, parts: number): void {
  const sum = code.let(i32.const(0));
  const digit = code.let(counts);
  const end = code.let(i32.add(counts, COUNT_BYTES));
  code.countedLoop(digit, end, 4, () => {
    for (let part = 0; part < parts; part++) {
      const count = code.let(i32.load(digit, part * COUNT_BYTES));
      code.emit(i32.store(digit, sum, part * COUNT_BYTES));
      code.increment(sum, count);
    }
  });
}

/** Moves the elements `first` to `end` to their places. */
export function emitMove(
  code: FunctionBuilder,
  row: Row,
  pass: Pass,
  range: { readonly first: Expr<'i32'>; readonly end: Expr<'i32'> },
  places: Local<'i32'>,
): void {
  const { key } = pass;
  const bytes = recordBytes(key);
  const isLast = pass.number === key.digits.length - 1;
  emitEach(code, row, pass, range, ({ digit, record, words, position }) => {
    const place = code.let(i32.add(places, i32.shl(digit, 2)));
    const at = code.let(i32.load(place));
    code.emit(i32.store(place, i32.add(at, 1)));
    const target = isLast
      ? code.let(i32.add(row.output, i32.mul(at, row.outputStep)))
      : code.let(i32.add(pass.to, i32.mul(at, bytes)));
    if (isLast) {
      code.emit(i32.store(target, record ? i32.load(record) : position));
    } else if (record) {
      code.emit(bytes === 8 ? i64.store(target, i64.load(record)) : v128.store(target, v128.load(record)));
    } else {
      code.emit(i32.store(target, position));
      words.forEach((word, i) => code.emit(i32.store(target, word, KEY_AT + 4 * i)));
    }
  });
}

/** A digit of a key: keys have a sign, so the topmost one is turned round. */
export function digitOf(key: KeyType, number: number, words: readonly Local<'i32'>[]): Expr<'i32'> {
  const byte = key.digits[number];
  const digit = i32.and(i32.shr_u(words[byte >> 2], 8 * (byte & 3)), DIGITS - 1);
  return number === key.digits.length - 1 ? i32.xor(digit, DIGITS >> 1) : digit;
}

interface Element {
  readonly digit: Expr<'i32'>;
  /** Its record, behind the first pass. */
  readonly record: Local<'i32'> | undefined;
  /** In the first pass, its key. */
  readonly words: readonly Local<'i32'>[];
  readonly position: Local<'i32'>;
}

function emitEach(
  code: FunctionBuilder,
  row: Row,
  { key, number, from }: Pass,
  { first, end }: { readonly first: Expr<'i32'>; readonly end: Expr<'i32'> },
  visit: (element: Element) => void,
): void {
  const byte = key.digits[number];
  const position = code.let(first);
  const isFirst = number === 0;
  const step = isFirst ? row.inputStep : recordBytes(key);
  const isTop = number === key.digits.length - 1;
  const at = code.let(i32.add(isFirst ? row.input : from, i32.mul(position, step)));
  code.countedLoop(position, end, 1, () => {
    if (isFirst) {
      const words = key.load(code, at);
      visit({ digit: code.let(digitOf(key, number, words)), record: undefined, words, position });
    } else {
      const digit = i32.load8_u(at, KEY_AT + byte);
      visit({
        digit: code.let(isTop ? i32.xor(digit, DIGITS >> 1) : digit),
        record: at,
        words: [],
        position,
      });
    }
    code.increment(at, step);
  });
}
