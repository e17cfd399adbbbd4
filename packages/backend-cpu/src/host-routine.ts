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
      const [from, to] = [input.length / rows, output.length / rows];
      for (let row = 0; row < rows; row++) {
        const result = new Float64Array(to);
        routine.run(Float64Array.from(input.subarray(row * from, (row + 1) * from)), result, routine.sizes);
        output.set(result, row * to);
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
