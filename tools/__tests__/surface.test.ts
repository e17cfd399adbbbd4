import { loadSurface } from '@tenfold/testing/parity';
import type { SurfaceSignature } from '@tenfold/testing/parity';
import { describe, expect, test } from 'vitest';
import ts from 'typescript';
import { signaturesOf } from '../parity/signatures.ts';
import { Sources } from '../parity/sources.ts';
import { extractSurface } from '../parity/surface.ts';

/** A signature in one line: options in braces, `?` for what may be left out. */
function line(signature: SurfaceSignature): string {
  const parts = signature.map(({ name, kind, optional, default: value }) => {
    const shown = `${name}${optional ? '?' : ''}${value === undefined ? '' : ` = ${value}`}`;
    return kind === 'option' ? `{ ${shown} }` : kind === 'rest' ? `...${shown}` : shown;
  });
  return parts.join(', ');
}

function linesOf(files: Readonly<Record<string, string>>, name: string): readonly string[] | undefined {
  const sources = new Sources(
    (path) => files[path],
    (specifier) => (specifier === 'other' ? 'other.ts' : undefined),
  );
  const entity = sources.lookUp(sources.at('main.ts'), ts.factory.createIdentifier(name));
  return entity && signaturesOf(sources, entity)?.map(line);
}

describe('signatures', () => {
  test('options are the keys of their interface, with what it extends, from other files and packages', () => {
    const files = {
      'main.ts': `import type { Base } from './base.ts'; import * as O from 'other';
        interface Own extends Omit<Base, 'gone'>, Required<O.More> { readonly own: string }
        export function f(a: number, b = 2, ...[]: never[]): void {}
        export function g(a: Tensor, { own, base = true, more }: Own & { last?: 'x' } = {}): void {}`,
      'base.ts': `export interface Base { readonly base?: boolean; readonly gone?: number }`,
      'other.ts': `export * from './more.ts';`,
      'more.ts': `export type More = { readonly more?: number };`,
    };
    expect(linesOf(files, 'g')).toEqual(['a, { base? = true }, { more }, { own }, { last? }']);
  });

  test('defaults come from patterns in the list and in the body, from ??, from comments, and from where options go', () => {
    const files = {
      'main.ts': `import { inner } from './inner.ts';
        interface Options { a?: number; b?: string; c?: boolean; d?: number | null;
          /** Whatever. Default [1, 2]. */ e?: number[]; }
        export function f(x: Tensor, options: Options = {}): void {
          const { a = 1, ...others } = options;
          const { b = 'two' } = others;
          if (options.c ?? false) inner(x, { ...options });
        }`,
      'inner.ts': `export function inner(x: Tensor, { d = null }: { d?: number | null }): void {}`,
    };
    expect(linesOf(files, 'f')).toEqual([
      "x, { a? = 1 }, { b? = 'two' }, { c? = false }, { d? = null }, { e? = [1, 2] }",
    ]);
  });

  test('what stands before the options in an object that is handed on is a default', () => {
    const files = {
      'main.ts': `import { Base } from './base.ts';
        export class Norm extends Base { constructor(n: number, options: { a?: boolean } = {}) { super(n, { a: false, ...options }); } }`,
      'base.ts': `export class Base { constructor(n: number, { a = true }: { a?: boolean }) {} }`,
    };
    expect(linesOf(files, 'Norm')).toEqual(['n, { a? = false }']);
  });

  test('a class may keep its options for its methods', () => {
    const files = {
      'main.ts': `import { loss } from './loss.ts';
        class Base<O> { options: O; constructor(options: O) { this.options = options; } }
        interface Options { margin?: number }
        export class Loss extends Base<Options> {
          constructor(options: Options = {}) { super(options); }
          forward(x: Tensor): Tensor { return loss(x, this.options); }
        }`,
      'loss.ts': `export function loss(x: Tensor, { margin = 1 }: { margin?: number }): Tensor { return x; }`,
    };
    expect(linesOf(files, 'Loss')).toEqual(['{ margin? = 1 }']);
  });

  test('overloads are several, with the defaults of the one that has the body', () => {
    const files = {
      'main.ts': `export function f(x: Tensor): Tensor;
        export function f(x: Tensor, dim: number, options?: { keep?: boolean }): Tensor;
        export function f(x: Tensor, dim = -1, { keep = false }: { keep?: boolean } = {}): Tensor { return x; }`,
    };
    expect(linesOf(files, 'f')).toEqual(['x', 'x, dim = -1, { keep? = false }']);
  });

  test('a class has the constructor that it inherits; a function may come from a factory', () => {
    const files = {
      'main.ts': `import { Base } from './base.ts';
        export class A extends Base<1> {}
        export class B extends Base<2> { constructor(n: number, options: { p?: number } = {}) { super(n, options); } }
        export const erf = unary('erf');
        function unary(name: string) { return (self: Tensor): Tensor => self; }`,
      'base.ts': `export class Base<T> { constructor(n: number, { p = 0.5 }: { p?: number } = {}) {} }`,
    };
    expect(linesOf(files, 'A')).toEqual(['n, { p? = 0.5 }']);
    expect(linesOf(files, 'B')).toEqual(['n, { p? = 0.5 }']);
    expect(linesOf(files, 'erf')).toEqual(['self']);
  });
});

test('the surface has functions, methods, layers and optimizers', () => {
  const surface = extractSurface();
  expect(surface.tensor.sum.map(line)).toEqual(['self, dim?, { keepdim? = false }, { dtype? }']);
  expect(surface.Tensor.sum.map(line)).toEqual(['dim?, { keepdim? = false }, { dtype? }']);
  expect(surface.functional.layerNorm).toBeDefined();
  expect(surface.nn.Linear.map(line)[0]).toContain('inFeatures, outFeatures');
  expect(surface.optim.AdamW.map(line)[0]).toContain('{ weightDecay? = 0.01 }');
  expect(surface.autograd.grad).toBeDefined();
});

test('tests get the same through vitest', async () => {
  expect(await loadSurface()).toEqual(extractSurface());
});
