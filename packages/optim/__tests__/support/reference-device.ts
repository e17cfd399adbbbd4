/** Makes the reference engine the device of these tests: slow, in double precision, and without any fusion. */

import '@tenfold/autograd';
import { registerBackend } from '@tenfold/ir';
import { InterpreterBackend, ReferenceEngine } from '@tenfold/testing';

registerBackend(
  'reference',
  () => new InterpreterBackend(),
  (backend) => new ReferenceEngine(backend),
);
