import type { SurfaceParameter } from '@tenfold/testing/parity';
import { describe, expect, test } from 'vitest';
import { compareSignatures } from '../parity/compare-signatures.ts';
import { coverage, shortfalls } from '../parity/coverage.ts';
import { camelCase, defaultValue, parsePython, sameDefault } from '../parity/python-signature.ts';

const positional = (name: string, value?: string): SurfaceParameter => ({
  name,
  kind: 'positional',
  optional: value !== undefined,
  ...(value !== undefined && { default: value }),
});
const option = (name: string, value?: string): SurfaceParameter => ({
  ...positional(name, value),
  kind: 'option',
  optional: true,
});

function texts(python: string | readonly string[], ...own: SurfaceParameter[]): readonly string[] {
  const all = typeof python === 'string' ? [python] : python;
  return compareSignatures(all, [own], new Set(['out'])).map(({ text }) => text.replaceAll('`', ''));
}

describe('Python', () => {
  test('signatures are taken apart at commas outside of brackets and quotes', () => {
    expect(parsePython("input, betas=(0.9, 0.999), *, mode='a, b', **kwargs")).toEqual([
      { name: 'input', keywordOnly: false, variadic: false },
      { name: 'betas', keywordOnly: false, variadic: false, default: '(0.9, 0.999)' },
      { name: 'mode', keywordOnly: true, variadic: false, default: "'a, b'" },
    ]);
  });

  test.each([
    ['index_add', 'indexAdd'],
    ['clip_grad_norm_', 'clipGradNorm_'],
    ['atleast_1d', 'atleast1d'],
    ['T_max', 'TMax'],
    ['LSTM', 'LSTM'],
  ])('%s is %s', (python, own) => expect(camelCase(python)).toBe(own));

  test.each([
    ['1e-05', '1e-5'],
    ['(0.9, 0.999)', '[0.9, 0.999]'],
    ["'fan_in'", "'fanIn'"],
    ['None', 'undefined'],
    ['[0, 0]', '0'],
    ['[]', 'null'],
    ['0.3333333333333333', '1 / 3'],
  ])('the default %s is %s', (python, own) =>
    expect(sameDefault(defaultValue(python), defaultValue(own))).toBe(true),
  );
});

describe('compareSignatures', () => {
  test('keywords are options, and the first of an operation is called self or input', () => {
    expect(
      texts(
        'input, dim, *, keep_dim=False, out=None',
        positional('self'),
        positional('dim'),
        option('keepDim', 'false'),
      ),
    ).toEqual([]);
  });

  test('says what is missing, called otherwise, required, elsewhere or of another default', () => {
    expect(
      texts('self, dim, eps=1e-05', positional('self'), positional('axis'), option('eps', '1e-6')),
    ).toEqual(['axis is called dim there', 'eps is 1e-6, there 1e-05']);
    expect(texts('self, dim=None, *, largest=True', positional('self'), positional('dim'))).toEqual([
      'dim is required, there None',
      'no largest (=True)',
    ]);
    expect(
      texts('self, a, b, *, c', positional('self'), positional('b'), positional('a'), positional('c')),
    ).toEqual(['b comes earlier than there', 'c is a position, there a keyword']);
    expect(texts('self', positional('self'), positional('more'))).toEqual([
      'more is required, and not there',
    ]);
  });

  test('of overloads, each must be possible; a default or a place may be that of any', () => {
    const overloads = ["self, padding='valid'", 'self, padding=0', 'self, *, padding=0, stable'];
    expect(texts(overloads, positional('self'), positional('padding', '0'))).toEqual(['no stable']);
  });
});

test('counts names that are there, excluded with a reason, and missing', () => {
  const python = {
    version: '1.13.0',
    differentiable: ['exp', 'asin'],
    modules: {
      torch: { exp: ['self, base'], quantize_per_tensor: ['self'], asin: ['self'] },
      'torch.Tensor': { exp: [''], asin: [''] },
    },
  };
  const { rows, entries } = coverage(python, {
    tensor: { exp: [[positional('self'), positional('b')]] },
    Tensor: { exp: [[]] },
  });
  expect(rows[0]).toEqual({ name: 'torch', total: 3, present: 1, excluded: 1, missing: ['torch.asin'] });
  expect(rows[2]).toMatchObject({ total: 2, present: 1, missing: ['torch.Tensor.asin'] });
  expect(entries[0].deviations).toMatchObject([{ kind: 'name', text: '`b` is called `base` there' }]);
});

test('rows that are short of what is required, or not there, are named', () => {
  const row = (name: string, present: number) => ({ name, total: 100, present, excluded: 0, missing: [] });
  const rows = [
    row('torch.nn', 95),
    row('torch.nn.functional', 94),
    row('torch.Tensor, differentiable methods', 80),
    row('everyday operations', 100),
  ];
  expect(shortfalls({ version: '', rows, entries: [] })).toEqual([
    expect.stringContaining('torch.nn.functional: 94.0 %, required 95 %'),
    'torch.optim: there is no such row',
  ]);
});
