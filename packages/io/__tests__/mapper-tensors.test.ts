/** What a mapper does to tensors, and what it refuses. */

import { ShapeError, StateDictError } from '@tenfold/ir';
import { describe, expect, it } from 'vitest';
import { StateDictMapper } from '../src/index.ts';
import { contentOf, floats, valuesOf } from './helpers/tensors.ts';

describe('StateDictMapper on tensors', () => {
  it('maps a state dict and leaves the original alone', async () => {
    const original = new Map([
      ['module.fc.kernel', floats([1, 2, 3, 4, 5, 6], [2, 3])],
      ['module.fc.bias', floats([7, 8, 9])],
      ['module.steps', floats([1])],
    ]);
    const mapper = new StateDictMapper()
      .stripPrefix('module.')
      .rename('fc.kernel', 'head.weight')
      .rename(/^fc\./, 'head.')
      .transpose('head.weight')
      .transform('head.bias', (bias) => bias.neg())
      .excludeKeys('steps');
    const mapped = mapper.map(original);
    expect([...mapped.keys()]).toEqual(['head.weight', 'head.bias']);
    expect(mapped.get('head.weight')!.shape).toEqual([3, 2]);
    expect(await contentOf(mapped)).toEqual({ 'head.weight': [1, 4, 2, 5, 3, 6], 'head.bias': [-7, -8, -9] });
    expect([...original.keys()]).toEqual(['module.fc.kernel', 'module.fc.bias', 'module.steps']);
    expect(original.get('module.fc.kernel')!.shape).toEqual([2, 3]);
  });

  it('keeps the very tensors that no rule touches', () => {
    const a = floats([1]);
    expect(new StateDictMapper().rename('a', 'b').map({ a }).get('b')).toBe(a);
  });

  it('reorders the axes of every tensor that a pattern matches', async () => {
    const kernel = floats([1, 2, 3, 4, 5, 6], [1, 3, 2, 1]);
    const mapped = new StateDictMapper()
      .transposePattern(/kernel/, [3, 2, 0, 1])
      .map({ kernel, bias: floats([1]) });
    expect(mapped.get('kernel')!.shape).toEqual([1, 2, 1, 3]);
    expect(await valuesOf(mapped.get('kernel')!)).toEqual([1, 3, 5, 2, 4, 6]);
  });

  it('gives transform the key as it is at that point', () => {
    const seen: string[] = [];
    const note = new StateDictMapper()
      .addPrefix('net.')
      .transform(/./, (tensor, key) => {
        seen.push(key);
        return tensor;
      })
      .addPrefix('model.');
    expect([...note.map({ a: floats([1]), b: floats([2]) }).keys()]).toEqual(['model.net.a', 'model.net.b']);
    expect(seen).toEqual(['net.a', 'net.b']);
  });

  it('refuses two keys with one name, and names them all', () => {
    const mapper = new StateDictMapper().rename(/^[abc]\./, '');
    const one = floats([1]);
    const map = () => mapper.map({ 'a.w': one, 'b.w': one, 'c.w': one, 'a.x': one, x: one });
    expect(map).toThrow(StateDictError);
    expect(map).toThrow(
      'StateDictMapper: "a.w" and "b.w" and "c.w" would all be named "w"; "a.x" and "x" would all be named "x"',
    );
  });

  it('refuses a rule that names a key which is not there, unless told otherwise', () => {
    const stateDict = { 'fc.weight': floats([1, 2, 3, 4], [2, 2]) };
    const typo = new StateDictMapper().transpose('fc.wieght').excludeKeys('bn').selectKeys('fc.weight');
    const map = () => typo.map(stateDict);
    expect(map).toThrow(StateDictError);
    expect(map).toThrow(
      'transpose("fc.wieght") finds no key "fc.wieght" (did you mean "fc.weight"?); ' +
        'excludeKeys("bn") finds no key "bn"; pass { strict: false }',
    );
    expect([...typo.map(stateDict, { strict: false }).keys()]).toEqual(['fc.weight']);
  });

  it('refuses a transpose that does not fit, and says how to give the axes', () => {
    const stateDict = { kernel: floats([1, 2, 3, 4, 5, 6], [1, 2, 3]) };
    const plain = () => new StateDictMapper().transpose('kernel').map(stateDict);
    expect(plain).toThrow(ShapeError);
    expect(plain).toThrow('tensor "kernel" has shape [1, 2, 3], not a matrix; give the order of its axes');
    for (const axes of [
      [1, 0],
      [0, 1, 1],
      [0, 1, 3],
      [0, 1, 2, 3],
      [0.5, 1, 2],
    ]) {
      const map = () => new StateDictMapper().transpose('kernel', axes).map(stateDict);
      expect(map).toThrow(`[${axes.join(', ')}] is no order of the 3 axes of tensor "kernel"`);
    }
  });
});
