/**
 * What a worker thread does, for as long as it lives: load modules that were published, claim tasks, sleep when there
 * have been none for a while. The function's source text is the worker's program, so it must not refer to anything
 * outside itself; what it needs of `control.ts` comes with the start message, and the imports of modules by argument. It is written
 * with methods, because some tools wrap named functions in a helper that would be missing.
 */

import type { CONTROL, MODULE_HEADER, TIMES } from './control.ts';

/** What a worker is told at its start. */
export interface WorkerStart {
  readonly memory: WebAssembly.Memory;
  /** Which of the `words` is this worker's own. */
  readonly thread: number;
  readonly threads: number;
  readonly control: typeof CONTROL;
  readonly header: typeof MODULE_HEADER;
  readonly wordStride: number;
  readonly tasksAddress: number;
  readonly times: typeof TIMES;
  /** Rounds without work before a worker sleeps: between batches, and while one runs. */
  readonly patience: { readonly idle: number; readonly active: number };
}

type TaskFunction = (args: number, begin: number, end: number) => void;

export function workerMain(start: WorkerStart, math: WebAssembly.ModuleImports): void {
  const { memory, thread, threads, control, header, wordStride, tasksAddress, times, patience } = start;
  // The first mebibyte is all this view is used for, so it need not follow the memory's growth.
  const words = new Int32Array(memory.buffer);
  const noted = new Float64Array(memory.buffer, times.address + 8 * times.stride * thread);
  noted[times.origin] = performance.timeOrigin;
  const functions: TaskFunction[] = [];
  const workspace = {
    address(): number {
      return Atomics.load(words, control.workspace) + thread * Atomics.load(words, control.workspaceBytes);
    },
  };
  const imports = { env: { memory, workspace: workspace.address }, math };
  let lastModule = 0;

  const worker = {
    /** Loads the modules published since the last look; false where there are none. */
    loadModules(): boolean {
      let loaded = false;
      for (;;) {
        const view = new Int32Array(memory.buffer);
        const at = lastModule / 4 + header.next;
        const next = lastModule === 0 ? Atomics.load(words, control.modules) : Atomics.load(view, at);
        const address = next >>> 0;
        if (address === 0) return loaded;
        const record = address / 4;
        const first = view[record + header.firstFunction];
        const bytes = new Uint8Array(view[record + header.length]);
        bytes.set(new Uint8Array(memory.buffer, address + header.bytes, bytes.length));
        const module = bytes.length > 0 ? new WebAssembly.Module(bytes) : undefined;
        const exported = module && new WebAssembly.Instance(module, imports).exports;
        for (let i = 0; i < view[record + header.functions]; i++) {
          if (exported) functions[first + i] = exported[`f${i}`] as TaskFunction;
          else delete functions[first + i];
        }
        lastModule = address;
        Atomics.add(words, control.words + wordStride * thread + control.loaded, 1);
        loaded = true;
      }
    },

    runTask(task: number): void {
      try {
        const at = tasksAddress / 4 + 3 * task;
        const id = words[control.function];
        if (functions[id] === undefined) worker.loadModules();
        const timed = words[control.timed] === 1;
        if (timed && noted[times.tasks]++ === 0) noted[times.begin] = performance.now();
        functions[id](words[at], words[at + 1], words[at + 2]);
        if (timed) noted[times.end] = performance.now();
      } catch {
        Atomics.store(words, control.failed, 1);
      }
      Atomics.add(words, control.done, 1);
    },

    /** Claims tasks until there are none: first this thread's own, then those of the others. */
    work(): boolean {
      let worked = false;
      for (let i = 0; i < threads; i++) {
        const word = control.words + wordStride * ((thread + i) % threads);
        for (;;) {
          const seen = Atomics.load(words, word);
          if ((seen & 0xffff) >= seen >>> 16) break;
          const claimed = Atomics.add(words, word, 1);
          const task = claimed & 0xffff;
          if (task >= claimed >>> 16) break;
          worked = true;
          worker.runTask(task);
        }
      }
      return worked;
    },

    hasWork(): boolean {
      for (let i = 0; i < threads; i++) {
        const seen = Atomics.load(words, control.words + wordStride * i);
        if ((seen & 0xffff) < seen >>> 16) return true;
      }
      return false;
    },
  };

  let idle = 0;
  while (Atomics.load(words, control.stop) === 0) {
    if (worker.loadModules() || worker.work()) {
      idle = 0;
      continue;
    }
    idle++;
    if (idle < (Atomics.load(words, control.active) === 1 ? patience.active : patience.idle)) continue;
    const signal = Atomics.load(words, control.signal);
    Atomics.add(words, control.parked, 1);
    // Between the look above and here work may have come; whoever brings it sees `parked` and raises the signal.
    if (!worker.hasWork() && Atomics.load(words, control.stop) === 0)
      Atomics.wait(words, control.signal, signal);
    Atomics.sub(words, control.parked, 1);
    idle = 0;
  }
}
