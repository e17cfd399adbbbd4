/** Every function of `functional` against PyTorch: results and gradients, on stored numbers. */

import { readFileSync } from 'node:fs';
import { tensor } from '@tenfold/tensor';
import type { DType } from '@tenfold/tensor';
import { differences } from '@tenfold/testing';
import { describe, expect, it } from 'vitest';
import { calls } from './support/calls.ts';
import type { Options } from './support/calls.ts';
import './support/reference-device.ts';

type Numbers = readonly (number | null)[];

interface StoredTensor {
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly data: Numbers;
}

/** A row of fixtures/functional.json, which fixtures/functional.py writes. */
interface Case {
  readonly name: string;
  readonly function: keyof typeof calls;
  readonly inputs: readonly StoredTensor[];
  readonly options: Options;
  readonly output: StoredTensor;
  readonly cotangent: readonly number[];
  readonly gradients: readonly (Numbers | null)[];
}

const file = new URL('fixtures/functional.json', import.meta.url);
const cases = JSON.parse(readFileSync(file, 'utf8')) as readonly Case[];
const tolerance = { rtol: 2e-5, atol: 1e-6 };

function list(numbers: Numbers): number[] {
  return numbers.map((x) => x ?? NaN);
}

describe('functional, as PyTorch', () => {
  it.each(cases.map((row) => [row.name, row] as const))('%s', async (_, row) => {
    const inputs = row.inputs.map(({ shape, dtype, data }, i) => {
      const input = tensor(list(data), { dtype }).reshape(shape).realize();
      return row.gradients[i] ? input.requiresGrad_() : input;
    });
    const output = calls[row.function](inputs, row.options);
    expect(output.shape).toEqual(row.output.shape);
    expect(output.dtype).toBe(row.output.dtype);
    output.backward(tensor([...row.cotangent], { dtype: output.dtype }).reshape(row.output.shape));
    expect(differences([...(await output.data())], list(row.output.data), tolerance)).toEqual([]);
    for (const [i, gradient] of row.gradients.entries()) {
      if (gradient === null) continue;
      const found = [...((await inputs[i].grad?.data()) ?? [])];
      expect(differences(found, list(gradient), tolerance), `gradient of input ${i}`).toEqual([]);
    }
  });
});
