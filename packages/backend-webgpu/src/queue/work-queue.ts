/**
 * The order of everything that a device is asked to do. Mostly a thing is done at once; where one has to wait for its
 * pipelines, what comes after waits behind it. An error sticks: it is raised where somebody waits, and only there.
 */

import { DeviceLostError } from '@tenfold/ir';

interface Waiting {
  readonly act: () => void;
  readonly ready: (() => Promise<unknown> | undefined) | undefined;
}

export class WorkQueue {
  readonly #waiting: Waiting[] = [];
  #draining: Promise<void> | undefined;
  #error: { readonly cause: unknown } | undefined;

  /** Whether what is added now is done at once. */
  get idle(): boolean {
    return this.#draining === undefined;
  }

  /**
   * Does something when all before it is done. `ready` is asked then, and what it promises waited for; where that fails,
   * the error sticks and nothing is done.
   */
  add(act: () => void, ready?: () => Promise<unknown> | undefined): void {
    const promised = this.idle ? ready?.() : undefined;
    if (this.idle && !promised) return this.#do(act);
    this.#waiting.push({ act, ready: promised ? () => promised : ready });
    this.#draining ??= this.#drain();
  }

  /** The result of something done in its turn. Raises the error that sticks, which thereby has been told. */
  result<T>(act: () => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.add(() => {
        try {
          this.take();
        } catch (cause) {
          return reject(cause);
        }
        act().then(resolve, reject);
      });
    });
  }

  /** Resolves when nothing waits any more. */
  async settled(): Promise<void> {
    while (this.#draining) await this.#draining;
  }

  /** Raises the error that sticks. It goes on to stick: an await that nobody looks at must not use it up. */
  check(): void {
    if (this.#error) throw this.#error.cause;
  }

  /** Raises the error that sticks, and lets it go, unless the device is lost. */
  take(): void {
    const error = this.#error;
    if (!error) return;
    if (!(error.cause instanceof DeviceLostError)) this.#error = undefined;
    throw error.cause;
  }

  /** The first error is the one that tells what happened; only the loss of the device says more. */
  fail(cause: unknown): void {
    if (!this.#error || cause instanceof DeviceLostError) this.#error = { cause };
  }

  #do(act: () => void): void {
    try {
      act();
    } catch (error) {
      this.fail(error);
    }
  }

  async #drain(): Promise<void> {
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) {
      try {
        await next.ready?.();
        next.act();
      } catch (error) {
        this.fail(error);
      }
    }
    this.#draining = undefined;
  }
}
