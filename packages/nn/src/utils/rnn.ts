/**
 * Sequences of different lengths, as torch.nn.utils.rnn: padded to one length, or packed, one time step after the other
 * without the padding. Lengths are numbers of the host, because shapes depend on them; packing and padding are one gather.
 */

import { ArgumentError, ShapeError, formatShape } from '@tenfold/ir';
import {
  fromBuffer,
  indexSelect,
  logicalNot,
  maskedFill,
  pad,
  select,
  slice,
  stack,
} from '@tenfold/tensor/base';
import type { Tensor } from '@tenfold/tensor/base';

/** Sequences in order of falling length: the first elements of all, then the second elements, and so on. */
export interface PackedSequence {
  /** `[sum of the lengths, ...]` */
  readonly data: Tensor;
  /** How many sequences have a step, for each step. */
  readonly batchSizes: readonly number[];
  /** Which sequence of the caller's is at each place; null where they came in order. */
  readonly sortedIndices: readonly number[] | null;
  /** At which place each sequence of the caller's is; null where they came in order. */
  readonly unsortedIndices: readonly number[] | null;
}

export interface PadOptions {
  /** Whether padded batches are `[B, T, ...]` instead of `[T, B, ...]`. Default false. */
  readonly batchFirst?: boolean;
  /** What stands after the end of a sequence. Default 0. */
  readonly paddingValue?: number;
}

export interface PackOptions {
  /** Whether the sequences must come with the longest first; otherwise they are sorted. Default true. */
  readonly enforceSorted?: boolean;
}

export function isPacked(input: Tensor | PackedSequence): input is PackedSequence {
  return 'batchSizes' in input;
}

/** Lengths of the sequences of a pack, the longest first. */
export function packedLengths({ batchSizes }: PackedSequence): number[] {
  return Array.from({ length: batchSizes[0] }, (_, place) => batchSizes.filter((n) => n > place).length);
}

/**
 * Packs a padded batch `[T, B, ...]`, as torch.nn.utils.rnn.pack_padded_sequence.
 * @throws ArgumentError for lengths that are no whole numbers from 1 to T, or are not sorted though they must be.
 */
export function packPaddedSequence(
  input: Tensor,
  lengths: readonly number[],
  { batchFirst = false, enforceSorted = true }: PadOptions & PackOptions = {},
): PackedSequence {
  if (input.ndim < 2) {
    throw new ShapeError(
      `packPaddedSequence: the input has shape ${formatShape(input.shape)}, expected a batch`,
    );
  }
  const [time, batch] = batchFirst ? [input.shape[1], input.shape[0]] : input.shape;
  checkLengths('packPaddedSequence', lengths, batch, time);
  const order = lengths.map((_, i) => i);
  if (!enforceSorted) order.sort((a, b) => lengths[b] - lengths[a]);
  else if (lengths.some((length, i) => i > 0 && length > lengths[i - 1])) {
    throw new ArgumentError(
      `packPaddedSequence: the lengths [${lengths.join(', ')}] do not fall; sort the batch, or pass { enforceSorted: false }`,
    );
  }
  const rows: number[] = [];
  const batchSizes: number[] = [];
  for (let t = 0; t < lengths[order[0]]; t++) {
    const going = order.filter((i) => lengths[i] > t);
    batchSizes.push(going.length);
    for (const i of going) rows.push(batchFirst ? i * time + t : t * batch + i);
  }
  return {
    data: selectAt(input.flatten(0, 1), 0, rows),
    batchSizes,
    sortedIndices: enforceSorted ? null : order,
    unsortedIndices: enforceSorted ? null : invertPermutation(order),
  };
}

export interface PadPackedOptions extends PadOptions {
  /** The time steps of the result, at least those of the longest sequence, which are the default. */
  readonly totalLength?: number | null;
}

/**
 * The padded batch `[T, B, ...]` of a pack, in the order of the caller's sequences, and their lengths, as
 * torch.nn.utils.rnn.pad_packed_sequence.
 */
export function padPackedSequence(
  sequence: PackedSequence,
  { batchFirst = false, paddingValue = 0, totalLength = null }: PadPackedOptions = {},
): [Tensor, number[]] {
  const { data, batchSizes, unsortedIndices } = sequence;
  const [batch] = batchSizes;
  const time = totalLength ?? batchSizes.length;
  if (!Number.isInteger(time) || time < batchSizes.length) {
    throw new ArgumentError(
      `padPackedSequence: totalLength is ${time}, expected at least ${batchSizes.length}, the longest length`,
    );
  }
  const order = unsortedIndices ?? Array.from({ length: batch }, (_, place) => place);
  const rows: number[] = [];
  let first = 0;
  for (let t = 0; t < time; t++) {
    const going = batchSizes[t] ?? 0;
    // What has ended reads any row, and shows the padding in its place.
    for (const place of order) rows.push(place < going ? first + place : 0);
    first += going;
  }
  const sorted = packedLengths(sequence);
  const lengths = order.map((place) => sorted[place]);
  const inner = data.shape.slice(1);
  const found = selectAt(data, 0, rows).reshape([time, batch, ...inner]);
  const mask = stepMask(lengths, time, data.device).reshape([time, batch, ...inner.map(() => 1)]);
  const padded = maskedFill(found, logicalNot(mask), paddingValue);
  return [batchFirst ? padded.transpose(0, 1) : padded, lengths];
}

/** `[T, B, 1]`, true where a sequence has a step. */
export function stepMask(lengths: readonly number[], time: number, device: string): Tensor {
  const goesOn = new Uint8Array(time * lengths.length);
  lengths.forEach((length, i) => {
    for (let t = 0; t < length; t++) goesOn[t * lengths.length + i] = 1;
  });
  return fromBuffer(goesOn, [time, lengths.length, 1], { device, dtype: 'bool' });
}

/**
 * Sequences `[T, ...]` of different lengths as one batch `[T, B, ...]`, as torch.nn.utils.rnn.pad_sequence.
 * @throws ShapeError when their other axes differ.
 */
export function padSequence(
  sequences: readonly Tensor[],
  { batchFirst = false, paddingValue = 0 }: PadOptions = {},
): Tensor {
  const time = Math.max(...sequenceLengths('padSequence', sequences));
  const padded = sequences.map((sequence) => {
    const around = Array.from({ length: 2 * sequence.ndim }, () => 0);
    around[around.length - 1] = time - sequence.shape[0];
    return pad(sequence, around, { value: paddingValue });
  });
  return stack(padded, batchFirst ? 0 : 1);
}

/** The sequences of a padded batch `[T, B, ...]`, as torch.nn.utils.rnn.unpad_sequence. */
export function unpadSequence(
  paddedSequences: Tensor,
  lengths: readonly number[],
  { batchFirst = false }: Pick<PadOptions, 'batchFirst'> = {},
): Tensor[] {
  const batches = batchFirst ? paddedSequences : paddedSequences.transpose(0, 1);
  checkLengths('unpadSequence', lengths, batches.shape[0], batches.shape[1]);
  return lengths.map((length, i) => slice(select(batches, 0, i), 0, 0, length));
}

/** Packs sequences `[T, ...]` of different lengths, as torch.nn.utils.rnn.pack_sequence. */
export function packSequence(
  sequences: readonly Tensor[],
  { enforceSorted = true }: PackOptions = {},
): PackedSequence {
  const lengths = sequenceLengths('packSequence', sequences);
  return packPaddedSequence(padSequence(sequences), lengths, { enforceSorted });
}

/** The sequences of a pack, in the caller's order, as torch.nn.utils.rnn.unpack_sequence. */
export function unpackSequence(packedSequences: PackedSequence): Tensor[] {
  return unpadSequence(...padPackedSequence(packedSequences));
}

/** At which place of a permutation each number is, as torch.nn.utils.rnn.invert_permutation; null stays null. */
export function invertPermutation(permutation: readonly number[]): number[];
export function invertPermutation(permutation: readonly number[] | null): number[] | null;
export function invertPermutation(permutation: readonly number[] | null): number[] | null {
  if (permutation === null) return null;
  const places: number[] = [];
  permutation.forEach((position, place) => (places[position] = place));
  return places;
}

/** The slices of an axis at positions that the host knows. */
export function selectAt(self: Tensor, axis: number, positions: readonly number[]): Tensor {
  return indexSelect(
    self,
    axis,
    fromBuffer(Int32Array.from(positions), positions.length, { device: self.device }),
  );
}

function sequenceLengths(op: string, sequences: readonly Tensor[]): number[] {
  if (sequences.length === 0) throw new ArgumentError(`${op}: there are no sequences; expected at least one`);
  return sequences.map(({ shape }) => {
    if (shape.length > 0) return shape[0];
    throw new ShapeError(`${op}: a sequence has shape [], expected [T, ...]`);
  });
}

function checkLengths(op: string, lengths: readonly number[], batch: number, time: number): void {
  if (lengths.length !== batch || batch === 0) {
    throw new ArgumentError(
      `${op}: ${lengths.length} lengths for a batch of ${batch}; expected one a sequence`,
    );
  }
  const wrong = lengths.find((length) => !Number.isInteger(length) || length < 1 || length > time);
  if (wrong === undefined) return;
  throw new ArgumentError(
    `${op}: a length is ${wrong}, expected whole numbers from 1 to ${time}, the time steps`,
  );
}
