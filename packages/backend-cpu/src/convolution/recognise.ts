/**
 * Finds the convolution in a contraction: one operand (the image) is read at stride · output + dilation · tap + origin
 * along two of its dimensions, zeros outside, the other (the filter) at the taps. Forward passes, input gradients and
 * weight gradients are all of that form, with other axes in each place; which axis is which follows from the index maps.
 */

import type { ContractKernel } from '@tenfold/ir';
import { sourceOf } from '../codegen/source.ts';
import type { ArgumentLayout } from '../codegen/arguments.ts';
import type { EpilogueOperand, Source } from '../gemm/index.ts';

/** One spatial dimension: output o reads tap t at coordinate stride · o + dilation · t + origin. */
export interface Window {
  readonly outputs: number;
  readonly taps: number;
  readonly stride: number;
  readonly dilation: number;
  readonly origin: number;
  /** Coordinates 0 to extent - 1 are inside; elsewhere the image is zero. */
  readonly extent: number;
}

/** A tuple of axes: their extents, outermost first. */
type Extents = readonly number[];

/** Steps in elements along each axis of a tuple, and along the two spatial dimensions; `offset` is that of index zero. */
interface Steps {
  readonly offset: number;
  readonly groups: readonly number[];
  readonly row: number;
  readonly column: number;
}

export interface ImageSteps extends Steps {
  readonly images: readonly number[];
  readonly channels: readonly number[];
}

export interface FilterSteps extends Steps {
  readonly filters: readonly number[];
  readonly channels: readonly number[];
}

export interface OutputSteps extends Steps {
  readonly images: readonly number[];
  readonly filters: readonly number[];
}

/** out[group, image, filter, row, column] = Σ image[group, image, channel, …] · filter[group, filter, channel, tap row, tap column]. */
export interface Convolution {
  /** Which side of the contraction the image's own axes are. */
  readonly imageIs: 'm' | 'n';
  readonly groups: Extents;
  readonly images: Extents;
  readonly channels: Extents;
  readonly filters: Extents;
  readonly rows: Window;
  readonly columns: Window;
  readonly image: Source & { readonly steps: ImageSteps };
  readonly filter: Source & { readonly steps: FilterSteps };
  /** The steps of what the epilogue reads or writes. */
  outputSteps(operand: EpilogueOperand): OutputSteps;
}

/** The convolution over two spatial dimensions that a contraction is, if it is one with fixed extents. */
export function convolutionOf(kernel: ContractKernel, layout: ArgumentLayout): Convolution | undefined {
  const compute = kernel.accumulators[0].dtype === 'float64' ? 'float64' : 'float32';
  const a = sourceOf(kernel, kernel.a, 'm', compute, layout);
  const b = sourceOf(kernel, kernel.b, 'n', compute, layout);
  if (!a || !b || kernel.axes.some((extent) => typeof extent !== 'number')) return undefined;
  return assemble(kernel, a, b, 'm') ?? assemble(kernel, b, a, 'n');
}

/** A window with its axes: the place of the output among the image's own axes, of the tap among the summed ones. */
interface Found extends Window {
  readonly output: number;
  readonly tap: number;
  /** Elements between neighbouring coordinates. */
  readonly pitch: number;
  /** The image is read backwards along the taps: they are counted from the other end. */
  readonly flipped: boolean;
}

/** A dimension without windows: one place, one tap. */
const NO_WINDOW: Found = {
  outputs: 1,
  taps: 1,
  stride: 1,
  dilation: 1,
  origin: 0,
  extent: 1,
  output: -1,
  tap: -1,
  pitch: 0,
  flipped: false,
};

function assemble(
  kernel: ContractKernel,
  image: Source,
  filter: Source,
  imageIs: 'm' | 'n',
): Convolution | undefined {
  const filterIs = imageIs === 'm' ? 'n' : 'm';
  const extentsOf = (axes: readonly number[]) => axes.map((axis) => Number(kernel.axes[axis]));
  const extents = { outer: extentsOf(kernel[imageIs]), k: extentsOf(kernel.k) };
  const found = windowsOf(image, extents);
  if (!found || found.length < 1 || found.length > 2 || filter.guards.length > 0) return undefined;
  const [first, second = NO_WINDOW] = found.sort((x, y) => y.pitch - x.pitch);
  // Of windows in one dimension, those over neighbours are taken for columns.
  const [row, column] = second === NO_WINDOW && first.pitch === 1 ? [second, first] : [first, second];
  const besides = <T>(list: readonly T[], places: readonly number[]) =>
    list.filter((_, place) => !places.includes(place));
  const outputs = [row.output, column.output];
  const taps = [row.tap, column.tap];

  let imageOffset = image.offset;
  let filterOffset = filter.offset;
  for (const { tap, taps: count, flipped, pitch, origin } of [row, column]) {
    if (flipped) {
      imageOffset += (count - 1) * image.k[tap];
      filterOffset += (count - 1) * filter.k[tap];
    }
    imageOffset -= origin * pitch;
  }
  const tapStep = ({ tap, flipped }: Found) => (flipped ? -1 : 1) * (filter.k[tap] ?? 0);
  return {
    imageIs,
    groups: extentsOf(kernel.batch),
    images: besides(extents.outer, outputs),
    channels: besides(extents.k, taps),
    filters: extentsOf(kernel[filterIs]),
    rows: row,
    columns: column,
    image: {
      ...image,
      steps: {
        offset: imageOffset,
        groups: image.batch,
        images: besides(image.outer, outputs),
        channels: besides(image.k, taps),
        row: row.pitch,
        column: column.pitch,
      },
    },
    filter: {
      ...filter,
      steps: {
        offset: filterOffset,
        groups: filter.batch,
        filters: filter.outer,
        channels: besides(filter.k, taps),
        row: tapStep(row),
        column: tapStep(column),
      },
    },
    outputSteps: (operand) => ({
      offset: operand.offset,
      groups: operand.batch,
      images: besides(operand[imageIs], outputs),
      filters: operand[filterIs],
      row: operand[imageIs][row.output] ?? 0,
      column: operand[imageIs][column.output] ?? 0,
    }),
  };
}

interface ImageExtents {
  readonly outer: Extents;
  readonly k: Extents;
}

/** The windows over an image; undefined where it is padded in some other way. */
function windowsOf(image: Source, extents: ImageExtents): Found[] | undefined {
  const found: Found[] = [];
  for (const guard of image.guards) {
    const [output, ...moreOutputs] = nonzero(guard.outer);
    const [tap, ...moreTaps] = nonzero(guard.k);
    const single = moreOutputs.length === 0 && moreTaps.length === 0 && nonzero(guard.batch).length === 0;
    if (output === undefined || tap === undefined || !single) return undefined;
    const [stride, dilation] = [guard.outer[output], guard.k[tap]];
    const pitch = image.outer[output] / stride;
    if (stride < 1 || image.k[tap] !== pitch * dilation || pitch < 1) return undefined;
    found.push(windowAt(extents, { output, tap, stride, dilation, pitch }, guard.offset, guard.extent));
  }
  const taken = (side: 'output' | 'tap', place: number) => found.some((window) => window[side] === place);
  image.k.forEach((tapStep, tap) => {
    if (taken('tap', tap) || tapStep === 0) return;
    const output = image.outer.findIndex(
      (step, place) =>
        !taken('output', place) && overlaps(step, extents.outer[place], tapStep, extents.k[tap]),
    );
    if (output < 0) return;
    const pitch = greatestDivisor(image.outer[output], Math.abs(tapStep));
    const [stride, dilation] = [image.outer[output] / pitch, tapStep / pitch];
    found.push(windowAt(extents, { output, tap, stride, dilation, pitch }));
  });
  return found;
}

/** Whether two axes reach the same element in different ways, as sliding windows do and the axes of a matrix do not. */
function overlaps(outputStep: number, outputs: number, tapStep: number, taps: number): boolean {
  if (outputStep < 1) return false;
  const shared = greatestDivisor(outputStep, Math.abs(tapStep));
  return Math.abs(tapStep) / shared < outputs && outputStep / shared < taps;
}

/** Without a guard, the image is what the windows reach. */
function windowAt(
  extents: ImageExtents,
  at: Pick<Found, 'output' | 'tap' | 'stride' | 'dilation' | 'pitch'>,
  offset?: number,
  extent?: number,
): Found {
  const [outputs, taps] = [extents.outer[at.output], extents.k[at.tap]];
  const dilation = Math.abs(at.dilation);
  const flipped = at.dilation < 0;
  const origin = offset === undefined ? 0 : offset - (flipped ? (taps - 1) * dilation : 0);
  const reach = at.stride * (outputs - 1) + dilation * (taps - 1) + 1;
  return { ...at, outputs, taps, dilation, flipped, origin, extent: extent ?? reach };
}

function nonzero(steps: readonly number[]): number[] {
  return [...steps.keys()].filter((place) => steps[place] !== 0);
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}
