import { expect, test } from 'vitest';
import { shapeDerivative } from '../src/distributions/standard-gamma.ts';
import { tensor } from '../src/index.ts';
import './support.ts';

test('gamma numbers move with their shape parameter as the integral says', async () => {
  const alpha = [0.05, 0.3, 0.3, 0.9, 1, 1, 2.5, 2.5, 7, 7, 7, 20, 20, 150, 150, 1200];
  const z = [1e-4, 0.02, 1.5, 0.7, 0.1, 4, 0.8, 6, 2, 7, 15, 12, 30, 130, 180, 1250];
  // The integral in double precision with 400,000 points; PyTorch's approximations are within 0.5 % of these.
  const expected = [
    0.01742683, 0.2541943, 3.213023, 1.046087, 0.2892731, 2.169856, 0.5705559, 1.602987, 0.5124724, 1.024121, 1.462994,
    0.7725906, 1.226535, 0.9311889, 1.095144, 1.020692,
  ]; // prettier-ignore
  const [a, x] = [alpha, z].map((list) => tensor(list, { dtype: 'float32' }));
  const found = Array.from(await shapeDerivative(a, x).data(), Number);
  found.forEach((value, i) => expect(Math.abs(value / expected[i] - 1)).toBeLessThan(1e-5));
});
