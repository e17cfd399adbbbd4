/**
 * Eigenvalues of symmetric and of general matrices. Gradients: Giles, "Collected matrix derivative results" (2008), and
 * for complex vectors of length 1 Boeddeker et al. (2017), as in torch.linalg.
 */

import { ArgumentError } from '@tenfold/ir';
import { composed } from '../core/cut.ts';
import { expandTo, literal } from '../core/broadcast.ts';
import * as raw from '../core/primitives.ts';
import type { Tensor } from '../core/tensor.ts';
import { conjugate } from '../fft/complex.ts';
import { cat, stack } from '../ops/join.ts';
import { matmul } from '../ops/matmul.ts';
import { transpose, unsqueeze } from '../ops/shape.ts';
import { narrow, select } from '../ops/slice.ts';
import { diagonalMatrix, diagonalOf, mT, scaledColumns, squareSize } from './matrix.ts';
import { routine } from './routine.ts';
import { eig as runEig } from './routines/eig.ts';
import { eigh as runEigh } from './routines/eigh.ts';
import { solveMatrices } from './solve.ts';
import { overGaps } from './svd.ts';
import { eigenFlops, symmetricFlops } from './work.ts';

/** Which triangle of a symmetric matrix is read. */
export type Uplo = 'L' | 'U';

/**
 * `eigenvalues` [..., n] of symmetric matrices, rising, and `eigenvectors` [..., n, n] as orthonormal columns. One triangle is
 * read. As torch.linalg.eigh.
 */
export function eigh(A: Tensor, UPLO: Uplo = 'L'): { eigenvalues: Tensor; eigenvectors: Tensor } {
  const a = triangleOf('eigh', A, UPLO);
  const n = squareSize('eigh', A);
  const [eigenvalues, eigenvectors] = routine(
    [a],
    { op: 'eigh', sizes: [n, 1], shapes: [[n], [n, n]], flops: symmetricFlops(n, true), run: runEigh },
    ([gradL, gradQ], [L, Q]) => {
      const square = [...L.shape, n];
      const gaps = raw.sub(expandTo(unsqueeze(L, -2), square), expandTo(unsqueeze(L, -1), square));
      const product = matmul(mT(Q), gradQ);
      // Half of it and of its mirror image: a symmetric matrix changes symmetrically.
      const skew = raw.mul(raw.sub(product, mT(product)), literal(product, 0.5));
      const inner = raw.add(overGaps(skew, gaps), diagonalMatrix(gradL));
      return [matmul(Q, matmul(inner, mT(Q)))];
    },
  );
  return { eigenvalues, eigenvectors };
}

/** The eigenvalues of symmetric matrices, rising. As torch.linalg.eigvalsh. */
export function eigvalsh(A: Tensor, UPLO: Uplo = 'L'): Tensor {
  const a = triangleOf('eigvalsh', A, UPLO);
  const n = squareSize('eigvalsh', A);
  return composed(A, () => {
    // Of values alone the gradient needs no differences between them.
    const [L] = routine(
      [a],
      { op: 'eigh', sizes: [n, 0], shapes: [[n]], flops: symmetricFlops(n, false), run: runEigh },
      ([gradient]) => {
        const { eigenvectors: Q } = eigh(a);
        return [matmul(scaledColumns(Q, gradient), mT(Q))];
      },
    );
    return L;
  });
}

function triangleOf(op: string, A: Tensor, UPLO: Uplo): Tensor {
  squareSize(op, A);
  if (UPLO !== 'L' && UPLO !== 'U')
    throw new ArgumentError(`${op}: UPLO is '${String(UPLO)}', expected 'L' or 'U'`);
  return UPLO === 'L' ? A : mT(A);
}

/**
 * `eigenvalues` [..., n, 2] and `eigenvectors` [..., n, n, 2] (columns of length 1) of any square matrices: complex numbers are a
 * trailing axis of 2. In no particular order, but pairs of conjugates stand together. As torch.linalg.eig.
 */
export function eig(A: Tensor): { eigenvalues: Tensor; eigenvectors: Tensor } {
  const n = squareSize('eig', A);
  const [eigenvalues, eigenvectors] = routine(
    [A],
    {
      op: 'eig',
      sizes: [n, 1],
      shapes: [
        [n, 2],
        [n, n, 2],
      ],
      flops: eigenFlops(n, true),
      run: runEig,
    },
    ([gradL, gradV], [L, V]) => {
      const inner = multiply(adjoint(V), gradV);
      const lengths = realPart(diagonalOfComplex(inner));
      const own = multiply(adjoint(V), scaledComplex(V, lengths));
      const square = [...L.shape.slice(0, -1), n, 2];
      const gaps = raw.sub(expandTo(unsqueeze(L, -3), square), expandTo(unsqueeze(L, -2), square));
      const middle = raw.add(dividedByConjugate(raw.sub(inner, own), gaps), diagonalOfEach(gradL));
      return [select(similar(V, middle), -1, 0)];
    },
  );
  return { eigenvalues, eigenvectors };
}

/** The eigenvalues [..., n, 2] of any square matrices, complex, in no particular order. As torch.linalg.eigvals. */
export function eigvals(A: Tensor): Tensor {
  const n = squareSize('eigvals', A);
  return composed(A, () => {
    const [L] = routine(
      [A],
      { op: 'eig', sizes: [n, 0], shapes: [[n, 2]], flops: eigenFlops(n, false), run: runEig },
      ([gradient]) => {
        const { eigenvectors } = eig(A);
        return [select(similar(eigenvectors, diagonalOfEach(gradient)), -1, 0)];
      },
    );
    return L;
  });
}

/** V⁻ᴴ X Vᴴ. */
function similar(V: Tensor, X: Tensor): Tensor {
  const right = multiply(X, adjoint(V));
  return ofBlocks(solveMatrices(asBlocks(adjoint(V)), asBlocks(right)).result);
}

function realPart(x: Tensor): Tensor {
  return select(x, -1, 0);
}

/** The product of complex matrices [..., rows, columns, 2]. */
function multiply(a: Tensor, b: Tensor): Tensor {
  return ofBlocks(matmul(asBlocks(a), asBlocks(b)));
}

/** A complex matrix as a real one of twice the size, [re, -im; im, re], which multiplies and divides alike. */
function asBlocks(x: Tensor): Tensor {
  const [re, im] = [select(x, -1, 0), select(x, -1, 1)];
  return cat([cat([re, raw.neg(im)], -1), cat([im, re], -1)], -2);
}

function ofBlocks(x: Tensor): Tensor {
  const [rows, columns] = x.shape.slice(-2).map((size) => size / 2);
  const left = narrow(x, -1, 0, columns);
  return stack([narrow(left, -2, 0, rows), narrow(left, -2, rows, rows)], -1);
}

function adjoint(x: Tensor): Tensor {
  return conjugate(transpose(x, -3, -2));
}

function diagonalOfComplex(x: Tensor): Tensor {
  return stack([diagonalOf(select(x, -1, 0)), diagonalOf(select(x, -1, 1))], -1);
}

function diagonalOfEach(x: Tensor): Tensor {
  return stack([diagonalMatrix(select(x, -1, 0)), diagonalMatrix(select(x, -1, 1))], -1);
}

/** Columns of a complex matrix multiplied by real numbers. */
function scaledComplex(x: Tensor, factors: Tensor): Tensor {
  return raw.mul(x, expandTo(unsqueeze(unsqueeze(factors, -2), -1), x.shape));
}

/** x over the conjugate of the gaps, 0 where there is none: x gap / |gap|². */
function dividedByConjugate(x: Tensor, gaps: Tensor): Tensor {
  const [a, b] = [select(x, -1, 0), select(x, -1, 1)];
  const [u, v] = [select(gaps, -1, 0), select(gaps, -1, 1)];
  const size = raw.add(raw.mul(u, u), raw.mul(v, v));
  const re = raw.sub(raw.mul(a, u), raw.mul(b, v));
  const im = raw.add(raw.mul(a, v), raw.mul(b, u));
  return stack([overGaps(re, size), overGaps(im, size)], -1);
}
