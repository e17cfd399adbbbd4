/** Utilities for modules and what goes through them, as torch.nn.utils. */

export * as rnn from './rnn.ts';
