/**
 * The program that the packed packages are tried with: a small network, weights as safetensors written
 * and read back, one forward pass with known numbers. It is run by Node as it stands, and bundled for
 * the browser by esbuild and by Vite; `forward()` is the same code in all three.
 */
import '@tenfold/backend-cpu';
import { loadSafetensors, serializeStateDict } from '@tenfold/io';
import { Linear, ReLU, Sequential } from '@tenfold/nn';
import { tensor } from '@tenfold/tensor';

const float = (data) => tensor(data, { dtype: 'float32' });

export async function forward() {
  const bytes = await serializeStateDict({
    '0.weight': float([
      [1, 2],
      [3, 4],
      [-5, -6],
    ]),
    '0.bias': float([0.5, -0.5, 1]),
    '2.weight': float([[1, -1, 1]]),
    '2.bias': float([0.25]),
  });
  const model = new Sequential(new Linear(2, 3), new ReLU(), new Linear(3, 1));
  model.loadStateDict(await loadSafetensors(bytes));
  model.eval();
  const input = float([
    [1, 1],
    [-1, -1],
  ]);
  return model.forward(input).tolist();
}

/** By hand: relu of [3.5, 6.5, -10] and of [-2.5, -7.5, 12]; times [1, -1, 1], plus 0.25. */
export const expected = [[-2.75], [12.25]];
