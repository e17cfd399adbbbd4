/** Tensors: creation, data types, operations, random numbers, devices and printing. */

import './methods.ts';

export * from './base.ts';
