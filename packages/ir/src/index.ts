/** The graph, the op table, the scheduler, the Kernel type and the Backend interface. */

export * from './errors.ts';
export * from './near-miss.ts';
export * from './debug.ts';
export * from './dtype.ts';
export * from './graph/print.ts';
export * from './shape.ts';
export * from './graph/ops.ts';
export * from './graph/op-table.ts';
export * from './graph/graph.ts';
export * from './index-expr/index-expr.ts';
export * from './kernel/kernel.ts';
export * from './backend/backend.ts';
export * from './backend/registry.ts';
export * from './run/allocator.ts';
export * from './run/collect.ts';
export * from './run/device.ts';
export * from './run/engine.ts';
export * from './run/plan-cache.ts';
export { SMALL_BYTES } from './run/sinks.ts';
export * from './run/slice.ts';
export * from './run/storage.ts';
export * from './kernel/hash.ts';
export * from './kernel/inspect.ts';
export * from './kernel/print.ts';
export * from './plan/engine.ts';
export type { Schedule, ScheduleOptions, ScheduledDispatch, ScheduledLaunch } from './schedule/schedule.ts';
export { schedule } from './schedule/schedule.ts';
