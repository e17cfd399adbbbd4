/**
 * What is observed while a function runs: dispatches with their times, phases of the host, plans found and made, device
 * memory. It interprets nothing; `report.ts` does.
 */

import type { Device, Dispatch, Phase, ThreadSpan } from '@tenfold/ir';
import { ArgumentError, observePhases } from '@tenfold/ir';

/** A stretch of time; milliseconds since the recording began. */
export interface Span {
  readonly begin: number;
  readonly end: number;
}

export interface DispatchSpan extends Span {
  readonly dispatch: Dispatch;
  /** What each thread did of it, where the device knows. */
  readonly threads: readonly ThreadSpan[];
}

export interface PhaseSpan extends Span {
  readonly phase: Phase;
}

export interface Recording {
  /** Of the whole function, in milliseconds. */
  readonly wall: number;
  readonly dispatches: readonly DispatchSpan[];
  readonly phases: readonly PhaseSpan[];
  readonly runs: number;
  readonly plans: { readonly hits: number; readonly misses: number; readonly evictions: number };
  /** Bytes copied from the host into slots of plans. */
  readonly uploadedBytes: number;
  /** Bytes of device memory in use: the most while a kernel ran, and when the function had ended. */
  readonly peakBytes: number;
  readonly liveBytes: number;
}

/**
 * Runs `body` on a device that is observed meanwhile.
 * @throws ArgumentError when the device is being observed already.
 */
export async function record<R>(
  device: Device,
  body: () => R | Promise<R>,
): Promise<{ result: R; recording: Recording }> {
  const { backend, memory, plans, counters } = device;
  if (backend.observer)
    throw new ArgumentError(
      `profile: device '${device.name}' is being profiled already; await that profile first`,
    );
  const dispatches: DispatchSpan[] = [];
  const phases: PhaseSpan[] = [];
  const before = { ...plans.counters, ...counters };
  let peakBytes = memory.liveBytes;
  const start = performance.now();
  const moved = <S extends Span>(span: S): S => ({
    ...span,
    begin: span.begin - start,
    end: span.end - start,
  });
  backend.observer = (dispatch, begin, end, threads = []) => {
    dispatches.push(moved({ dispatch, begin, end, threads: threads.map(moved) }));
    peakBytes = Math.max(peakBytes, memory.liveBytes);
  };
  observePhases((phase, begin, end) => phases.push(moved({ phase, begin, end })));
  try {
    const result = await body();
    await backend.synchronize();
    const wall = performance.now() - start;
    const recording = {
      wall,
      dispatches,
      phases,
      runs: counters.runs - before.runs,
      plans: {
        hits: plans.counters.hits - before.hits,
        misses: plans.counters.misses - before.misses,
        evictions: plans.counters.evictions - before.evictions,
      },
      uploadedBytes: counters.uploadedBytes - before.uploadedBytes,
      peakBytes,
      liveBytes: memory.liveBytes,
    };
    return { result, recording };
  } finally {
    backend.observer = undefined;
    observePhases(undefined);
  }
}
