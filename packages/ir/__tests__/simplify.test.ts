/** Simplification: what goes, what stays, and that only exact identities are used. */

import { describe, expect, it } from 'vitest';
import type { OpName, Slice } from '../src/index.ts';
import { ArgumentError, verifySlice } from '../src/index.ts';
import { simplify } from '../src/schedule/simplify.ts';
import { Program } from './support/programs.ts';

function simplified(build: (p: Program) => void): Slice {
  const program = new Program();
  build(program);
  const { slice } = simplify(program.build());
  verifySlice(slice);
  return slice;
}

/** The operations left, constants and views of them aside. */
function opsOf(build: (p: Program) => void): OpName[] {
  return simplified(build).nodes.map(({ op }) => op);
}

describe('simplify', () => {
  it('merges equal expressions, but never two run-time numbers', () => {
    const twice = (p: Program, of: () => number) =>
      p.output(p.binary('add', p.unary('exp', of()), p.unary('exp', of())));
    expect(opsOf((p) => {
      const x = p.input32(4);
      twice(p, () => x);
    })).toEqual(['leaf', 'exp', 'add']); // prettier-ignore
    expect(opsOf((p) => twice(p, () => p.scalar('float32')))).toEqual([
      'scalar',
      'exp',
      'scalar',
      'exp',
      'add',
    ]);
  });

  it('keeps a recomputed region apart from the first computation', () => {
    const ops = opsOf((p) => {
      const x = p.unary('exp', p.input32(4));
      const again = p.add('recompute', [x], undefined);
      p.output(p.binary('mul', p.unary('tanh', x), p.unary('tanh', again)));
    });
    expect(ops.filter((op) => op === 'tanh')).toHaveLength(2);
  });

  it('removes detach and custom, and drops what nothing needs', () => {
    const ops = opsOf((p) => {
      const x = p.input32(4);
      const unused = p.unary('exp', x);
      p.output(p.unary('neg', p.add('custom', [p.add('detach', [x], undefined), unused], undefined)));
    });
    expect(ops).toEqual(['leaf', 'neg']);
  });

  it('folds what IEEE 754 defines, in the precision of the dtype', () => {
    const slice = simplified((p) => {
      const third = p.add('div', ['const', 'const'].map((op, i) => p.add(op as 'const', [], { value: i === 0 ? 1 : 3, dtype: 'float32' })), undefined); // prettier-ignore
      p.output(p.binary('mul', p.input32(2), p.broadcast(third, [2])));
    });
    const constants = slice.nodes.flatMap(({ op, attrs }) =>
      op === 'const' && attrs && 'value' in attrs ? [attrs.value] : [],
    );
    expect(constants).toEqual([Math.fround(1 / 3)]);
    const kept = opsOf((p) =>
      p.output(p.add('exp', [p.add('const', [], { value: 1, dtype: 'float32' })], undefined)),
    );
    expect(kept).toContain('exp');
  });

  it('uses identities only where they are exact', () => {
    const withNumber = (op: 'add' | 'sub' | 'mul' | 'div', value: number) =>
      opsOf((p) => {
        const x = p.input32(3);
        p.output(p.binary(op, p.unary('exp', x), p.number(value, x)));
      });
    expect(withNumber('mul', 1)).toEqual(['leaf', 'exp']);
    expect(withNumber('div', 1)).toEqual(['leaf', 'exp']);
    expect(withNumber('add', -0)).toEqual(['leaf', 'exp']);
    expect(withNumber('sub', 0)).toEqual(['leaf', 'exp']);
    // -0 + 0 is 0, and 0 times infinity is not 0.
    expect(withNumber('add', 0)).toContain('add');
    expect(withNumber('mul', 0)).toContain('mul');
  });

  it('gives empty reductions their identity, and refuses extrema of nothing', () => {
    expect(opsOf((p) => p.output(p.reduce('sum', p.input32(3, 0), [1])))).not.toContain('reduce');
    expect(() => opsOf((p) => p.output(p.reduce('argmax', p.input32(3, 0), [1])))).toThrow(ArgumentError);
    expect(opsOf((p) => p.output(p.reduce('max', p.input32(3, 1), [1])))).toEqual(['leaf', 'reshape']);
  });

  it('removes views that leave everything in place', () => {
    const ops = opsOf((p) => {
      const x = p.unary('exp', p.input32(2, 3));
      const same = p.add('permute', [p.add('expand', [x], { shape: [2, 3] })], { axes: [0, 1] });
      p.output(p.unary('neg', p.reshape(p.reshape(same, [6]), [2, 3])));
    });
    expect(ops).toEqual(['leaf', 'exp', 'neg']);
  });

  it('copies a leaf that is an output, unless it is there already', () => {
    expect(opsOf((p) => p.output(p.input32(2)))).toEqual(['leaf', 'contiguous']);
    expect(opsOf((p) => {
      const storage = p.storage('float32', [2]);
      p.output(p.leaf(storage), storage);
    })).toEqual([]); // prettier-ignore
  });
});
