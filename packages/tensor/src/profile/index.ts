/** `@tenfold/tensor/profile`: where the time of a piece of a program goes, and the memory. */

export { memoryReport } from './memory-report.ts';
export type { DeviceMemory } from './memory-report.ts';
export { Profile, profile } from './profile.ts';
export type { ProfileOptions } from './profile.ts';
export type { Bandwidth, Peaks } from './peaks.ts';
export type { HostTimes, KernelFigures, KernelKind, KernelProfile, ThreadFigures } from './report.ts';
export type { TableOptions } from './table.ts';
export type { Trace, TraceEvent } from './trace.ts';
