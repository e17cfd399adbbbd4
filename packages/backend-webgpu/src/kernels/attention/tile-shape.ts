/**
 * How an attention is cut for workgroups. Some tokens stay with a workgroup while the others stream past; each
 * invocation has four of those that stay and four of those that stream, and of what is summed up for the tokens that
 * stay four rows and every `stream`-th group of four columns.
 */

import type { Target } from '../../target.ts';
import { powerAtLeast } from '../../powers.ts';

export interface TileShape {
  /** Groups of four tokens that stay, and that stream past together; their product is the size of the workgroup. */
  readonly stay: number;
  readonly stream: number;
  /** Features that a product of scores takes from memory at a time. */
  readonly chunk: number;
  /** Streaming tokens that a sum takes from memory at a time. */
  readonly part: number;
  /** Elements of workgroup memory, `vec4f`s. */
  readonly memory: number;
}

export interface TileSizes {
  readonly stay: number;
  readonly stream: number;
  /** Greatest number of features of what scores are made of. */
  readonly features: number;
  /** Columns of each sum. */
  readonly columns: readonly number[];
}

/** Groups of four columns that each invocation has at most, all sums together. */
const MOST_GROUPS = 4;

export function chooseTile({ stay, stream, features, columns }: TileSizes, target: Target): TileShape {
  const size = Math.min(256, target.workgroupSize);
  const side = Math.sqrt(size);
  const quads = (n: number) => Math.max(1, Math.ceil(n / 4));
  const groups = columns.reduce((sum, n) => sum + Math.ceil(quads(n) / side), 0);
  // Wide sums are spread over more invocations, which leaves fewer tokens to a workgroup.
  const widest = groups > MOST_GROUPS ? side / 2 : side;
  const staying = Math.min(widest, powerAtLeast(quads(stay)));
  const streaming = Math.max(32 / staying, Math.min(size / widest, powerAtLeast(quads(stream))));
  const most = Math.floor(target.workgroupBytes / 16);
  const scores = (chunk: number) => chunk * (staying + 1 + streaming + 1);
  const sums = (part: number) =>
    part * (staying + 1 + Math.max(...columns.map((n) => widthOf(n, streaming))));
  const chunk = fitting(Math.min(16, 4 * quads(features)), scores, most);
  const part = fitting(Math.min(16, 4 * streaming), sums, most);
  const memory = Math.max(scores(chunk), sums(part), staying * streaming);
  return { stay: staying, stream: streaming, chunk, part, memory };
}

/** Groups of four columns, rounded up so that every invocation has the same number. */
export function widthOf(columns: number, stream: number): number {
  return Math.ceil(columns / 4 / stream) * stream;
}

function fitting(length: number, memory: (length: number) => number, most: number): number {
  return length > 4 && memory(length) > most ? fitting(length / 2, memory, most) : length;
}
