/**
 * A profile as a file for chrome://tracing and ui.perfetto.dev: the Trace Event Format, complete events in microseconds.
 * The phases of the host are one row, the kernels of the device another, and each thread that ran tasks of them one more.
 */

import type { Recording, Span } from './recording.ts';
import { kindOf, workOfLaunches } from './report.ts';

export interface TraceEvent {
  readonly name: string;
  /** `X`: a stretch of time; `M`: the name of a row. */
  readonly ph: 'X' | 'M';
  readonly pid: number;
  readonly tid: number;
  readonly cat?: string;
  /** Begin and duration in microseconds. */
  readonly ts?: number;
  readonly dur?: number;
  readonly args?: Readonly<Record<string, number | string>>;
}

/** Serialised with JSON.stringify it is what the viewers read. */
export interface Trace {
  readonly displayTimeUnit: 'ms';
  readonly traceEvents: readonly TraceEvent[];
}

const PROCESS = 1;
const HOST = 1;
const DEVICE = 2;
const FIRST_THREAD = 3;

export function trace({ wall, phases, dispatches }: Recording, device: string): Trace {
  const whole = complete('profile', 'host', HOST, { begin: 0, end: wall });
  const host = [...phases]
    .sort((a, b) => a.begin - b.begin || b.end - a.end)
    .map((span) => complete(span.phase, 'host', HOST, span));
  const kernels = dispatches.map(({ dispatch, begin, end }) => {
    const { kernel } = dispatch.program;
    const args = { ...workOfLaunches(dispatch), launches: dispatch.launches.length };
    return { ...complete(kernel.name, kindOf(kernel), DEVICE, { begin, end }), args };
  });
  const tasks = dispatches.flatMap(({ dispatch, threads }) => {
    const { kernel } = dispatch.program;
    return threads.map((span) => complete(kernel.name, 'task', FIRST_THREAD + span.thread, span));
  });
  const rows = [...new Set(tasks.map(({ tid }) => tid))].sort((a, b) => a - b);
  return {
    displayTimeUnit: 'ms',
    traceEvents: [
      named('process_name', 0, 'Tenfold'),
      named('thread_name', HOST, 'host'),
      named('thread_name', DEVICE, `kernels on ${device}`),
      ...rows.map((tid) => named('thread_name', tid, `thread ${tid - FIRST_THREAD}`)),
      whole,
      ...host,
      ...kernels,
      ...tasks,
    ],
  };
}

function complete(name: string, cat: string, tid: number, { begin, end }: Span): TraceEvent {
  return { name, cat, ph: 'X', pid: PROCESS, tid, ts: begin * 1000, dur: (end - begin) * 1000 };
}

function named(name: string, tid: number, value: string): TraceEvent {
  return { name, ph: 'M', pid: PROCESS, tid, args: { name: value } };
}
