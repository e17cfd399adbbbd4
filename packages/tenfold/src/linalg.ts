/** `tenfold/linalg`: linear algebra; the same as `linalg` of `tenfold`. */

export * from '@tenfold/tensor/linalg';
