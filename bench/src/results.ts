/** What a run of the suite gives: plain data, printed, saved, compared and plotted by others. */

import { cpus } from 'node:os';
import type { Summary } from './measure.ts';
import type { PlotPoint } from './workload.ts';

export interface Result {
  /** `group/set/variant`. */
  readonly id: string;
  readonly group: string;
  readonly set: string;
  readonly variant: string;
  readonly point?: PlotPoint;
  /** `ms` for times. Less is better. */
  readonly unit: string;
  readonly value: number;
  /** For times. */
  readonly timing?: Summary;
  /** What the time means, in `rate.unit`. */
  readonly rate?: { readonly value: number; readonly unit: string };
}

export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly node: string;
  readonly threads: number;
  readonly wide: boolean;
}

export interface Results {
  readonly machine: Machine;
  /** ISO date. */
  readonly date: string;
  /** Whether the measurements were short ones. */
  readonly quick: boolean;
  readonly results: readonly Result[];
}

export function thisMachine(threads: number, wide: boolean): Machine {
  const all = cpus();
  return {
    processor: all[0]?.model ?? 'unknown processor',
    cores: all.length,
    node: process.versions.node,
    threads,
    wide,
  };
}

export function describeMachine({ processor, cores, node, threads, wide }: Machine): string {
  return `${processor}, ${cores} cores, Node ${node}, ${threads} threads${wide ? ', wide vectors' : ''}`;
}

export function rateOf(
  { flops, bytes, samples }: { readonly flops?: number; readonly bytes?: number; readonly samples?: number },
  milliseconds: number,
): Result['rate'] {
  if (flops !== undefined) return { value: flops / milliseconds / 1e6, unit: 'GFLOP/s' };
  if (bytes !== undefined) return { value: bytes / milliseconds / 1e6, unit: 'GB/s' };
  if (samples !== undefined) return { value: (samples / milliseconds) * 1000, unit: 'samples/s' };
  return undefined;
}
