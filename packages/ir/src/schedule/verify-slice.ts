/** Checks a slice against the op table: inputs come first, arities fit, and shapes and dtypes are what the table says. */

import { unreachable } from '../errors.ts';
import { arityOf, problemOf } from '../graph/op-rules.ts';
import { specOf } from '../graph/op-table.ts';
import type { Slice } from '../run/slice.ts';
import { formatShape, sameShape } from '../shape.ts';

/** Raises an `internal:` error that names the node and the rule it breaks. */
export function verifySlice({ nodes, storages, scalars, outputs }: Slice): void {
  nodes.forEach(({ op, inputs, attrs, shape, dtype, slot }, id) => {
    const fail = (what: string): never => unreachable(`slice: node ${id} (${op}) ${what}`);
    const spec = specOf(op);
    const [least, most] = arityOf(op);
    if (inputs.length < least || inputs.length > most) fail(`has ${inputs.length} inputs`);
    for (const input of inputs)
      if (!(input >= 0 && input < id)) fail(`reads node ${input}, which does not come before it`);
    const types = inputs.map((input) => nodes[input]);
    const problem = problemOf(op, types, attrs);
    if (problem) fail(problem);
    const expected = spec.infer(types, attrs);
    if (expected.dtype !== dtype) fail(`is ${dtype}, expected ${expected.dtype}`);
    if (!sameShape(expected.shape, shape))
      fail(`has shape ${formatShape(shape)}, expected ${formatShape(expected.shape)}`);
    if (op === 'leaf' && !(slot in storages)) fail(`reads storage ${slot}, which does not exist`);
    if (op === 'scalar' && scalars[slot] !== dtype) fail(`reads slot ${slot}, which holds ${scalars[slot]}`);
  });
  const written = new Set<number>();
  for (const { node, storage } of outputs) {
    const fail = (what: string): never => unreachable(`slice: storage ${storage} ${what}`);
    if (!(node in nodes) || !(storage in storages)) fail(`or node ${node} does not exist`);
    if (written.has(storage)) fail('is written twice');
    if (nodes[node].dtype !== storages[storage].dtype)
      fail(`is ${storages[storage].dtype}, its value ${nodes[node].dtype}`);
    written.add(storage);
  }
}
