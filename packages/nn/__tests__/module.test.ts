/** Modules: what they find in their fields, and what can be done to all of it. */

import { isGradEnabled, noGrad, tensor, zeros } from '@tenfold/tensor';
import type { Tensor } from '@tenfold/tensor';
import { describe, expect, it } from 'vitest';
import * as nn from '../src/index.ts';
import './support/reference-device.ts';

class Block extends nn.Module {
  norm = new nn.BatchNorm1d(2);
  fc = new nn.Linear(2, 2);

  forward(x: Tensor): Tensor {
    return this.fc.forward(this.norm.forward(x));
  }
}

class Net extends nn.Module {
  first = new Block();
  scale = new nn.Parameter(tensor([1, 2], { dtype: 'float32' }));
  mask = new nn.Buffer(tensor([1, 0], { dtype: 'float32' }), { persistent: false });
  second = new nn.ModuleList([new nn.Linear(2, 1)]);
  note = 'not a module';

  forward(x: Tensor): Tensor {
    return this.second.get(0).forward(this.first.forward(x).mul(this.scale).mul(this.mask));
  }
}

class Double extends nn.Module {
  forward(x: Tensor): Tensor {
    return x.mul(2);
  }
}

const input = () =>
  tensor([
    [1, 2],
    [3, 5],
  ], { dtype: 'float32' }); // prettier-ignore

describe('members', () => {
  it("are found in the order of the fields, a module's own first", () => {
    const net = new Net();
    expect(net.namedParameters().map(([name]) => name)).toEqual([
      'scale',
      'first.norm.weight',
      'first.norm.bias',
      'first.fc.weight',
      'first.fc.bias',
      'second.0.weight',
      'second.0.bias',
    ]);
    expect(net.namedBuffers().map(([name]) => name)).toEqual([
      'mask',
      'first.norm.running_mean',
      'first.norm.running_var',
      'first.norm.num_batches_tracked',
    ]);
    expect(net.namedModules().map(([name]) => name)).toEqual([
      '',
      'first',
      'first.norm',
      'first.fc',
      'second',
      'second.0',
    ]);
    expect(net.namedChildren().map(([name]) => name)).toEqual(['first', 'second']);
    expect(net.parameters().every((p) => p instanceof nn.Parameter && p.requiresGrad && p.isLeaf)).toBe(true);
  });

  it('that are shared are given once', () => {
    class Tied extends nn.Module {
      a = new nn.Linear(2, 2);
      b = this.a;
      weight = this.a.weight;

      forward(x: Tensor): Tensor {
        return this.b.forward(this.a.forward(x));
      }
    }
    const tied = new Tied();
    expect(tied.namedParameters().map(([name]) => name)).toEqual(['weight', 'a.bias']);
    expect(tied.namedModules().map(([name]) => name)).toEqual(['', 'a']);
    expect([...tied.stateDict().keys()]).toEqual(['weight', 'a.weight', 'a.bias', 'b.weight', 'b.bias']);
  });

  it('in an array are refused, because they would not be trained', () => {
    class Wrong extends nn.Module {
      layers = [new nn.Linear(2, 2)];

      forward(x: Tensor): Tensor {
        return x;
      }
    }
    expect(() => new Wrong().parameters()).toThrow(
      "Wrong: the field 'layers' is an array of modules, which would not be trained or saved; wrap it in new nn.ModuleList(...)",
    );
  });

  it('can be registered under names known at run time', () => {
    const net = new Double();
    net.registerModule('fc', new nn.Linear(1, 1));
    net.registerParameter('gain', new nn.Parameter(zeros(1)));
    net.registerBuffer('mean', zeros(1));
    net.registerBuffer('nothing', null);
    expect([...net.stateDict().keys()]).toEqual(['gain', 'mean', 'fc.weight', 'fc.bias']);
    expect(() => net.registerBuffer('forward', zeros(1))).toThrow("'forward' is part of every module");
    expect(() => net.registerModule('a.b', new Double())).toThrow('must be a name without dots');
  });

  it('give their names to messages', () => {
    const net = new Net();
    const [, parameter] = net.namedParameters()[3];
    parameter.dispose();
    expect(() => net.forward(input())).toThrow("'first.fc.weight' was disposed of");
  });
});

describe('calls', () => {
  it('run pre-hooks and hooks in order, which may replace arguments and result', async () => {
    const net = new Double();
    const seen: string[] = [];
    const removers = [
      net.registerForwardPreHook((module, [x]) => {
        seen.push(`before ${module === net}`);
        return [x.add(1)];
      }),
      net.registerForwardHook((_module, [x], output) => {
        seen.push(`after ${x.shape} ${output.shape}`);
        return output.neg();
      }),
    ];
    expect(await net.forward(tensor([1, 2])).tolist()).toEqual([-4, -6]);
    expect(seen).toEqual(['before true', 'after 2 2']);
    for (const remove of removers) remove();
    expect(await net.forward(tensor([1, 2])).tolist()).toEqual([2, 4]);
    expect(seen.length).toBe(2);
  });

  it('of the class above do not run hooks twice', async () => {
    class Quadruple extends Double {
      override forward(x: Tensor): Tensor {
        return super.forward(super.forward(x));
      }
    }
    const net = new Quadruple();
    let calls = 0;
    net.registerForwardHook(() => void calls++);
    expect(await net.forward(tensor([1])).tolist()).toEqual([4]);
    expect(calls).toBe(1);
  });

  it('keep the result of the outermost one, so that it is read without computing again', async () => {
    const net = new Double();
    const x = zeros([2000]).realize();
    const y = net.forward(x);
    const device = x.home;
    device.run();
    const { runs } = device.counters;
    await y.data();
    expect(device.counters.runs).toBe(runs);
  });

  it('initialise parameters in a run of their own, so that the first step is as the next ones', () => {
    const net = new nn.Linear(2, 2);
    const { home } = net.weight;
    expect(home.graph.effects.size).toBeGreaterThan(0);
    net.forward(input());
    expect(home.graph.effects.size).toBe(0);
  });

  it('leave the bookkeeping intact when they throw', () => {
    class Bad extends nn.Module {
      forward(): Tensor {
        throw new RangeError('no');
      }
    }
    expect(() => new Bad().forward()).toThrow(RangeError);
    const y = new Double().forward(zeros([2]));
    expect(y.source.kind === 'node' && y.home.graph.keep.has(y.source.node)).toBe(true);
  });
});

describe('changing all of it', () => {
  it('train and eval reach every module', () => {
    const net = new Net();
    expect(net.modules().every((m) => m.training)).toBe(true);
    expect(net.eval()).toBe(net);
    expect(net.modules().some((m) => m.training)).toBe(false);
    net.first.train();
    expect([net.training, net.first.norm.training]).toEqual([false, true]);
  });

  it('apply goes through children first', () => {
    const order: string[] = [];
    new Net().apply((module) => order.push(module.constructor.name));
    expect(order).toEqual(['BatchNorm1d', 'Linear', 'Block', 'Linear', 'ModuleList', 'Net']);
  });

  it('freezes, and forgets gradients', async () => {
    const net = new Net();
    net.first.requiresGrad_(false);
    net.forward(input()).sum().backward();
    expect(net.first.fc.weight.grad).toBeNull();
    expect(net.second.get(0).weight.grad?.shape).toEqual([1, 2]);
    net.zeroGrad();
    expect(net.parameters().every((p) => p.grad === null)).toBe(true);
  });

  it('casts float parameters and buffers, and keeps what is shared shared', async () => {
    class Tied extends nn.Module {
      norm = new nn.BatchNorm1d(2);
      a = new nn.Linear(2, 2);
      b = new nn.Linear(2, 2);

      constructor() {
        super();
        this.b.weight = this.a.weight;
        this.a.bias?.requiresGrad_(false);
      }

      forward(x: Tensor): Tensor {
        return this.b.forward(this.a.forward(this.norm.forward(x)));
      }
    }
    const net = new Tied();
    const before = await net.a.weight.tolist();
    expect(net.to('float64')).toBe(net);
    expect(net.parameters().map((p) => p.dtype)).toEqual([
      'float64',
      'float64',
      'float64',
      'float64',
      'float64',
    ]);
    expect(net.norm.numBatchesTracked?.dtype).toBe('int64');
    expect(net.b.weight).toBe(net.a.weight);
    expect(net.a.bias?.requiresGrad).toBe(false);
    expect(await net.a.weight.tolist()).toEqual(before);
    expect(net.forward(input().to('float64')).dtype).toBe('float64');
    expect([...net.stateDict().keys()].slice(2, 4)).toEqual(['norm.running_mean', 'norm.running_var']);
  });
});

describe('parameters', () => {
  it('made of data are that data; made of a result they are variables', async () => {
    const data = tensor([1, 2], { dtype: 'float32' });
    const parameter = new nn.Parameter(data);
    noGrad(() => parameter.assign(tensor([3, 4], { dtype: 'float32' })));
    expect(await data.tolist()).toEqual([3, 4]);
    const computed = new nn.Parameter(data.mul(2));
    expect(computed.isLeaf).toBe(true);
    expect(await computed.tolist()).toEqual([6, 8]);
  });

  it('may be made without gradients, and only of floats with them', () => {
    expect(new nn.Parameter(zeros(2), { requiresGrad: false }).requiresGrad).toBe(false);
    expect(() => new nn.Parameter(tensor([1, 2]))).toThrow('only float tensors have gradients');
    expect(isGradEnabled()).toBe(true);
  });
});
