/** The oracles, the conformance suites, the generators and the PyTorch fixtures. */

export * from './asynchronous-backend.ts';
export * from './closeness.ts';
export { checkKernel, sample } from './conformance/harness.ts';
export type { LaunchCase } from './conformance/harness.ts';
export { conformance } from './conformance/suite.ts';
export * from './engine-conformance.ts';
export * from './erf.ts';
export * from './fixtures.ts';
export * from './interpreter-backend.ts';
export * from './kernel-builder.ts';
export * from './kernel-count.ts';
export * from './number-format.ts';
export * from './oracle-devices.ts';
export * from './random-slices/generate.ts';
export * from './reference-engine.ts';
export * from './scalar-ops.ts';
export * from './seeded-random.ts';
export * from './slice-builder.ts';
export * from './threefry.ts';
