/**
 * Sorting: positions that sort one axis, stable, by radix from the lowest byte to the highest. Rows are shared between
 * threads, each sorted by one of them in its own memory; a few long rows are cut into ranges, which count and move their
 * elements side by side.
 */

import type { RoutineKernel } from '@tenfold/ir';
import { byteSize } from '@tenfold/ir';
import { argumentLayout } from '../codegen/arguments.ts';
import type { FunctionTarget, KernelFunctions, Phase, TaskBuilder } from '../codegen/functions.ts';
import type { Lowering } from '../codegen/lowering.ts';
import { call, i32, lesser } from '../wasm/index.ts';
import type { Expr, FunctionBuilder, Local } from '../wasm/index.ts';
import { KeyVectors } from './key-vectors.ts';
import type { KeyType, Row } from './keys.ts';
import { keyType } from './keys.ts';
import type { Pass } from './radix-pass.ts';
import { COUNT_BYTES, emitCount, emitMove, emitPlaces } from './radix-pass.ts';
import type { Ranks } from './selection.ts';
import { Selection, isSelection } from './selection.ts';
import { SHORT, emitShortRow, recordBytes } from './short-row.ts';
import { emitWholeRow, wholeRowBytes } from './whole-row.ts';

/** Rows longer than this are cut into ranges, unless there are many rows. */
const LONG = 65_536;
const MANY_ROWS = 16;
const MAX_RANGES = 16;

/** Nanoseconds of one element in one pass, and of the counts of one row. */
const COUNT_TIME = 1;
const MOVE_TIME = 2;
const PLACES_TIME = 300;

/** And of one element, where only some ranks are wanted. */
const SELECT_TIME = 1;

export const sorting: Lowering = (kernel, target) => {
  if (kernel.kind !== 'routine') return undefined;
  const { rows, length, ranks } = kernel.routine;
  const sort = new RadixSort(kernel, target);
  if (ranks && isSelection(length, ranks)) return sort.ofRanks(ranks);
  return length > LONG && rows < MANY_ROWS ? sort.inRanges() : sort.byRows();
};

class RadixSort {
  readonly #kernel: RoutineKernel;
  readonly #target: FunctionTarget;
  readonly #key: KeyType;
  readonly #vectors: KeyVectors;
  /** Bytes of all records of a row, of which there are one set or two, read and written in turn. */
  readonly #setBytes: number;

  constructor(kernel: RoutineKernel, target: FunctionTarget) {
    this.#kernel = kernel;
    this.#target = target;
    const [{ dtype }] = kernel.operands;
    const { descending } = kernel.routine;
    this.#key = keyType(dtype, descending);
    this.#vectors = new KeyVectors(this.#key, dtype, descending);
    this.#setBytes = Math.ceil((kernel.routine.length * recordBytes(this.#key)) / 64) * 64;
  }

  /** Every row by one thread. */
  byRows(): KernelFunctions {
    const { rows, length } = this.#kernel.routine;
    const { index, code } = this.#target.add();
    const [args, begin, end] = code.params;
    const workspace = this.#target.module.importFunction('env', 'workspace', { params: [], result: 'i32' });
    const memory = code.let(call(workspace));
    const short = length <= SHORT;
    const number = code.let(begin);
    code.countedLoop(number, end, 1, () => {
      const row = this.#row(code, args, number);
      if (short) emitShortRow(code, this.#key, row, length, memory);
      else emitWholeRow(code, this.#vectors, row, length, memory);
    });
    const nanoseconds = short
      ? length * length
      : PLACES_TIME * this.#digits + (COUNT_TIME + MOVE_TIME) * this.#digits * length;
    return {
      phases: [{ function: index, grid: () => rows, grain: 1, nanoseconds }],
      scratch: () => 0,
      workspaceBytes: short ? length * recordBytes(this.#key) : wholeRowBytes(this.#key, length),
    };
  }

  /** Only some ranks of every row, each row by one thread. */
  ofRanks(ranks: Ranks): KernelFunctions {
    const { rows, length } = this.#kernel.routine;
    const vectors = this.#vectors;
    const { index, code } = this.#target.add();
    const [args, begin, end] = code.params;
    const workspace = this.#target.module.importFunction('env', 'workspace', { params: [], result: 'i32' });
    const selection = new Selection(code, vectors, length, ranks, code.let(call(workspace)));
    const number = code.let(begin);
    code.countedLoop(number, end, 1, () => selection.emit(this.#row(code, args, number)));
    return {
      phases: [{ function: index, grid: () => rows, grain: 1, nanoseconds: SELECT_TIME * length }],
      scratch: () => 0,
      workspaceBytes: Selection.bytes(vectors, length, ranks),
    };
  }

  /** Three phases a pass: ranges count, rows turn counts into places, ranges move. */
  inRanges(): KernelFunctions {
    const { rows, length } = this.#kernel.routine;
    const ranges = Math.min(MAX_RANGES, Math.ceil(length / LONG));
    const rangeLength = Math.ceil(length / ranges);
    const countsBytes = ranges * COUNT_BYTES;
    const rowBytes = countsBytes + this.#sets * this.#setBytes;
    const { scratch } = argumentLayout(this.#kernel);
    const memoryOf = (code: FunctionBuilder, args: Local<'i32'>, row: Local<'i32'>): Local<'i32'> =>
      code.let(i32.add(i32.load(args, scratch), i32.mul(row, rowBytes)));

    /** A phase over the ranges of all rows. */
    const overRanges = (digit: number, emit: typeof emitCount, time: number): Phase =>
      this.#phase(rows * ranges, time * rangeLength, (code, args, unit) => {
        const number = code.let(i32.div_u(unit, ranges));
        const range = code.let(i32.rem_u(unit, ranges));
        const counts = memoryOf(code, args, number);
        const records = code.let(i32.add(counts, countsBytes));
        const first = code.let(i32.mul(range, rangeLength));
        const end = code.let(lesser(code.let(i32.add(first, rangeLength)), length));
        const own = code.let(i32.add(counts, i32.mul(range, COUNT_BYTES)));
        emit(code, this.#row(code, args, number), this.#passes(records)[digit], { first, end }, own);
      });

    const phases = Array.from({ length: this.#digits }, (_, digit) => [
      overRanges(digit, emitCount, COUNT_TIME),
      this.#phase(rows, PLACES_TIME * ranges, (code, args, row) =>
        emitPlaces(code, memoryOf(code, args, row), ranges),
      ),
      overRanges(digit, emitMove, MOVE_TIME),
    ]);
    return { phases: phases.flat(), scratch: () => rows * rowBytes, workspaceBytes: 0 };
  }

  get #digits(): number {
    return this.#key.digits.length;
  }

  get #sets(): number {
    return Math.min(2, this.#digits - 1);
  }

  /** All passes, over two sets of records in turn. */
  #passes(records: Local<'i32'>): Pass[] {
    const set = (number: number): Expr<'i32'> => i32.add(records, (number % 2) * this.#setBytes);
    return this.#key.digits.map((_, number) => ({
      key: this.#key,
      number,
      from: set(number + 1),
      to: set(number),
    }));
  }

  #phase(
    size: number,
    nanoseconds: number,
    emit: (code: TaskBuilder, args: Local<'i32'>, unit: Local<'i32'>) => void,
  ): Phase {
    const { index, code } = this.#target.add();
    const [args, begin, end] = code.params;
    const unit = code.let(begin);
    code.countedLoop(unit, end, 1, () => emit(code, args, unit));
    return { function: index, grid: () => size, grain: 1, nanoseconds };
  }

  /** Rows interleave where the sorted axis is not the last: their elements are `stride` apart. */
  #row(code: FunctionBuilder, args: Local<'i32'>, number: Local<'i32'>): Row {
    const { operands, routine } = this.#kernel;
    const { length, stride } = routine;
    const outer = i32.mul(i32.div_u(number, stride), length * stride);
    const first = code.let(i32.add(outer, i32.rem_u(number, stride)));
    const layout = argumentLayout(this.#kernel);
    const at = (operand: number, bytes: number): Local<'i32'> =>
      code.let(i32.add(i32.load(args, layout.operand(operand)), i32.mul(first, bytes)));
    const [inputBytes, outputBytes] = operands.map(({ dtype }) => byteSize(dtype));
    return {
      input: at(0, inputBytes),
      output: at(1, outputBytes),
      inputStep: stride * inputBytes,
      outputStep: stride * outputBytes,
    };
  }
}
