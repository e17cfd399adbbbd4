/** Whole programs with PyTorch's results, for any device that is registered as the default one. */

export { longLoopSuite, memorySuite, valuesSuite } from './suite.ts';
