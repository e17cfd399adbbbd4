/**
 * Waiting for a device: nothing waits for ever. A wait ends with its result, with an error when it takes too long, or with
 * the reason when the device goes away: WebGPU leaves some of its promises open then, and settles others as if all were
 * well.
 */

import { DeviceError } from '@tenfold/ir';

/** How a wait that WebGPU refused may still turn out to be the loss of the device, which is told a little later. */
const LOSS_FOLLOWS = new Set(['AbortError', 'OperationError', 'GPUPipelineError']);
const MILLISECONDS_UNTIL_LOSS = 500;

export class Waits {
  readonly #milliseconds: number;
  readonly #pending = new Set<(cause: unknown) => void>();
  #broken: { readonly cause: unknown } | undefined;

  /** `milliseconds`: how long one wait may take. */
  constructor(milliseconds: number) {
    this.#milliseconds = milliseconds;
  }

  /**
   * The result of `promise`. Raises DeviceError naming `what` was waited for when it takes too long, and what `break`
   * was told when the device went away.
   */
  for<T>(promise: Promise<T>, what: () => string): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const end = (act: () => void) => {
        clearTimeout(timer);
        this.#pending.delete(fail);
        act();
      };
      const fail = (cause: unknown) => end(() => reject(cause));
      const timer = setTimeout(() => fail(this.#tooLong(what())), this.#milliseconds);
      this.#pending.add(fail);
      if (this.#broken) fail(this.#broken.cause);
      promise.then(
        (value) => end(() => resolve(value)),
        (cause: unknown) => {
          if (!(cause instanceof Error && LOSS_FOLLOWS.has(cause.name))) return fail(cause);
          setTimeout(() => fail(cause), MILLISECONDS_UNTIL_LOSS);
        },
      );
    });
  }

  /** Ends all waits, now and later, with an error. The first one counts. */
  break(cause: unknown): void {
    this.#broken ??= { cause };
    for (const fail of this.#pending) fail(this.#broken.cause);
  }

  #tooLong(what: string): DeviceError {
    const seconds = this.#milliseconds / 1000;
    return new DeviceError(
      `webgpu: ${what} took more than ${seconds} s; the device hangs, or is much slower than expected: ` +
        'do less in one step, or raise the option timeout',
    );
  }
}
