/**
 * Runs a kernel on the backend under test and on the interpreter, from the same bytes, and compares every operand
 * afterwards. Operands stand in slabs, one a dtype, with marked bytes between them that no kernel may touch.
 */

import type { Backend, DType, Kernel, Launch } from '@tenfold/ir';
import { byteSize } from '@tenfold/ir';
import { expect } from 'vitest';
import type { Tolerance } from '../closeness.ts';
import { TOLERANCES, differences } from '../closeness.ts';
import { InterpreterBackend } from '../interpreter-backend.ts';
import type { Scalar } from '../number-format.ts';
import { decode, encode } from '../number-format.ts';
import type { SeededRandom } from '../seeded-random.ts';

/** What one launch starts from; an operand without contents starts as marked bytes. */
export interface LaunchCase {
  readonly contents: readonly (readonly Scalar[] | undefined)[];
  readonly scalars?: readonly number[];
  readonly extents?: readonly number[];
}

export interface CaseOptions {
  /** For float results; the dtype's own tolerance by default. */
  readonly tolerance?: Tolerance;
}

/** The bytes between operands, and of operands without contents: finite numbers in every float format. */
const MARK = 0x5a;

interface Place {
  readonly dtype: DType;
  readonly offset: number;
  readonly bytes: number;
}

/** The state of all slabs after a run. */
interface Outcome {
  readonly places: readonly (readonly Place[])[];
  readonly slabs: ReadonlyMap<DType, Uint8Array>;
}

/** Lays the operands of all launches out in one slab a dtype, with a gap before, between and after. */
function layOut(
  kernel: Kernel,
  launches: number,
  alignment: number,
): { places: Place[][]; sizes: Map<DType, number> } {
  const sizes = new Map<DType, number>();
  const gap = Math.max(alignment, 16);
  const places = Array.from({ length: launches }, () =>
    kernel.operands.map(({ dtype, elements }): Place => {
      const bytes = elements * byteSize(dtype);
      const offset = Math.ceil(((sizes.get(dtype) ?? 0) + gap) / gap) * gap;
      sizes.set(dtype, offset + bytes);
      return { dtype, offset, bytes };
    }),
  );
  for (const [dtype, size] of sizes) sizes.set(dtype, Math.ceil(size / gap + 1) * gap);
  return { places, sizes };
}

async function execute(backend: Backend, kernel: Kernel, cases: readonly LaunchCase[]): Promise<Outcome> {
  const { places, sizes } = layOut(kernel, cases.length, backend.caps.alignment);
  const buffers = new Map([...sizes].map(([dtype, size]) => [dtype, backend.alloc(size)]));
  const bufferOf = (dtype: DType) => buffers.get(dtype) ?? -1;
  for (const [dtype, size] of sizes) backend.write(bufferOf(dtype), new Uint8Array(size).fill(MARK));
  const launches = cases.map(({ contents, scalars, extents }, l): Launch => {
    const operands = places[l].map(({ dtype, offset }, i) => {
      const data = contents[i];
      if (data) backend.write(bufferOf(dtype), encode(dtype, data), offset);
      return { buffer: bufferOf(dtype), offset };
    });
    return { operands, scalars: scalars ?? [], extents: extents ?? [] };
  });
  const [program] = backend.compile([kernel]);
  backend.submit([{ program, launches }]);
  const slabs = new Map<DType, Uint8Array>();
  for (const [dtype, buffer] of buffers) slabs.set(dtype, await backend.read(buffer));
  for (const buffer of buffers.values()) backend.free(buffer);
  return { places, slabs };
}

/** The bytes of slabs that belong to no operand and have changed. */
function trespasses({ places, slabs }: Outcome): string[] {
  return [...slabs].flatMap(([dtype, bytes]) => {
    const owned = places.flat().filter((place) => place.dtype === dtype);
    const inside = (i: number) => owned.some(({ offset, bytes: size }) => i >= offset && i < offset + size);
    const touched = [...bytes.keys()].filter((i) => bytes[i] !== MARK && !inside(i));
    return touched.slice(0, 3).map((i) => `byte ${i} of the ${dtype} slab was overwritten`);
  });
}

function contentsOf({ places, slabs }: Outcome, launch: number, operand: number): Scalar[] {
  const { dtype, offset, bytes } = places[launch][operand];
  return decode(dtype, (slabs.get(dtype) ?? new Uint8Array()).subarray(offset, offset + bytes));
}

/** Checks launches of one dispatch against the interpreter. */
export async function checkLaunches(
  backend: Backend,
  kernel: Kernel,
  cases: readonly LaunchCase[],
  { tolerance }: CaseOptions = {},
): Promise<void> {
  const oracle = new InterpreterBackend();
  const [actual, expected] = [await execute(backend, kernel, cases), await execute(oracle, kernel, cases)];
  const problems = cases.flatMap((_, l) =>
    kernel.operands.flatMap(({ dtype, access }, i) => {
      const allowed = access === 'read' ? { rtol: 0, atol: 0 } : toleranceOf(dtype, tolerance);
      const lines = differences(contentsOf(actual, l, i), contentsOf(expected, l, i), allowed);
      return lines.map((line) => `launch ${l}, operand ${i} (${dtype}): ${line}`);
    }),
  );
  expect([...problems, ...trespasses(actual)]).toEqual([]);
}

/** Checks one launch against the interpreter. */
export function checkKernel(
  backend: Backend,
  kernel: Kernel,
  launch: LaunchCase,
  options?: CaseOptions,
): Promise<void> {
  return checkLaunches(backend, kernel, [launch], options);
}

/** A wider tolerance holds for the floats it was meant for; integers stay exact, half floats keep their own. */
function toleranceOf(dtype: DType, wished: Tolerance | undefined): Tolerance {
  const own = TOLERANCES[dtype];
  if (!wished || own.rtol === 0) return own;
  return { rtol: Math.max(wished.rtol, own.rtol), atol: Math.max(wished.atol, own.atol) };
}

const INTEGER_RANGE: { readonly [D in DType]?: readonly [number, number] } = {
  int64: [-1000, 1000],
  int32: [-1000, 1000],
  int8: [-128, 127],
  uint8: [0, 255],
  bool: [0, 1],
};

/** Random elements of a dtype: floats in [-3, 3), integers in a range that shows wrapping for the narrow ones. */
export function sample(
  dtype: DType,
  count: number,
  random: SeededRandom,
  range?: readonly [number, number],
): Scalar[] {
  const whole = INTEGER_RANGE[dtype];
  const [low, high] = range ?? whole ?? [-3, 3];
  const draw = () => (whole ? random.int(low, high) : random.uniform(low, high));
  const values = Array.from({ length: count }, draw);
  return decode(dtype, encode(dtype, dtype === 'int64' ? values.map(BigInt) : values));
}
