/**
 * Where things stand in the first mebibyte of the shared memory, which belongs to the thread pool: a control block of
 * int32 words, the task table, and the arguments of the dispatch that is running. Main thread and workers agree on
 * these numbers and on nothing else.
 */

/** Indices of int32 words. Words that different threads write stand on cache lines of their own. */
export const CONTROL = {
  /** Tasks of the running dispatch that are done. */
  done: 256,
  /** Raised when sleeping workers shall look again. */
  signal: 272,
  /** Workers that sleep, or are about to. */
  parked: 273,
  /** 1 while a batch runs: more work is to be expected soon, so workers do not sleep. */
  active: 288,
  /** The function of the running dispatch. */
  function: 289,
  /** 1: workers leave. */
  stop: 290,
  /** 1: a task has thrown. */
  failed: 291,
  /** Address of the first published module, 0 before there is one. */
  modules: 292,
  /** The size of each thread's workspace and the address of the first; the others follow. */
  workspaceBytes: 293,
  workspace: 294,
  /** 1: threads note when they ran tasks. */
  timed: 295,
  /** Beside each thread's word: how many records of the list of modules it has worked through. */
  loaded: 1,
  /** One word per thread, `WORD_STRIDE` apart: `limit << 16 | next`, the tasks this thread begins with. */
  words: 512,
} as const;

export const WORD_STRIDE = 16;
export const MAX_THREADS = 256;

/** Three int32 per task: address of the arguments, begin, end. Limits must fit 16 bits. */
export const TASKS_ADDRESS = 65536;
export const MAX_TASKS = 32768;

/**
 * What threads note while tasks are timed, as float64, `stride` numbers a thread: begin of its first task and end of its last
 * one, in milliseconds of its own clock, how many there were, and when that clock began.
 */
export const TIMES = { address: 458752, stride: 4, begin: 0, end: 1, tasks: 2, origin: 3 } as const;

export const ARGUMENTS_ADDRESS = 524288;
export const ARGUMENTS_BYTES = 524288;

/** The first address that buffers may use. */
export const HEAP_START = 1048576;

/**
 * A published module: int32 words before its bytes. `next` is the address of the one published after it. A record
 * without bytes drops functions.
 */
export const MODULE_HEADER = { next: 0, length: 1, firstFunction: 2, functions: 3, bytes: 16 } as const;
