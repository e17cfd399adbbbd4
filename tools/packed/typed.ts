/** What a user's editor must know from the packed types: methods, their results, and a mistake. */
import { loadSafetensors } from '@tenfold/io';
import { Linear } from '@tenfold/nn';
import { tensor, type Tensor } from '@tenfold/tensor';

export async function predict(weights: Uint8Array): Promise<number> {
  const model = new Linear(2, 1);
  model.loadStateDict(await loadSafetensors(weights));
  const input: Tensor = tensor([[1, 2]], { dtype: 'float32' }).add(1);
  // @ts-expect-error: the result is a Tensor.
  const wrong: string = model.forward(input).sum();
  return wrong.length;
}
