/** Mixed precision: which operations compute in which dtype, and that training works in it. */

import { F, autocast, compile, manualSeed, nn, optim, randn, tensor } from 'tenfold';
import { expect, test } from 'vitest';

const x = () => randn([4, 8]);

test.each(['float16', 'bfloat16'] as const)(
  'products compute in %s, what needs range gives float32',
  (dtype) => {
    const layer = new nn.Linear(8, 3);
    const [q, image, filter] = [randn([2, 5, 8]), randn([1, 2, 5, 5]), randn([2, 2, 3, 3])];
    autocast(
      () => {
        expect(x().matmul(randn([8, 2])).dtype).toBe(dtype);
        expect(layer.forward(x()).dtype).toBe(dtype);
        expect(F.scaledDotProductAttention(q, q, q).dtype).toBe(dtype);
        expect(F.conv2d(image, filter, randn([2])).dtype).toBe(dtype);
        expect(F.convTranspose2d(image, filter, randn([2])).dtype).toBe(dtype);
        const normalised = new nn.BatchNorm2d(2).forward(F.conv2d(image, filter));
        expect(normalised.dtype).toBe(dtype);
        const logits = layer.forward(x());
        expect(F.mseLoss(logits, logits.detach()).dtype).toBe('float32');
        expect(new nn.LayerNorm(3).forward(logits).dtype).toBe('float32');
        expect(new nn.GroupNorm(1, 3).forward(logits).dtype).toBe('float32');
        for (const wide of [logits.softmax(1), logits.logSoftmax(1), logits.exp(), logits.norm()])
          expect(wide.dtype).toBe('float32');
        expect(F.crossEntropy(logits, tensor([0, 1, 2, 0])).dtype).toBe('float32');
        expect(F.relu(logits).dtype).toBe(dtype);
        expect(autocast(() => layer.forward(x()), { enabled: false }).dtype).toBe('float32');
      },
      { dtype },
    );
    expect(layer.forward(x()).dtype).toBe('float32');
  },
);

test('gradients are float32, near those without it', async () => {
  manualSeed(1);
  const model = new nn.Sequential(new nn.Linear(8, 16), new nn.ReLU(), new nn.Linear(16, 3));
  const [input, labels] = [x(), tensor([0, 1, 2, 0])];
  const gradientsOf = async (half: boolean) => {
    for (const p of model.parameters()) p.grad = null;
    autocast(() => F.crossEntropy(model.forward(input), labels), {
      dtype: 'float16',
      enabled: half,
    }).backward();
    return Promise.all(
      model.parameters().map(async (p) => [p.grad!.dtype, ...(await p.grad!.clone().data())]),
    );
  };
  const [wide, half] = [await gradientsOf(false), await gradientsOf(true)];
  for (const [i, [dtype, ...numbers]] of half.entries()) {
    expect(dtype).toBe('float32');
    numbers.forEach((value, j) => expect(Number(value)).toBeCloseTo(Number(wide[i][j + 1]), 2));
  }
  expect(half).not.toEqual(wide);
});

test('a network learns with a scaled loss', async () => {
  manualSeed(2);
  const model = new nn.Sequential(new nn.Linear(2, 16), new nn.Tanh(), new nn.Linear(16, 1));
  const optimizer = new optim.AdamW(model.parameters(), { lr: 0.05 });
  const scaler = new optim.GradScaler();
  const inputs = tensor([[0, 0], [0, 1], [1, 0], [1, 1]], { dtype: 'float32' }); // prettier-ignore
  const targets = tensor([[0], [1], [1], [0]], { dtype: 'float32' });
  let last = Infinity;
  for (let step = 0; step < 120; step++) {
    optimizer.zeroGrad();
    const loss = autocast(() => F.mseLoss(model.forward(inputs), targets), { dtype: 'float16' });
    scaler.scale(loss).backward();
    await scaler.step(optimizer);
    scaler.update();
    last = await loss.item();
  }
  expect(last).toBeLessThan(0.02);
});

test('a compiled function is traced once in each precision', async () => {
  const weight = randn([8, 8]);
  const step = compile((a) => a.matmul(weight));
  const input = x();
  for (let i = 0; i < 3; i++) {
    expect(step(input).dtype).toBe('float32');
    expect(autocast(() => step(input)).dtype).toBe('bfloat16');
  }
});

test('a promise is refused', () => {
  expect(() => autocast(async () => {})).toThrow('await outside');
});
