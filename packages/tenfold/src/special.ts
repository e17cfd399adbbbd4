/** `tenfold/special`: special functions; the same as `special` of `tenfold`. */

export * from '@tenfold/tensor/special';
