/** `tenfold/distributions`: probability distributions; the same as `distributions` of `tenfold`. */

export * from '@tenfold/tensor/distributions';
