/** What Tenfold's own packages need of tensors beyond the public API. Not covered by semantic versioning. */

export { hostAction, hostScalar } from './compile/recorder.ts';
export * from './core/apply.ts';
export { autocastDType, forProduct, forRange } from './core/autocast.ts';
export * from './core/broadcast.ts';
export { computedOnce } from './core/computed-once.ts';
export * from './core/custom-grad.ts';
export { composed } from './core/cut.ts';
export { expose, inside } from './core/exposure.ts';
export { renewGradStorage } from './core/leaf-state.ts';
export type { LeafState } from './core/leaf-state.ts';
export * from './core/promote.ts';
export {
  deviceOf,
  findLeafState,
  fromNode,
  fromStorage,
  leafStateOf,
  registerGradEngine,
} from './core/tensor.ts';
export type { GradEngine, TensorSource } from './core/tensor.ts';
export { moduleCall, tensorsIn } from './core/module-calls.ts';
export * from './core/variables.ts';
