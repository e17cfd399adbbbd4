// Tenfold with vectors of 256 bits, which need Node 24: the same workloads as in tenfold.mjs.

export { setup, workloads } from './tenfold.mjs';

export const name = 'Tenfold, wide vectors';
export const variants = [
  { id: 't1', threads: 1, wide: true },
  { id: 't2', threads: 2, wide: true },
  { id: 't2c', threads: 2, wide: true, compiled: true },
];
export const nodes = ['24'];
