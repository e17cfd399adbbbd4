/**
 * Where the host's time goes: the parts of a run that a profile tells apart, and the observer that hears of them. Without
 * one, nothing is timed.
 */

/**
 * `run`: everything from gathering what is to be computed, or from binding a recorded plan, to the results; within it
 * `plan` (scheduling and memory planning) and `compile`, where a plan had to be made, and what the backend does.
 */
export type Phase = 'run' | 'plan' | 'compile';

/** Begin and end in milliseconds of `performance.now()`; what is within another phase is told before it. */
export type PhaseObserver = (phase: Phase, begin: number, end: number) => void;

let observer: PhaseObserver | undefined;

/** Sets who hears of all phases from now on; undefined: nobody. */
export function observePhases(value: PhaseObserver | undefined): void {
  observer = value;
}

export function timed<T>(phase: Phase, body: () => T): T {
  if (!observer) return body();
  const begin = performance.now();
  try {
    return body();
  } finally {
    observer?.(phase, begin, performance.now());
  }
}
