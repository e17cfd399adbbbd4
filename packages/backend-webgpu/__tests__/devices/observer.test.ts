/** When dispatches ran: by the device's timestamps, and by the host's clock where there are none. */

import { afterEach, describe, expect, it, vi } from 'vitest';
import { webgpuBackend } from '../../src/index.ts';
import { addOneTo, numbersIn, zeros } from '../support/add-one.ts';

afterEach(() => vi.restoreAllMocks());

describe.each([
  { clock: 'timestamps', options: {} },
  { clock: 'waiting', options: { features: [] } },
])('by $clock', ({ options, clock }) => {
  it('tells each dispatch before synchronize resolves, in order, and computes the same', async () => {
    const warn = vi.spyOn(console, 'warn').mockReturnValue();
    const backend = await webgpuBackend(options);
    const buffer = zeros(backend, 256);
    const [dispatch] = addOneTo(backend, buffer, 256);
    const begin = performance.now();
    const heard: number[] = [];
    let count = 0;
    backend.observer = (told, from, to) => {
      expect(told).toBe(dispatch);
      count++;
      heard.push(from, to);
    };
    for (let batch = 0; batch < 3; batch++) backend.submit(new Array(5).fill(dispatch));
    await backend.synchronize();
    expect(count).toBe(15);
    expect(heard).toEqual([...heard].sort((a, b) => a - b));
    expect(heard[0]).toBeGreaterThanOrEqual(begin);
    expect(heard[heard.length - 1]).toBeLessThanOrEqual(performance.now());
    expect(warn).toHaveBeenCalledTimes(clock === 'waiting' ? 1 : 0);
    backend.observer = undefined;
    backend.submit([dispatch]);
    expect(await numbersIn(backend, buffer)).toEqual(new Array(256).fill(16));
    expect(count).toBe(15);
    backend.dispose();
  });
});

it('times more dispatches than one set of queries holds', async () => {
  const backend = await webgpuBackend();
  const buffer = zeros(backend, 4);
  const [dispatch] = addOneTo(backend, buffer, 4);
  let heard = 0;
  backend.observer = () => heard++;
  backend.submit(new Array(2100).fill(dispatch));
  await backend.synchronize();
  expect(heard).toBe(2100);
  expect(await numbersIn(backend, buffer)).toEqual([2100, 2100, 2100, 2100]);
  backend.dispose();
});
