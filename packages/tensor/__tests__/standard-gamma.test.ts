import { expect, test } from 'vitest';
import { shapeDerivative } from '../src/distributions/standard-gamma.ts';
import { tensor } from '../src/index.ts';
import './support.ts';

test('gamma numbers move with their shape parameter as torch._standard_gamma_grad has it', async () => {
  const alpha = [0.05, 0.3, 0.3, 0.9, 1, 1, 2.5, 2.5, 7, 7, 7, 20, 20, 150, 150, 1200];
  const z = [1e-4, 0.02, 1.5, 0.7, 0.1, 4, 0.8, 6, 2, 7, 15, 12, 30, 130, 180, 1250];
  const expected = [
    0.0174268316, 0.254194289, 3.2128334, 1.04609513, 0.289273113, 2.16978931, 0.570563674, 1.60294306, 0.512495399,
    1.02409697, 1.46284664, 0.772595882, 1.22659791, 0.93118763, 1.09514749, 1.02068579,
  ]; // prettier-ignore
  const [a, x] = [alpha, z].map((list) => tensor(list, { dtype: 'float32' }));
  const found = Array.from(await shapeDerivative(a, x).data(), Number);
  found.forEach((value, i) => expect(Math.abs(value / expected[i] - 1)).toBeLessThan(1e-3));
});
