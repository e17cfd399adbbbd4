/**
 * Starts a worker thread, in Node (worker_threads) or in a browser (Worker), from source text: there is no second file
 * that a bundler would have to find.
 */

import { makeHostFunctions } from '../math/index.ts';
import type { WorkerStart } from './worker-main.ts';
import { workerMain } from './worker-main.ts';

export interface WorkerHandle {
  terminate(): void;
}

/** The parts of Node that are used, reached without an import that a browser bundle could not resolve. */
export function nodeModule<T>(name: string, isIt: (module: object) => module is T & object): T | undefined {
  const host: { process?: { getBuiltinModule?: (id: string) => unknown } } = globalThis;
  const module = host.process?.getBuiltinModule?.(name);
  return typeof module === 'object' && module !== null && isIt(module) ? module : undefined;
}

type WorkerThreads = Pick<typeof import('node:worker_threads'), 'Worker'>;
type Os = Pick<typeof import('node:os'), 'availableParallelism'>;

const isWorkerThreads = (module: object): module is WorkerThreads => 'Worker' in module;
const isOs = (module: object): module is Os => 'availableParallelism' in module;

/** Threads that the machine runs at once, as far as it tells. */
export function availableThreads(): number {
  const os = nodeModule('node:os', isOs);
  if (os) return os.availableParallelism();
  return typeof navigator === 'undefined' ? 1 : (navigator.hardwareConcurrency ?? 1);
}

/** The worker's program. */
function program(start: string): string {
  return `const run = (data) => (${workerMain})(data, { ...(${makeHostFunctions})() }); ${start}`;
}

/** `failed` is told of a worker that does not run: the others and the main thread then do its work. */
export function spawn(start: WorkerStart, failed: (reason: string) => void): WorkerHandle {
  const threads = nodeModule('node:worker_threads', isWorkerThreads);
  if (threads) {
    const source = program(`run(require('node:worker_threads').workerData);`);
    // The program's own flags (a loader, the type of its modules) are not for this text.
    const worker = new threads.Worker(source, { eval: true, workerData: start, execArgv: [] });
    worker.on('error', (error) => failed(String(error)));
    // An idle pool must not keep the process alive.
    worker.unref();
    return { terminate: () => void worker.terminate() };
  }
  const source = program(`onmessage = ({ data }) => run(data);`);
  const url = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
  const worker = new Worker(url);
  worker.onerror = ({ message }) => failed(message);
  worker.postMessage(start);
  return {
    terminate() {
      worker.terminate();
      URL.revokeObjectURL(url);
    },
  };
}
