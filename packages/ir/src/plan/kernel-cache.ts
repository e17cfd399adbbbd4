/** Compiled kernels of one backend, shared by all plans: a kernel that was seen before is not compiled again. */

import type { Backend, Program } from '../backend/backend.ts';
import { kernelKey } from '../kernel/hash.ts';
import type { Kernel } from '../kernel/kernel.ts';

/** Programs kept beyond what plans in use hold themselves. */
const LIMIT = 4096;

export class KernelCache {
  /** Kernels given to the backend so far. */
  compiles = 0;
  readonly #backend: Backend;
  readonly #programs = new Map<string, Program>();

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  /** The programs of kernels, in order; what is new is compiled in one call. */
  programs(kernels: readonly Kernel[]): Program[] {
    const keys = kernels.map(kernelKey);
    const fresh = new Map<string, Kernel>();
    keys.forEach((key, i) => {
      if (!this.#programs.has(key)) fresh.set(key, kernels[i]);
    });
    if (fresh.size > 0) {
      const compiled = this.#backend.compile([...fresh.values()]);
      this.compiles += fresh.size;
      [...fresh.keys()].forEach((key, i) => this.#programs.set(key, compiled[i]));
    }
    const programs = keys.map((key) => this.#use(key));
    this.#trim();
    return programs;
  }

  /** Moves a program to the end of the line of those to be dropped. */
  #use(key: string): Program {
    const program = this.#programs.get(key)!;
    this.#programs.delete(key);
    this.#programs.set(key, program);
    return program;
  }

  #trim(): void {
    for (const key of this.#programs.keys()) {
      if (this.#programs.size <= LIMIT) return;
      this.#programs.delete(key);
    }
  }
}
