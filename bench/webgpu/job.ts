/**
 * What one process is asked, a file of JSON named on its command line, and what it answers, a line of JSON for each thing
 * on its standard output. The same for programs in JavaScript and in Python.
 */

import { readFileSync } from 'node:fs';
import type { BatchSummary, BatchTiming } from './batches.ts';
import type { Parameter } from './parameters.ts';
import type { Sizes } from './sizes.ts';
import type { WorkName } from './works.ts';

/** Elements of a right result, and how far from them one may be, relative to the greatest of them. */
export interface Expected {
  /** Where in the result, flat; its first elements if left out. */
  readonly indices?: readonly number[];
  readonly values: readonly number[];
  readonly tolerance: number;
}

export interface Job {
  readonly sizes: Sizes;
  readonly timing: BatchTiming;
  readonly works: readonly WorkName[];
  readonly expected: { readonly [work in WorkName]?: Expected };
  /** Options of Dawn. */
  readonly dawn: readonly string[];
  /** Of the training step and of the decoder, and how many of its tokens are given. */
  readonly block: readonly Parameter[];
  readonly decoder: readonly Parameter[];
  readonly prompt: readonly number[];
  readonly learningRate: number;
}

/** What a process says of its library first. */
export interface About {
  readonly name: string;
  readonly version: string;
  readonly device: string;
}

/** What it says of each piece of work. */
export interface Answer {
  readonly work: WorkName;
  readonly timing?: BatchSummary;
  /** Milliseconds of a call on the device's own clock, where it has one. */
  readonly deviceMilliseconds?: number;
  /** The greatest distance from what was expected, relative to the greatest expected magnitude. */
  readonly error?: number;
  /** Why there is no time. */
  readonly problem?: string;
}

export function readJob<Kind = Job>(): Kind {
  return JSON.parse(readFileSync(process.argv[2], 'utf8')) as Kind;
}

export function tell(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
