/** Transforms of functions that call layers: one trace of a network, done for each example of a batch. */

import { F, grad, jacobian, jvp, manualSeed, nn, randn, stack, tensor, vmap } from 'tenfold';
import type { Tensor } from 'tenfold';
import { expect, test } from 'vitest';

async function expectClose(actual: Tensor, expected: Tensor): Promise<void> {
  expect(actual.shape).toEqual(expected.shape);
  const [a, b] = [Array.from(await actual.data(), Number), Array.from(await expected.data(), Number)];
  const largest = Math.max(...b.map(Math.abs));
  a.forEach((x, i) => expect(Math.abs(x - b[i])).toBeLessThanOrEqual(1e-4 * largest));
}

function network(): nn.Sequential {
  manualSeed(3);
  const layers = [
    new nn.Conv2d(2, 4, 3, { padding: 1 }),
    new nn.ReLU(),
    new nn.MaxPool2d(2),
    new nn.Flatten(0),
  ];
  return new nn.Sequential(...layers, new nn.LayerNorm(16), new nn.Linear(16, 3));
}

test('gradients of a convolutional network for each example', async () => {
  const model = network();
  const parameters = model.parameters();
  const [images, labels] = [randn([5, 2, 4, 4]), tensor([0, 2, 1, 1, 0])];
  const gradients = (image: Tensor, label: Tensor) =>
    grad(F.crossEntropy(model.forward(image), label), parameters);
  const together = vmap(gradients)(images, labels);
  for (const [p, batch] of together.entries()) {
    const each = Array.from({ length: 5 }, (_, i) => gradients(images.select(0, i), labels.select(0, i))[p]);
    await expectClose(batch, stack(each));
  }
});

test('attention for each member of a batch of batches', async () => {
  const x = randn([3, 2, 16, 8]);
  const attend = (tokens: Tensor) => F.scaledDotProductAttention(tokens, tokens, tokens, { isCausal: true });
  await expectClose(vmap(attend)(x), attend(x));
});

test('Jacobians of a network from both sides', async () => {
  const model = network();
  const image = randn([2, 4, 4]);
  const f = (x: Tensor) => model.forward(x).tanh();
  const rows = jacobian(f, image);
  await expectClose(jacobian(f, image, { strategy: 'forward-mode' }), rows);
  const direction = randn([2, 4, 4]);
  await expectClose(jvp(f, image, direction).tangent, rows.mul(direction).sum([1, 2, 3]));
});
