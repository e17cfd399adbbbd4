/** Sorts a short row by insertion: below some tens of elements, counting digits costs more than comparing. */

import { i32, i64 } from '../wasm/index.ts';
import type { FunctionBuilder, Local } from '../wasm/index.ts';
import type { KeyType } from './keys.ts';
import type { Row } from './radix-pass.ts';

const RECORD = 8;

/** Rows up to this length, of keys of one word: key and position are then one number, and all numbers differ. */
export function isShort(key: KeyType, length: number): boolean {
  return key.words === 1 && length <= 48;
}

export function emitShortRow(
  code: FunctionBuilder,
  key: KeyType,
  row: Row,
  length: number,
  records: Local<'i32'>,
): void {
  const position = code.let(i32.const(0));
  const input = code.let(row.input);
  const last = code.let(records);
  code.countedLoop(position, i32.const(length), 1, () => {
    code.emit(i32.store(last, position));
    code.emit(i32.store(last, key.load(code, input)[0], 4));
    const value = code.let(i64.load(last));
    const place = code.let(last);
    code.block((found) => {
      code.loop((next) => {
        code.brIf(found, i32.eq(place, records));
        const before = code.let(i32.sub(place, RECORD));
        const other = code.let(i64.load(before));
        code.brIf(found, i64.lt_u(other, value));
        code.emit(i64.store(place, other));
        code.set(place, before);
        code.br(next);
      });
    });
    code.emit(i64.store(place, value));
    code.increment(input, row.inputStep);
    code.increment(last, RECORD);
  });
  const record = code.let(records);
  const output = code.let(row.output);
  code.countedLoop(record, last, RECORD, () => {
    code.emit(i32.store(output, i32.load(record)));
    code.increment(output, row.outputStep);
  });
}
