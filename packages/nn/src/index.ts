/** Modules, layers, losses, functional operations and initialisation. */

export { Module } from './module/module.ts';
export type { ForwardHook, ForwardPreHook, MoveTarget, StateDict, UnaryModule } from './module/module.ts';
export type { LoadStateDictOptions, LoadStateDictResult } from './module/load-state-dict.ts';
export { Buffer, Parameter } from './module/parameter.ts';
export type { BufferOptions, ParameterOptions } from './module/parameter.ts';
