import { StandardEngine } from '@tenfold/ir';
import { InterpreterBackend, engineConformance } from '../src/index.ts';

for (const fusion of [true, false]) {
  engineConformance(`the standard engine, fusion ${fusion ? 'on' : 'off'},`, () => {
    const backend = new InterpreterBackend({ order: 'shuffle', seed: 5 });
    return { backend, engine: new StandardEngine(backend, { fusion }) };
  });
}
