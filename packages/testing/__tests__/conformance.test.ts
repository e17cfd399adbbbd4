import { InterpreterBackend, conformance } from '../src/index.ts';

conformance('the interpreter, backwards', () => new InterpreterBackend({ order: 'reverse' }));
conformance(
  'the interpreter, shuffled',
  () => new InterpreterBackend({ order: 'shuffle', seed: 1, caps: { alignment: 256, maxOperands: 8 } }),
);
