/** Routines of the host: JavaScript over the memory, row by row, in double precision, on the calling thread. */

import type { DType } from '@tenfold/ir';
import { argumentLayout } from './codegen/arguments.ts';
import type { Lowering } from './codegen/lowering.ts';

export const hostRoutines: Lowering = (kernel) => {
  if (kernel.kind !== 'host') return undefined;
  const { operands, routine, rows } = kernel;
  const layout = argumentLayout(kernel);
  return {
    phases: [],
    scratch: () => 0,
    workspaceBytes: 0,
    host({ buffer }, args) {
      const words = new Uint32Array(buffer);
      const [input, output] = operands.map(({ dtype, elements }, i) =>
        floats(buffer, words[(args + layout.operand(i)) / 4], dtype, elements),
      );
      // A row at a time goes through the same two arrays of one kind, for which routines stay compiled.
      const given = new Float64Array(input.length / rows);
      const result = new Float64Array(output.length / rows);
      for (let row = 0; row < rows; row++) {
        given.set(input.subarray(row * given.length, (row + 1) * given.length));
        result.fill(0);
        routine.run(given, result, routine.sizes);
        output.set(result, row * result.length);
      }
    },
  };
};

function floats(
  buffer: ArrayBufferLike,
  address: number,
  dtype: DType,
  length: number,
): Float32Array | Float64Array {
  return dtype === 'float64'
    ? new Float64Array(buffer, address, length)
    : new Float32Array(buffer, address, length);
}
