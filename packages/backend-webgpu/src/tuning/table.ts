/**
 * Steps that a search has found to be best, by adapter and kernel. As JSON they outlive the page or the process: what was
 * found once can be kept beside a model and given to every user with the same kind of card.
 */

import type { Kernel } from '@tenfold/ir';
import { FormatError, kernelKey } from '@tenfold/ir';
import type { TuningStep } from './steps.ts';
import { isTuningStep } from './steps.ts';
import type { Tuning } from './tuning.ts';

/** Plain JSON: adapters by what their drivers call them, their kernels by a digest, and the steps of each. */
export interface TuningRecord {
  readonly version: 1;
  readonly adapters: Readonly<Record<string, Readonly<Record<string, readonly TuningStep[]>>>>;
}

export class TuningTable implements Tuning {
  readonly #adapter: string;
  readonly #others: TuningRecord['adapters'];
  readonly #steps: Map<string, readonly TuningStep[]>;

  /** Raises FormatError for a record that is not one. */
  constructor(info: Pick<GPUAdapterInfo, 'vendor' | 'architecture' | 'description'>, record?: TuningRecord) {
    this.#adapter = [info.vendor, info.architecture, info.description]
      .filter((name) => name !== '')
      .join(' / ');
    this.#others = record ? checked(record).adapters : {};
    this.#steps = new Map(Object.entries(this.#others[this.#adapter] ?? {}));
  }

  stepsFor(kernel: Kernel): readonly TuningStep[] | undefined {
    return this.#steps.size === 0 ? undefined : this.#steps.get(digest(kernel));
  }

  keep(kernel: Kernel, steps: readonly TuningStep[]): void {
    this.#steps.set(digest(kernel), steps);
  }

  /** All that is known, of other adapters as well. */
  record(): TuningRecord {
    const own = Object.fromEntries(this.#steps);
    return { version: 1, adapters: { ...this.#others, [this.#adapter]: own } };
  }
}

function checked(record: TuningRecord): TuningRecord {
  const given: unknown = record;
  const wrong = (what: string) =>
    new FormatError(`webgpu: the tuning record ${what}; give what exportTuning() returned, unchanged`);
  if (!isObject(given) || given.version !== 1) throw wrong('is not of version 1');
  if (!isObject(given.adapters)) throw wrong("has no 'adapters'");
  for (const [adapter, kernels] of Object.entries(given.adapters)) {
    if (!isObject(kernels)) throw wrong(`has no kernels for '${adapter}'`);
    for (const [kernel, steps] of Object.entries(kernels)) {
      if (!Array.isArray(steps) || !steps.every(isTuningStep))
        throw wrong(`has other things than steps for '${kernel}'`);
    }
  }
  return record;
}

function isObject(x: unknown): x is Readonly<Record<string, unknown>> {
  return typeof x === 'object' && x !== null;
}

/** 64 bits of a kernel's identity, in two runs of FNV-1a over it (http://www.isthe.com/chongo/tech/comp/fnv/). */
function digest(kernel: Kernel): string {
  const key = kernelKey(kernel);
  const run = (start: number) => {
    let hash = start;
    for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
    return (hash >>> 0).toString(16).padStart(8, '0');
  };
  return `${kernel.kind}-${run(0x811c9dc5)}${run(0x9747b28c)}`;
}
