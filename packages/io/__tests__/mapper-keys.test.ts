/** What a mapper does to keys, as `explain` tells it: no tensor is needed for that. */

import { describe, expect, it } from 'vitest';
import { StateDictMapper } from '../src/index.ts';

/** The new name of every key; null for a dropped one. */
function names(mapper: StateDictMapper, ...keys: string[]): (string | null)[] {
  return mapper.explain(keys).keys.map(({ to }) => to ?? null);
}

describe('StateDictMapper on keys', () => {
  it('leaves everything as it is without rules', () => {
    expect(names(new StateDictMapper(), 'a', '__proto__')).toEqual(['a', '__proto__']);
  });

  it('renames a key, and only that key', () => {
    expect(names(new StateDictMapper().rename('a.b', 'c'), 'a.b', 'a.bb', 'xa.b')).toEqual([
      'c',
      'a.bb',
      'xa.b',
    ]);
    expect(names(new StateDictMapper().rename('a', '$&$1'), 'a')).toEqual(['$&$1']);
  });

  it('renames by regular expression with numbered and named groups', () => {
    const mapper = new StateDictMapper()
      .rename(/^encoder\.layer\.(\d+)\./, 'blocks.$1.')
      .rename(/\.(?<part>query|key)\./, '.attn_$<part>.');
    expect(names(mapper, 'encoder.layer.11.query.weight', 'decoder.layer.1.key.bias', 'head')).toEqual([
      'blocks.11.attn_query.weight',
      'decoder.layer.1.attn_key.bias',
      'head',
    ]);
  });

  it('replaces the first match, or with the g flag every match, and keeps no state between keys', () => {
    expect(names(new StateDictMapper().rename(/_/, '.'), 'a_b_c', 'd_e_f')).toEqual(['a.b_c', 'd.e_f']);
    expect(names(new StateDictMapper().rename(/_/g, '.'), 'a_b_c', 'd_e_f')).toEqual(['a.b.c', 'd.e.f']);
    expect(names(new StateDictMapper().rename(/a/y, 'b'), 'a', 'a', 'a')).toEqual(['b', 'b', 'b']);
    expect(names(new StateDictMapper().excludeKeys(/x/g), 'x1', 'x2', 'x3')).toEqual([null, null, null]);
  });

  it('replaces, strips and adds prefixes', () => {
    const mapper = new StateDictMapper();
    expect(names(mapper.renamePrefix('bert.', 'enc.'), 'bert.w', 'bert', 'abert.w')).toEqual([
      'enc.w',
      'bert',
      'abert.w',
    ]);
    expect(names(mapper.stripPrefix('module.'), 'module.w', 'module.module.w')).toEqual(['w', 'module.w']);
    expect(names(mapper.addPrefix('net.'), 'w', 'net.w')).toEqual(['net.w', 'net.net.w']);
  });

  it('selects and excludes by name and by regular expression', () => {
    const keys = ['fc.weight', 'fc.bias', 'bn.num_batches_tracked', 'head'];
    expect(names(new StateDictMapper().selectKeys(/^fc\./, 'head'), ...keys)).toEqual([
      'fc.weight',
      'fc.bias',
      null,
      'head',
    ]);
    expect(names(new StateDictMapper().excludeKeys('head', /num_batches/), ...keys)).toEqual([
      'fc.weight',
      'fc.bias',
      null,
      null,
    ]);
    expect(names(new StateDictMapper().selectKeys(), 'a')).toEqual([null]);
  });

  it('applies rules in order, each to the result of the one before', () => {
    expect(names(new StateDictMapper().rename('a', 'b').rename('b', 'c'), 'a')).toEqual(['c']);
    expect(names(new StateDictMapper().rename('b', 'c').rename('a', 'b'), 'a')).toEqual(['b']);
    expect(names(new StateDictMapper().excludeKeys('a').rename('a', 'b'), 'a')).toEqual([null]);
  });

  it('never changes: every method returns a new mapper', () => {
    const base = new StateDictMapper().stripPrefix('module.');
    const one = base.rename('a', 'one');
    const two = base.rename('a', 'two');
    expect(names(base, 'module.a')).toEqual(['a']);
    expect(names(one, 'module.a')).toEqual(['one']);
    expect(names(two, 'module.a')).toEqual(['two']);
  });

  it('composes: andThen gives the result of one to the other', () => {
    const strip = new StateDictMapper().stripPrefix('module.');
    const rename = new StateDictMapper().rename('a', 'b');
    expect(names(strip.andThen(rename), 'module.a')).toEqual(['b']);
    expect(names(rename.andThen(strip), 'module.a')).toEqual(['a']);
  });

  it('is not taken for a promise', async () => {
    const mapper = new StateDictMapper().rename('a', 'b');
    expect(await Promise.resolve(mapper)).toBe(mapper);
  });
});

describe('explain', () => {
  const mapper = new StateDictMapper()
    .stripPrefix('module.')
    .rename(/^layer(\d+)\./, 'blocks.$1.')
    .transpose('blocks.0.weight')
    .excludeKeys(/num_batches_tracked$/)
    .transform(/bias$/, function negate(tensor) {
      return tensor;
    })
    .renamePrefix('absent.', 'x.');

  it('prints what happens to every key, and which rules matched none', () => {
    const keys = ['module.layer0.weight', 'layer0.bias', 'bn.num_batches_tracked', 'head.weight'];
    expect(String(mapper.explain(keys))).toBe(
      [
        '4 keys: 2 renamed, 2 changed, 1 dropped, 1 untouched',
        '  module.layer0.weight    -> blocks.0.weight  stripPrefix("module."), then rename(/^layer(\\d+)\\./, "blocks.$1."), then transpose("blocks.0.weight")',
        '  layer0.bias             -> blocks.0.bias    rename(/^layer(\\d+)\\./, "blocks.$1."), then transform(/bias$/, negate)',
        '  bn.num_batches_tracked  dropped             excludeKeys(/num_batches_tracked$/)',
        '  head.weight             untouched',
        'matched no key: renamePrefix("absent.", "x.")',
      ].join('\n'),
    );
  });

  it('lists collisions and names that are not there', () => {
    const explained = new StateDictMapper()
      .rename(/^[ab]\./, '')
      .transpose('fc.wieght')
      .explain(['a.w', 'b.w', 'fc.weight']);
    expect([...explained.collisions]).toEqual([['w', ['a.w', 'b.w']]]);
    expect(String(explained)).toContain('collision: "a.w", "b.w" all become "w"');
    expect(String(explained)).toContain('not found: "fc.wieght", named by transpose("fc.wieght")');
    expect(explained.idleRules).toEqual(['transpose("fc.wieght")']);
  });

  it('shows as the table in console.log', () => {
    const explained = new StateDictMapper().explain(['a']);
    const custom: unknown = Reflect.get(explained, Symbol.for('nodejs.util.inspect.custom'));
    expect(typeof custom === 'function' && Reflect.apply(custom, explained, [])).toBe(
      '1 key: 0 renamed, 0 changed, 0 dropped, 1 untouched\n  a  untouched',
    );
  });

  it('takes the keys of an object, a Map and any iterable', () => {
    const one = new StateDictMapper();
    expect(one.explain({}).keys).toEqual([]);
    expect(one.explain(new Map()).keys).toEqual([]);
    expect(one.explain(new Set(['a'])).keys).toEqual([{ from: 'a', to: 'a', rules: [] }]);
  });
});
