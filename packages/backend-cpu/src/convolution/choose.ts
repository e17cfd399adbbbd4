/** Chooses the algorithm of a convolution: the one that the user names, else the fastest that keeps the limits. */

import { ArgumentError } from '@tenfold/ir';
import type { ContractHint } from '@tenfold/ir';
import type { AlgorithmEstimate } from './algorithms.ts';

export interface Limits {
  /** The most extra memory that an algorithm may take; where none keeps to it, the one that takes least is used. */
  readonly workspaceBytes: number;
}

export interface Choice extends Limits {
  /** The expected rounding up to which Winograd's algorithms may be chosen. */
  readonly tolerance: number;
}

export function chooseAlgorithm(
  candidates: readonly AlgorithmEstimate[],
  hint: ContractHint = {},
  { workspaceBytes, tolerance }: Choice,
): AlgorithmEstimate {
  const { algorithm, precision, optional } = hint;
  const named = candidates.find((candidate) => candidate.algorithm === algorithm);
  if (named && named.refusal === undefined) return named;
  if (algorithm && !optional) throw refused(algorithm, named?.refusal ?? 'the cpu backend does not have it');
  const fitting = candidates.filter(({ refusal }) => refusal === undefined);
  const allowedError = precision === 'high' ? 0 : tolerance;
  const precise = fitting.filter(
    (candidate) => !candidate.algorithm.startsWith('winograd') || candidate.relativeError <= allowedError,
  );
  const allowed = precise.filter(({ extraBytes }) => extraBytes <= workspaceBytes);
  if (allowed.length > 0) return least(allowed, ({ nanoseconds }) => nanoseconds);
  return least(precise, ({ extraBytes }) => extraBytes);
}

/** The error for an algorithm that was asked for and does not fit. */
export function refused(algorithm: string, reason: string): ArgumentError {
  return new ArgumentError(
    `convolution: the algorithm '${algorithm}' cannot compute it: ${reason}; use another one, or 'auto'`,
  );
}

function least<T>(items: readonly T[], measure: (item: T) => number): T {
  return items.reduce((best, item) => (measure(item) < measure(best) ? item : best));
}
