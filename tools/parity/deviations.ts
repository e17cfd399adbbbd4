/** Deviations from PyTorch's signatures that are meant, and why. `*` stands for any letters, also none. */
import type { Deviation } from './compare-signatures.ts';
import { matches } from './exclusions.ts';

interface Meant {
  /** Qualified names of PyTorch. */
  readonly names: readonly string[];
  /** The parameters, in the spelling in which they are listed; all where there are none. */
  readonly parameters?: readonly string[];
  readonly reason: string;
}

const MEANT: readonly Meant[] = [];

/** Why a function deviates in this way; undefined where nobody meant it. */
export function reasonFor(name: string, { parameter }: Deviation): string | undefined {
  return MEANT.find(
    ({ names, parameters }) =>
      names.some((pattern) => matches(pattern, name)) && (!parameters || parameters.includes(parameter)),
  )?.reason;
}
