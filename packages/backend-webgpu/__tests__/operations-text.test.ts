/**
 * The WGSL of every operation, cast and constant is valid for every dtype, also of constants alone, which a compiler
 * evaluates, and refuses if they overflow. Validated by Dawn's null backend, which executes nothing.
 */

import type { DType } from '@tenfold/ir';
import { BINARY, DTYPES, UNARY, byteSize, isFloat } from '@tenfold/ir';
import { afterAll, describe, expect, it } from 'vitest';
import { beats, combine, constant, identity } from '../src/wgsl/constants.ts';
import { Library } from '../src/wgsl/library.ts';
import { binary, bitcast, cast, random, unary, where } from '../src/wgsl/operations.ts';
import { shaderOf } from './support/evaluate.ts';
import { nullDevice } from './support/null-device.ts';

const device = await nullDevice();
afterAll(() => device.destroy());

const COMPUTED = DTYPES.filter((dtype) => dtype !== 'float64');
const FLOAT_ONLY: ReadonlySet<string> = new Set(['recip', 'exp', 'log', 'sin', 'cos', 'sqrt', 'tanh', 'erf', 'div', 'atan2']); // prettier-ignore
const INTEGER_ONLY: ReadonlySet<string> = new Set(['not', 'and', 'or', 'xor', 'shl', 'shr']);
const hasMeaning = (dtype: DType) => (op: string) => !(isFloat(dtype) ? INTEGER_ONLY : FLOAT_ONLY).has(op);
const EXTREMES = [NaN, Infinity, -Infinity, 0, -0, 1, -1, 3.4e38, -3.4e38, 1e-40, 100];
const FOLDS = ['sum', 'prod', 'max', 'min'] as const;
const COMPARISONS: ReadonlySet<string> = new Set(['lt', 'le', 'eq', 'ne']);

async function problemsOf(code: string): Promise<string[]> {
  const { messages } = await device.createShaderModule({ code }).getCompilationInfo();
  return messages.map(({ message, lineNum }) => `${message}: ${code.split('\n')[lineNum - 1]}`);
}

describe.each(COMPUTED)('WGSL for %s', (dtype) => {
  /** Every operation on operands `a` and `b`, as [dtype of the result, expression]. */
  function everything(lib: Library, a: string, b: string): (readonly [DType, string])[] {
    const unaries = UNARY.filter(hasMeaning(dtype)).map((op) => [dtype, unary(lib, op, dtype, a)] as const);
    const binaries = BINARY.filter(hasMeaning(dtype)).map(
      (op) => [COMPARISONS.has(op) ? 'bool' : dtype, binary(lib, op, dtype, a, b)] as const,
    );
    const casts = COMPUTED.map((to) => [to, cast(lib, dtype, to, a)] as const);
    const bitcasts = COMPUTED.filter((to) => byteSize(to) === byteSize(dtype)).map(
      (to) => [to, bitcast(lib, dtype, to, a)] as const,
    );
    const folds = FOLDS.flatMap((kind) => [
      [dtype, combine(lib, kind, dtype, a, b)] as const,
      [dtype, identity(lib, kind, dtype)] as const,
    ]);
    const extrema = (['argmax', 'argmin'] as const).map(
      (kind) => ['bool', beats(lib, kind, dtype, a, '1i', b, '0i')] as const,
    );
    const choice = [dtype, where(lib, dtype, 'true', a, b)] as const;
    return [...unaries, ...binaries, ...casts, ...bitcasts, ...folds, ...extrema, choice];
  }

  it('is valid for variables', async () => {
    const count = everything(new Library(), 'a', 'b').length;
    const expressions = Array.from({ length: count }, (_, k) => {
      const [result] = everything(new Library(), 'a', 'b')[k];
      return { dtype: result, text: (lib: Library, a: string, b: string) => everything(lib, a, b)[k][1] };
    });
    expect(await problemsOf(shaderOf([dtype, dtype], 64, expressions))).toEqual([]);
  });

  it('is valid for constants', async () => {
    const lib = new Library();
    const lines = EXTREMES.flatMap((x) =>
      EXTREMES.flatMap((y) => everything(lib, constant(lib, x, dtype), constant(lib, y, dtype))),
    ).map(([, text]) => `_ = ${text};`);
    const code = [lib.code(), '@compute @workgroup_size(1) fn main() {', ...lines, '}'].join('\n');
    expect(await problemsOf(code)).toEqual([]);
  });
});

it('of random bits is valid for constants', async () => {
  const lib = new Library();
  const text = random(lib, '1i', '(-5i)', '(-2147483647i - 1i)');
  expect(await problemsOf(`${lib.code()}\n@compute @workgroup_size(1) fn main() { _ = ${text}; }`)).toEqual(
    [],
  );
});
