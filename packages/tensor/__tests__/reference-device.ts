/** Makes the reference interpreter the device of a test file: import it for its effect. */

import { registerBackend } from '@tenfold/ir';
import { InterpreterBackend, ReferenceEngine } from '@tenfold/testing';

registerBackend('reference', () => new InterpreterBackend(), (backend) => new ReferenceEngine(backend)); // prettier-ignore
