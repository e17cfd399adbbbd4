import type { Backend } from '../backend/backend.ts';
import { unreachable } from '../errors.ts';
import type { Engine, Executable } from '../run/engine.ts';

export class StandardEngine implements Engine {
  readonly backend: Backend;
  constructor(backend: Backend) {
    this.backend = backend;
  }
  prepare(): Executable {
    return unreachable('the scheduler is not there yet');
  }
}
