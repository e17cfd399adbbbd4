/**
 * How much work the device was given and has not done yet. Who awaits waits while more than a few batches are on their
 * way: enough to keep the device busy, and few enough that a loop neither piles up memory nor lets a page freeze. A loop
 * that never awaits cannot be slowed down, since what the device tells comes between tasks: it gets an error.
 */

import { DeviceError } from '@tenfold/ir';

/** Batches on their way while somebody who awaits may go on. */
const DEPTH = 3;

export interface FlightLimits {
  /** Batches that may be submitted without any being done. */
  readonly batches: number;
  /** Bytes that may be written for batches that are not done, beyond those of the first sixteen. */
  readonly uploadedBytes: number;
}

export const FLIGHT_LIMITS: FlightLimits = { batches: 1024, uploadedBytes: 1 << 30 };
/** A model's weights may be of any size; it takes a loop to upload much for many batches. */
const FEW_BATCHES = 16;

/** A batch on its way. */
export interface Flight {
  readonly bytes: number;
}

export class InFlight {
  readonly #limits: FlightLimits;
  readonly #flights = new Set<Flight>();
  readonly #waiting: (() => void)[] = [];
  /** Of all flights. */
  #bytes = 0;
  /** Written since the last batch. */
  #written = 0;

  constructor(limits: FlightLimits = FLIGHT_LIMITS) {
    this.#limits = limits;
  }

  /** Batches that are not done. */
  get batches(): number {
    return this.#flights.size;
  }

  /** Whether so many are on their way that who awaits should wait. */
  get full(): boolean {
    return this.#flights.size > DEPTH;
  }

  /** Counts bytes written for the next batch. */
  wrote(bytes: number): void {
    this.#written += bytes;
  }

  /** Counts a batch. Raises DeviceError where a loop has run away from the device. */
  begin(): Flight {
    const { batches, uploadedBytes } = this.#limits;
    const tooMany = this.#flights.size >= batches;
    if (tooMany || (this.#flights.size >= Math.min(FEW_BATCHES, batches) && this.#bytes > uploadedBytes)) {
      throw new DeviceError(
        `webgpu: ${this.#flights.size} batches with ${this.#bytes} uploaded bytes wait for the device, and nothing awaits ` +
          `it (at most ${batches} batches, ${uploadedBytes} bytes); await something in the loop, such as optimizer.step() ` +
          'or loss.item()',
      );
    }
    const flight = { bytes: this.#written };
    this.#written = 0;
    this.#bytes += flight.bytes;
    this.#flights.add(flight);
    return flight;
  }

  /** A batch is done, or will never be. */
  end(flight: Flight): void {
    if (!this.#flights.delete(flight)) return;
    this.#bytes -= flight.bytes;
    if (!this.full) for (const go of this.#waiting.splice(0)) go();
  }

  /** Resolves when few batches are on their way. */
  async room(): Promise<void> {
    if (this.full) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }
}
