/** A device whose backend was disposed of, and made again under the same name. */

import '@tenfold/autograd';
import { DeviceError, getDevice, registerBackend } from '@tenfold/ir';
import { Linear } from '@tenfold/nn';
import { SGD } from '@tenfold/optim';
import { noGrad, ones } from '@tenfold/tensor';
import { expect, it } from 'vitest';
import { AsynchronousBackend } from '../src/index.ts';

const register = () => registerBackend('again', () => new AsynchronousBackend());

it('is refused while it is in use', () => {
  register();
  ones([2]).realize();
  expect(register).toThrow(/device 'again' is in use already/);
  getDevice('again').backend.dispose();
});

it('trains two hundred times', async () => {
  const losses: number[] = [];
  for (let i = 0; i < 200; i++) {
    register();
    const model = new Linear(2, 1);
    noGrad(() => model.parameters().map((parameter) => parameter.assign(ones(parameter.shape))));
    const optimizer = new SGD(model.parameters(), { lr: 0.1 });
    const loss = model
      .forward(ones([1, 2]))
      .square()
      .sum();
    loss.backward();
    await optimizer.step();
    losses.push(await loss.item());
    getDevice('again').backend.dispose();
  }
  expect(new Set(losses)).toEqual(new Set([9]));
});

it('does not mix with what is left of the one before', () => {
  register();
  const old = ones([2]).realize();
  getDevice('again').backend.dispose();
  register();
  const present = ones([2]);
  expect(() => present.add(old)).toThrow(DeviceError);
  expect(() => present.add(old)).toThrow(/'again' and 'again \(disposed of\)'/);
});
