/**
 * The order of everything that a device is asked to do. Mostly a thing is done at once; where a batch has to wait for its
 * pipelines, what comes after waits behind it. An error sticks: it is raised where somebody waits, and only there.
 */

export class WorkQueue {
  #waiting: { readonly ready: Promise<unknown> | undefined; readonly act: () => void }[] = [];
  #draining: Promise<void> | undefined;
  #error: { readonly cause: unknown } | undefined;

  /** Whether what is added now is done at once. */
  get idle(): boolean {
    return this.#draining === undefined;
  }

  /** Does something when all before it is done, and `ready` has come. */
  add(act: () => void, ready?: Promise<unknown>): void {
    if (!this.#draining && !ready) return this.#do(act);
    this.#waiting.push({ ready, act });
    this.#draining ??= this.#drain();
  }

  /** The result of something done in its turn. */
  result<T>(act: () => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.add(() => {
        if (this.#error) reject(this.#error.cause);
        else act().then(resolve, reject);
      });
    });
  }

  /** Resolves when nothing waits any more. Raises the error that sticks. */
  async settled(): Promise<void> {
    while (this.#draining) await this.#draining;
    this.check();
  }

  /** Raises the error that sticks. */
  check(): void {
    if (this.#error) throw this.#error.cause;
  }

  /** The first error is the one that tells what happened. */
  fail(cause: unknown): void {
    this.#error ??= { cause };
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
        await next.ready;
      } catch (error) {
        this.fail(error);
      }
      this.#do(next.act);
    }
    this.#draining = undefined;
  }
}
