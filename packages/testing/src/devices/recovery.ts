/** A device that is lost in the middle of a step, and what is there when it is back. */

import { DeviceLostError } from '@tenfold/ir';
import type { Tensor } from '@tenfold/tensor';
import { tensor } from '@tenfold/tensor';
import { expect, it } from 'vitest';
import { smallTraining } from './training.ts';

export interface Recoverable {
  readonly device: string;
  /** Takes the device away. */
  readonly kill: () => void;
  readonly recover: () => Promise<unknown>;
}

const contentsOf = (tensors: readonly Tensor[]) => Promise.all(tensors.map((one) => one.data()));

export function recoverySuite({ device, kill, recover }: Recoverable): void {
  it('goes on training from the same parameters', async () => {
    const training = smallTraining(device);
    for (let step = 0; step < 5; step++) await training.step();
    const result = tensor([1, 2, 3]).mul(2).realize();
    const parameters = await contentsOf(training.parameters);
    const loss = await training.loss();

    const begin = performance.now();
    const step = training.step();
    kill();
    const steps = async () => {
      await step;
      // A device goes a little before it is known to be gone; a loop soon comes to where it has to wait.
      for (;;) await training.step();
    };
    await expect(steps()).rejects.toThrow(DeviceLostError);
    expect(performance.now() - begin).toBeLessThan(1000);
    await expect(training.loss()).rejects.toThrow(DeviceLostError);

    await recover();
    expect(await contentsOf(training.parameters)).toEqual(parameters);
    expect(await training.loss()).toBe(loss);
    await expect(result.data()).rejects.toThrow(/was lost with its device/);
    for (let more = 0; more < 20; more++) await training.step();
    expect(await training.loss()).toBeLessThan(loss);
  });

  it('is lost and back again and again', async () => {
    const training = smallTraining(device);
    for (let time = 0; time < 3; time++) {
      for (let step = 0; step < 3; step++) await training.step();
      const loss = await training.loss();
      kill();
      await expect(training.loss()).rejects.toThrow(DeviceLostError);
      await recover();
      expect(await training.loss()).toBe(loss);
    }
  });
}
