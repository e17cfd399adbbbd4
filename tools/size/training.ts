/**
 * What a page downloads that trains a small network: the inference entry with gradients, an optimizer
 * and a loss. Measured by tools/size.ts.
 */
import '@tenfold/autograd';
import { CrossEntropyLoss } from '@tenfold/nn';
import { AdamW } from '@tenfold/optim';

export * from './inference.ts';
export { AdamW, CrossEntropyLoss };
