/**
 * A radix sort of a row by one thread. All digits are counted in one go, as the records are made; a digit that all keys
 * share takes no pass, which spares narrow ranges of wide integers most of them.
 */

import { i32, i64, memory, v128 } from '../wasm/index.ts';
import type { Expr, FunctionBuilder, Local } from '../wasm/index.ts';
import type { KeyVectors } from './key-vectors.ts';
import type { KeyType, Row } from './keys.ts';
import { COUNT_BYTES, DIGITS, digitOf } from './radix-pass.ts';
import { KEY_AT, emitPositions, recordBytes } from './short-row.ts';

/** Records that are moved in one iteration. */
const UNROLLED = 4;

export function wholeRowBytes(key: KeyType, length: number): number {
  return key.digits.length * COUNT_BYTES + 2 * setBytes(key, length);
}

export function emitWholeRow(
  code: FunctionBuilder,
  vectors: KeyVectors,
  row: Row,
  length: number,
  counts: Local<'i32'>,
): void {
  const { key } = vectors;
  const last = key.digits.length - 1;
  const from = code.let(i32.add(counts, key.digits.length * COUNT_BYTES));
  const to = code.let(i32.add(from, setBytes(key, length)));
  // Keys stand where records will be moved to.
  vectors.write(code, row, length, to);
  const shared = emitRecords(code, key, length, to, from, counts);
  emitAllPlaces(code, key, counts);
  const end = () => code.let(i32.add(from, length * recordBytes(key)));
  key.digits.forEach((_, number) => {
    const places = code.let(i32.add(counts, number * COUNT_BYTES));
    if (number < last) {
      code.if(i32.eqz(shared[number]), () => {
        const bytes = recordBytes(key);
        emitMoves(code, key, length, from, number, places, (record, at) => {
          const target = code.let(i32.add(to, i32.mul(at, bytes)));
          code.emit(
            bytes === 8 ? i64.store(target, i64.load(record)) : v128.store(target, v128.load(record)),
          );
        });
        const other = code.let(from);
        code.set(from, to);
        code.set(to, other);
      });
      return;
    }
    code.if(
      shared[number],
      () => emitPositions(code, key, row.output, row.outputStep, from, end()),
      () =>
        emitMoves(code, key, length, from, number, places, (record, at) => {
          const target = i32.add(row.output, i32.mul(at, row.outputStep));
          code.emit(i32.store(target, i32.load(record)));
        }),
    );
  });
}

/** Bytes of all records of a row, by cache lines. */
function setBytes(key: KeyType, length: number): number {
  return Math.ceil((length * recordBytes(key)) / 64) * 64;
}

/** Makes records of keys, and counts their digits; for each digit, whether all keys share it. */
function emitRecords(
  code: FunctionBuilder,
  key: KeyType,
  length: number,
  keys: Local<'i32'>,
  records: Local<'i32'>,
  counts: Local<'i32'>,
): Local<'i32'>[] {
  code.emit(memory.fill(counts, 0, key.digits.length * COUNT_BYTES));
  const position = code.let(i32.const(0));
  const from = code.let(keys);
  const to = code.let(records);
  const places = (words: readonly Local<'i32'>[]) =>
    key.digits.map((_, number) => i32.add(counts, i32.shl(digitOf(key, number, words), 2)));
  const read = () => Array.from({ length: key.words }, (_, i) => code.let(i32.load(from, 4 * i)));
  code.countedLoop(position, length, 1, () => {
    const words = read();
    code.emit(i32.store(to, position));
    words.forEach((word, i) => code.emit(i32.store(to, word, KEY_AT + 4 * i)));
    places(words).forEach((expression, number) => {
      const place = code.let(expression);
      const at = number * COUNT_BYTES;
      code.emit(i32.store(place, i32.add(i32.load(place, at), 1), at));
    });
    code.increment(from, 4 * key.words);
    code.increment(to, recordBytes(key));
  });
  code.set(from, keys);
  return places(read()).map((place, number) =>
    code.let(i32.eq(i32.load(place, number * COUNT_BYTES), length)),
  );
}

/** Turns the counts of all digits into places. */
function emitAllPlaces(code: FunctionBuilder, key: KeyType, counts: Local<'i32'>): void {
  const sums = key.digits.map(() => code.let(i32.const(0)));
  const at = code.let(counts);
  code.countedLoop(at, code.let(i32.add(counts, COUNT_BYTES)), 4, () => {
    sums.forEach((sum, number) => {
      const count = code.let(i32.load(at, number * COUNT_BYTES));
      code.emit(i32.store(at, sum, number * COUNT_BYTES));
      code.increment(sum, count);
    });
  });
}

/** Goes through the records, for each of which `move` is told its place by one digit. */
function emitMoves(
  code: FunctionBuilder,
  key: KeyType,
  length: number,
  records: Local<'i32'>,
  number: number,
  places: Local<'i32'>,
  move: (record: Local<'i32'>, place: Expr<'i32'>) => void,
): void {
  const bytes = recordBytes(key);
  const record = code.let(records);
  const isTop = number === key.digits.length - 1;
  const one = () => {
    const byte = i32.load8_u(record, KEY_AT + key.digits[number]);
    const digit = isTop ? i32.xor(byte, DIGITS >> 1) : byte;
    const place = code.let(i32.add(places, i32.shl(digit, 2)));
    const at = code.let(i32.load(place));
    code.emit(i32.store(place, i32.add(at, 1)));
    move(record, at);
    code.increment(record, bytes);
  };
  const rounds = code.let(i32.const(0));
  code.countedLoop(rounds, Math.floor(length / UNROLLED), 1, () => {
    for (let i = 0; i < UNROLLED; i++) one();
  });
  for (let i = 0; i < length % UNROLLED; i++) one();
}
