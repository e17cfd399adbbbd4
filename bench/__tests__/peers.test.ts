/** Libraries side by side: what is made of what their processes print, and the models that one of them is given. */

import { describe, expect, it } from 'vitest';
import { onnxModel } from '../src/peers/onnx-model.ts';
import { runPeers } from '../src/peers/run.ts';
import { peerTable, printPeers } from '../src/peers/table.ts';
import { WORKS, meanMagnitude, values } from '../src/peers/works.ts';

describe('the table', () => {
  const [first, second, third] = WORKS;
  const table = peerTable(
    [
      { name: 'Tenfold', version: '1', threads: 2, works: [first, second, third].map((work) => ({ work, milliseconds: 2, magnitude: 0.5 })) },
      { name: 'Other', version: '3', threads: 1, works: [
        { work: first, milliseconds: 5, magnitude: 0.5001 },
        { work: second, milliseconds: 1, magnitude: 0.6 },
        { work: third, error: 'no such kernel' },
      ] },
    ],
    ['Third is absent'],
  ); // prettier-ignore

  it('leaves out what is wrong or could not run, and says so', () => {
    expect(table.peers).toEqual(['Tenfold 1, 2t', 'Other 3, 1t']);
    expect(table.rows.slice(0, 4).map(({ milliseconds }) => milliseconds)).toEqual([
      [2, 5],
      [2, undefined],
      [2, undefined],
      [undefined, undefined],
    ]);
    expect(table.notes).toEqual([
      'Third is absent',
      `Other: ${second}: mean magnitude 0.6, Tenfold has 0.5`,
      `Other: ${third}: no such kernel`,
    ]);
  });

  it('prints times over those of Tenfold', () => {
    const [, row, ...rest] = printPeers(table).split('\n');
    expect(row).toMatch(/^matmul 256 +2\.000 ms +5\.000 ms \(2\.50\)$/);
    expect(rest.slice(-3)).toEqual(table.notes);
  });
});

it('Tenfold agrees with itself, and what is not installed is named', () => {
  const { rows, notes } = runPeers({
    threads: 1,
    seconds: 0.01,
    words: ['tensorflow'],
    nodeFlags: ['--conditions=@tenfold/source'],
  });
  expect(rows.map(({ milliseconds }) => milliseconds[0] !== undefined)).toEqual(WORKS.map(() => true));
  expect(notes).toEqual([expect.stringContaining('TensorFlow.js wasm is absent: @tensorflow/tfjs, ')]);
}, 120_000);

it('inputs are the same for all, and not regular', () => {
  expect([...values(3, 1)].map((x) => x.toFixed(5))).toEqual(['0.84147', '0.67546', '-0.61186']);
  expect(meanMagnitude([1, -3])).toBe(2);
});

describe('an ONNX model', () => {
  /** The fields of a message: number, and a number or bytes. */
  function* fields(message: Uint8Array): Generator<[number, number | Uint8Array]> {
    let at = 0;
    const varint = () => {
      for (let value = 0, shift = 0; ; shift += 7) {
        const byte = message[at++];
        value += (byte & 127) * 2 ** shift;
        if (byte < 128) return value;
      }
    };
    while (at < message.length) {
      const tag = varint();
      const length = tag % 8 === 5 ? 4 : varint();
      if (tag % 8 === 0) yield [tag >> 3, length];
      else yield [tag >> 3, message.subarray(at, (at += length))];
    }
  }

  const inside = (message: number | Uint8Array | undefined, field: number): (number | Uint8Array)[] =>
    message instanceof Uint8Array ? [...fields(message)].filter(([n]) => n === field).map(([, x]) => x) : [];
  const words = (message: number | Uint8Array | undefined) =>
    message instanceof Uint8Array ? new TextDecoder().decode(message) : '';

  it('has the node, its inputs with their shapes, and its attributes', () => {
    const model = onnxModel('Conv', [{ name: 'x', shape: [1, 300] }, { name: 'w', shape: [3] }], [1, 300], { pads: [1, 200], axis: -1, epsilon: 0.5 }); // prettier-ignore
    const [graph] = inside(model, 7);
    const [node] = inside(graph, 1);
    expect(inside(node, 4).map(words)).toEqual(['Conv']);
    expect(inside(node, 1).map(words)).toEqual(['x', 'w']);
    const [pads, axis, epsilon] = inside(node, 5);
    expect(inside(pads, 8)).toEqual([1, 200]);
    expect(inside(axis, 20)).toEqual([2]);
    expect([...(inside(epsilon, 2)[0] as Uint8Array)]).toEqual([0, 0, 0, 63]);
    const [x] = inside(graph, 11);
    const [shape] = inside(inside(inside(x, 2)[0], 1)[0], 2);
    expect(inside(shape, 1).map((dimension) => inside(dimension, 1)[0])).toEqual([1, 300]);
  });
});
