/** Requests in the order in which they came, taken one at a time by the worker's loop. */

import type { Request } from '../protocol.ts';

export class Mailbox {
  readonly #requests: Request[] = [];
  #arrived: (() => void) | undefined;

  put(request: Request): void {
    this.#requests.push(request);
    this.#arrived?.();
  }

  take(): Request | undefined {
    return this.#requests.shift();
  }

  get isEmpty(): boolean {
    return this.#requests.length === 0;
  }

  /** Resolves when there is a request. */
  async arrival(): Promise<void> {
    if (!this.isEmpty) return;
    await new Promise<void>((resolve) => (this.#arrived = resolve));
    this.#arrived = undefined;
  }
}

const channel = new MessageChannel();

/**
 * Lets messages in: they are tasks of the event loop, and awaiting what is done already never gets as far. A message
 * to oneself comes back at once, where a timer would take four milliseconds.
 */
export function letMessagesIn(): Promise<void> {
  return new Promise((resolve) => {
    channel.port1.onmessage = () => resolve();
    channel.port2.postMessage(undefined);
  });
}
