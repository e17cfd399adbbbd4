/**
 * Levels of what is printed while things run, from the environment variable TENFOLD_DEBUG or `setDebug`:
 * 1 plan-cache misses, 2 also the plans, 3 also the kernels, 4 also the generated code.
 */

export type DebugLevel = 0 | 1 | 2 | 3 | 4;

let level = fromEnvironment();

function fromEnvironment(): number {
  const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } };
  return Number(process?.env?.['TENFOLD_DEBUG'] ?? 0) || 0;
}

/** Whether messages of this level are wanted. */
export function isDebug(wanted: DebugLevel): boolean {
  return level >= wanted;
}

/** Sets the level for the rest of the process. */
export function setDebug(value: DebugLevel): void {
  level = value;
}

/** Prints to the error stream when the level is wanted; the message is only made then. */
export function debug(wanted: DebugLevel, message: () => string): void {
  if (level >= wanted) console.error(message());
}
