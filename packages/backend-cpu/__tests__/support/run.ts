/** Runs one kernel on arrays, for tests of a backend. */

import type { Backend, Kernel } from '@tenfold/ir';
import { byteSize } from '@tenfold/ir';

type Elements = Float32Array | Float64Array | Int32Array | BigInt64Array | Uint8Array;

/** One operand: its contents, or how many bytes it has. */
export type Content = Elements | undefined;

/** Compiles and runs the kernel; gives the bytes of every operand afterwards. */
export function runKernel(
  backend: Backend,
  kernel: Kernel,
  contents: readonly Content[],
  {
    scalars = [],
    extents = [],
  }: { readonly scalars?: readonly number[]; readonly extents?: readonly number[] } = {},
): Uint8Array[] {
  const [program] = backend.compile([kernel]);
  const operands = kernel.operands.map(({ dtype, elements }, i) => {
    const buffer = backend.alloc(elements * byteSize(dtype));
    const content = contents[i];
    if (content)
      backend.write(buffer, new Uint8Array(content.buffer, content.byteOffset, content.byteLength));
    return { buffer, offset: 0 };
  });
  backend.submit([{ program, launches: [{ operands, scalars, extents }] }]);
  return operands.map(({ buffer }) => {
    const bytes = backend.readSync?.(buffer) ?? new Uint8Array();
    backend.free(buffer);
    return bytes;
  });
}

export function floats(bytes: Uint8Array): Float32Array {
  return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
}
