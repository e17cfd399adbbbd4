import { noGrad, ones, tensor } from 'tenfold';
import { describe, expect, it } from 'vitest';

describe('reading', () => {
  it('gives the contents at the time of the call, whatever is written while it is awaited', async () => {
    const weight = ones([2048]).realize();
    const before = weight.sum().item();
    const whole = weight.data();
    noGrad(() => weight.assign(weight.mul(3)));
    const after = weight.data();
    weight.assign(weight.mul(0));
    expect(await before).toBe(2048);
    expect((await whole)[0]).toBe(1);
    expect((await after)[0]).toBe(3);
    expect((await weight.data())[0]).toBe(0);
  });

  it('reads in the order of the calls, many at once', async () => {
    const total = tensor([0], { dtype: 'float32' });
    const reads: Promise<number[]>[] = [];
    for (let i = 1; i <= 20; i++) {
      total.assign(total.add(i));
      reads.push(total.tolist() as Promise<number[]>);
    }
    const sums = (await Promise.all(reads)).map(([sum]) => sum);
    expect(sums).toEqual(Array.from({ length: 20 }, (_, i) => ((i + 1) * (i + 2)) / 2));
  });
});
