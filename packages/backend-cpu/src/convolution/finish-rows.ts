/** Runs the epilogue over rows of finished sums of one filter: four neighbours at a time, the last few one by one. */

import { v128, i32 } from '../wasm/index.ts';
import type { FunctionBuilder, FunctionRef, Local, ModuleBuilder } from '../wasm/index.ts';
import type { Epilogue } from '../gemm/index.ts';
import { bytesAt } from './addresses.ts';
import type { Convolution } from './recognise.ts';

/** Where outputs stand, by the axes that are not within the rows and columns. */
export type Outputs = Pick<Convolution, 'groups' | 'images' | 'filters' | 'outputSteps'>;

/** (args, sums, bytes from one row of sums to the next, group, image, filter, first row, first column, rows, columns). */
export type FinishRows = FunctionRef<
  readonly ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'],
  'void'
>;

export function emitFinishRows(
  module: ModuleBuilder,
  name: string,
  outputs: Outputs,
  epilogue: Epilogue,
): FinishRows {
  const code = module.func(name, {
    params: ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'],
  });
  const [args, sums, pitch, group, image, filter, firstRow, firstColumn, rows, columns] = code.params;
  const { groups, images, filters } = outputs;
  const operands = epilogue.operands.map((operand) => {
    const { bytes } = operand;
    const steps = outputs.outputSteps(operand);
    const place = bytesAt(code, args, bytes, [
      [groups, steps.groups, group],
      [images, steps.images, image],
      [filters, steps.filters, filter],
    ]);
    const inPlane = i32.add(i32.mul(firstRow, steps.row * bytes), i32.mul(firstColumn, steps.column * bytes));
    const start = i32.add(operand.address(args), i32.add(i32.add(place, inPlane), steps.offset * bytes));
    return {
      base: code.let(start),
      row: steps.row * bytes,
      column: steps.column * bytes,
      lane: steps.column,
    };
  });
  const laneStrides = operands.map(({ lane }) => lane);

  const r = code.local('i32');
  code.countedLoop(r, rows, 1, () => {
    const source = code.let(sums);
    const at = operands.map(({ base }) => code.let(base));
    const step = (lanes: number): void => {
      const value = code.let(lanes === 4 ? v128.load(source) : v128.load32_splat(source));
      const places = at.map((base) => ({ base, offset: 0 }));
      epilogue.emit(code, value, { args, lanes, operands: places, laneStrides });
      code.increment(source, 4 * lanes);
      operands.forEach(({ column }, i) => moved(code, at[i], lanes * column));
    };
    const c = code.let(i32.const(0));
    code.countedLoop(c, code.let(i32.and(columns, -4)), 4, () => step(4));
    code.countedLoop(c, columns, 1, () => step(1));
    code.increment(sums, pitch);
    operands.forEach(({ base, row }) => moved(code, base, row));
  });
  return code;
}

function moved(code: FunctionBuilder, pointer: Local<'i32'>, bytes: number): void {
  if (bytes !== 0) code.increment(pointer, bytes);
}
