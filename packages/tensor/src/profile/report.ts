/**
 * From what was observed to figures: times, work and share of the roofline by kernel and by kind of kernel, and where the
 * host's time went. Pure.
 */

import type { Dispatch, Kernel, Phase, Work } from '@tenfold/ir';
import { NO_WORK, addWork, greatestExtent, workOf } from '@tenfold/ir';
import type { Peaks } from './peaks.ts';
import { millisecondsAtPeak } from './peaks.ts';
import type { Recording, Span } from './recording.ts';

/** Milliseconds, and work in all calls together. */
export interface KernelFigures extends Work {
  /** The kernel's, or the kind's. */
  readonly name: string;
  readonly calls: number;
  readonly milliseconds: number;
  /** Of the time of all kernels. */
  readonly share: number;
  readonly gflopsPerSecond: number;
  /** Bytes read and written, in 10⁹ a second. */
  readonly gigabytesPerSecond: number;
  /** The time that the device would need at its peaks over the time taken; NaN without peaks. */
  readonly roofline: number;
}

/**
 * What a kernel is: products of matrices and the like, attention, loops that accumulate and loops that do not, sorting, and
 * functions of the host (decompositions of matrices, whose operations are those of the textbook algorithm).
 */
export type KernelKind = 'contraction' | 'attention' | 'reduction' | 'elementwise' | 'routine' | 'host';

export interface KernelProfile extends KernelFigures {
  /** Extents of its loops: of a contraction batch, m, n and k. */
  readonly size: readonly number[];
  readonly kind: KernelKind;
  /** What the peaks say should limit it. */
  readonly bound: 'compute' | 'memory';
}

/** Milliseconds of the function, by what was done. They add up to the whole. */
export interface HostTimes {
  /** Outside runs: tracing operations and gradients, and the program's own JavaScript. */
  readonly tracing: number;
  /** Scheduling and planning memory, where a plan had to be made. */
  readonly planning: number;
  /** Generating and compiling code. */
  readonly compiling: number;
  /** The rest of the runs: finding the plan, binding memory, writing arguments, reading small results. */
  readonly replaying: number;
  /** In kernels, as long as the host waits for them. */
  readonly kernels: number;
}

export interface Report {
  readonly kernels: readonly KernelProfile[];
  readonly kinds: readonly KernelFigures[];
  readonly total: KernelFigures;
  readonly host: HostTimes;
  /** By thread, the calling one first; empty where the device does not know. */
  readonly threads: readonly ThreadFigures[];
}

export interface ThreadFigures {
  readonly thread: number;
  /** In kernels, from the first to the last task of each. */
  readonly milliseconds: number;
}

interface Sum extends Work {
  readonly calls: number;
  readonly milliseconds: number;
  readonly compute: number;
  readonly memory: number;
  /** The greater of the two for each kernel, summed. */
  readonly atPeak: number;
}

const NOTHING: Sum = { ...NO_WORK, calls: 0, milliseconds: 0, compute: 0, memory: 0, atPeak: 0 };

/** `peaks`: undefined where they were not wanted. */
export function report(recording: Recording, peaks: Peaks | undefined): Report {
  const { dispatches } = recording;
  const known = new Map<Dispatch, Work>();
  const sums = new Map<Kernel, Sum>();
  for (const { dispatch, begin, end } of dispatches) {
    const { kernel } = dispatch.program;
    const work = known.get(dispatch) ?? workOfLaunches(dispatch);
    known.set(dispatch, work);
    const { compute, memory } = peaks ? millisecondsAtPeak(work, peaks) : { compute: NaN, memory: NaN };
    const call = { ...work, calls: 1, milliseconds: end - begin, compute, memory, atPeak: Math.max(compute, memory) };
    sums.set(kernel, plus(sums.get(kernel) ?? NOTHING, call));
  } // prettier-ignore
  const all = [...sums.values()].reduce(plus, NOTHING);
  const kernels = [...sums].map(([kernel, sum]): KernelProfile => ({
    ...figures(kernel.name, sum, all),
    size: sizeOf(kernel),
    kind: kindOf(kernel),
    bound: sum.compute > sum.memory ? 'compute' : 'memory',
  }));
  const kinds = new Map<KernelKind, Sum>();
  for (const [kernel, sum] of sums) {
    const kind = kindOf(kernel);
    kinds.set(kind, plus(kinds.get(kind) ?? NOTHING, sum));
  }
  const slowestFirst = (a: KernelFigures, b: KernelFigures) => b.milliseconds - a.milliseconds;
  return {
    kernels: kernels.sort(slowestFirst),
    kinds: [...kinds].map(([kind, sum]) => figures(kind, sum, all)).sort(slowestFirst),
    total: figures('total', all, all),
    host: hostTimes(recording),
    threads: threadFigures(recording),
  };
}

export function kindOf(kernel: Kernel): KernelKind {
  if (kernel.kind === 'contract') return 'contraction';
  if (kernel.kind === 'loop') return kernel.accumulators.length > 0 ? 'reduction' : 'elementwise';
  return kernel.kind;
}

/** The greatest extents of a kernel's first nest of loops, outermost first; those of a contraction and of attention by role. */
function sizeOf(kernel: Kernel): readonly number[] {
  if (kernel.kind === 'routine') return [kernel.routine.rows, kernel.routine.length];
  if (kernel.kind === 'host') return [kernel.rows, ...kernel.routine.sizes];
  if (kernel.kind === 'contract') {
    const product = (axes: readonly number[]) =>
      axes.reduce((size, axis) => size * greatestExtent(kernel, axis), 1);
    const { batch, m, n, k } = kernel;
    return [batch, m, n, k].map(product).filter((size, i) => i > 0 || size > 1);
  }
  if (kernel.kind === 'attention') {
    const { batch, query, key, depth, width } = kernel;
    return [...batch, query, key, depth, width].map((axis) => greatestExtent(kernel, axis));
  }
  const sizes: number[] = [];
  for (let body = kernel.body; ;) {
    const loop = body.find((stmt) => stmt.kind === 'loop');
    if (!loop) return sizes;
    sizes.push(greatestExtent(kernel, loop.axis));
    body = loop.body;
  }
}

export function workOfLaunches({ program, launches }: Dispatch): Work {
  return launches.map(({ extents }) => workOf(program.kernel, extents)).reduce(addWork, NO_WORK);
}

function plus(a: Sum, b: Sum): Sum {
  return {
    ...addWork(a, b),
    calls: a.calls + b.calls,
    milliseconds: a.milliseconds + b.milliseconds,
    compute: a.compute + b.compute,
    memory: a.memory + b.memory,
    atPeak: a.atPeak + b.atPeak,
  };
}

function figures(name: string, sum: Sum, all: Sum): KernelFigures {
  const { calls, milliseconds, flops, readBytes, writtenBytes, atPeak } = sum;
  return {
    name,
    calls,
    milliseconds,
    share: ratio(milliseconds, all.milliseconds),
    flops,
    readBytes,
    writtenBytes,
    gflopsPerSecond: ratio(flops, milliseconds * 1e6),
    gigabytesPerSecond: ratio(readBytes + writtenBytes, milliseconds * 1e6),
    roofline: ratio(atPeak, milliseconds),
  };
}

/** 0 for something so short that the clock did not see it; NaN stays NaN. */
function ratio(a: number, b: number): number {
  if (b > 0 || Number.isNaN(a)) return a / b;
  return 0;
}

function hostTimes({ phases, dispatches, wall }: Recording): HostTimes {
  const of = (phase: Phase) => phases.filter((span) => span.phase === phase);
  const runs = of('run');
  const [running, planning, compiling] = [runs, of('plan'), of('compile')].map(lengthOf);
  // A device of its own computes while the host goes on; what counts here is what the host waited for within a run.
  let run = 0;
  const kernels = dispatches.filter(({ begin, end }) => {
    while (run < runs.length && runs[run].end < end) run++;
    return run < runs.length && runs[run].begin <= begin;
  });
  const waited = lengthOf(kernels);
  return {
    tracing: wall - running,
    planning: planning - compiling,
    compiling,
    replaying: running - planning - waited,
    kernels: waited,
  };
}

function threadFigures({ dispatches }: Recording): readonly ThreadFigures[] {
  const found = new Map<number, number>();
  for (const { thread, begin, end } of dispatches.flatMap(({ threads }) => threads)) {
    found.set(thread, (found.get(thread) ?? 0) + end - begin);
  }
  return [...found]
    .map(([thread, milliseconds]) => ({ thread, milliseconds }))
    .sort((a, b) => a.thread - b.thread);
}

function lengthOf(spans: readonly Span[]): number {
  return spans.reduce((sum, { begin, end }) => sum + end - begin, 0);
}
