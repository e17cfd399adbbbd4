/**
 * Sorting by insertion: below some tens of elements, counting digits costs more than comparing. Records are the elements'
 * positions and keys.
 */

import { i32, i64, v128 } from '../wasm/index.ts';
import type { FunctionBuilder, Local } from '../wasm/index.ts';
import type { KeyType, Row } from './keys.ts';

/** Rows up to this length are sorted so. */
export const SHORT = 48;

/** Where a record has its key; its position is at 0. */
export const KEY_AT = 4;

export function recordBytes({ words }: KeyType): number {
  return 8 * words;
}

export function emitShortRow(
  code: FunctionBuilder,
  key: KeyType,
  row: Row,
  length: number,
  records: Local<'i32'>,
): void {
  const bytes = recordBytes(key);
  const position = code.let(i32.const(0));
  const input = code.let(row.input);
  const last = code.let(records);
  code.countedLoop(position, i32.const(length), 1, () => {
    code.emit(i32.store(last, position));
    key.load(code, input).forEach((word, i) => code.emit(i32.store(last, word, KEY_AT + 4 * i)));
    emitInsert(code, key, records, last);
    code.increment(input, row.inputStep);
    code.increment(last, bytes);
  });
  emitPositions(code, key, row.output, row.outputStep, records, last);
}

/** Sorts the records between two addresses. */
export function emitInsertions(
  code: FunctionBuilder,
  key: KeyType,
  records: Local<'i32'>,
  end: Local<'i32'>,
): void {
  const last = code.let(records);
  code.countedLoop(last, end, recordBytes(key), () => emitInsert(code, key, records, last));
}

/** Writes the positions of the records between two addresses. */
export function emitPositions(
  code: FunctionBuilder,
  key: KeyType,
  output: Local<'i32'>,
  outputStep: number,
  records: Local<'i32'>,
  end: Local<'i32'>,
): void {
  const record = code.let(records);
  const to = code.let(output);
  code.countedLoop(record, end, recordBytes(key), () => {
    code.emit(i32.store(to, i32.load(record)));
    code.increment(to, outputStep);
  });
}

/** Moves the record at `last` to its place among those before it, behind those of equal keys, which stood before it. */
function emitInsert(code: FunctionBuilder, key: KeyType, records: Local<'i32'>, last: Local<'i32'>): void {
  // A record of one word is compared and moved in one piece: its position is below the key.
  const narrow = key.words === 1;
  const keyAt = narrow ? 0 : KEY_AT;
  const position = code.let(i32.load(last));
  const own = code.let(i64.load(last, keyAt));
  const place = code.let(last);
  code.block((found) => {
    code.loop((next) => {
      code.brIf(found, i32.eq(place, records));
      const before = code.let(i32.sub(place, recordBytes(key)));
      const other = code.let(i64.load(before, keyAt));
      code.brIf(found, i64.le_s(other, own));
      code.emit(narrow ? i64.store(place, other) : v128.store(place, v128.load(before)));
      code.set(place, before);
      code.br(next);
    });
  });
  if (!narrow) code.emit(i32.store(place, position));
  code.emit(i64.store(place, own, keyAt));
}
