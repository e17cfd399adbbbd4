/**
 * The way to Node's own modules. `process.getBuiltinModule` finds them at run time, so a bundle for the browser
 * contains neither an import of `node:` nor a stand-in for one, and the same package works in both places.
 */

import { ArgumentError } from '@tenfold/ir';

type Builtins = {
  'node:fs/promises': typeof import('node:fs/promises');
  'node:os': typeof import('node:os');
  'node:path': typeof import('node:path');
  'node:url': typeof import('node:url');
};

export interface NodeProcess {
  readonly pid: number;
  getBuiltinModule<K extends keyof Builtins>(name: K): Builtins[K];
  /** Signal 0 sends nothing and tells whether the process exists; throws ESRCH when it does not. */
  kill(pid: number, signal: 0): boolean;
}

/** The running Node process; an ArgumentError that says what `caller` can do instead where there is none. */
export function nodeProcess(caller: string, remedy: string): NodeProcess {
  const candidate: unknown = Reflect.get(globalThis, 'process');
  if (isNodeProcess(candidate)) return candidate;
  throw new ArgumentError(
    `${caller}: there is no file system here (it takes Node 20.16 or newer); ${remedy}`,
  );
}

function isNodeProcess(candidate: unknown): candidate is NodeProcess {
  return (
    typeof candidate === 'object' &&
    candidate !== null &&
    'getBuiltinModule' in candidate &&
    typeof candidate.getBuiltinModule === 'function'
  );
}
