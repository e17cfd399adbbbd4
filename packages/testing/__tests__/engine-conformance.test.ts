import { StandardEngine } from '@tenfold/ir';
import { InterpreterBackend, engineConformance } from '../src/index.ts';

/** Few operands and coarse alignment, as the least that WebGPU promises; and no order to rely on. */
const STRICT = { order: 'shuffle', seed: 5, caps: { maxOperands: 8, alignment: 256 } } as const;

for (const fusion of [true, false]) {
  engineConformance(`the standard engine, fusion ${fusion ? 'on' : 'off'},`, () => {
    const backend = new InterpreterBackend(STRICT);
    return { backend, engine: new StandardEngine(backend, { fusion }) };
  });
}
