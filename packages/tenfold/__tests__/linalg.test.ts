import { SeededRandom } from '@tenfold/testing';
import {
  cat,
  compile,
  eye,
  fromBuffer,
  linalg,
  luUnpack,
  pcaLowrank,
  profile,
  svdLowrank,
  tensor,
  zeros,
} from 'tenfold';
import type { Tensor } from 'tenfold';
import { describe, expect, it } from 'vitest';

type Float = 'float32' | 'float64';

const random = new SeededRandom(11);

function normal(shape: readonly number[], dtype: Float = 'float64'): Tensor {
  const count = shape.reduce((a, b) => a * b, 1);
  const data = Float64Array.from(
    { length: count },
    () => random.next() + random.next() + random.next() - 1.5,
  );
  return fromBuffer(data, [...shape], { dtype });
}

/** Of the rank given, and singular values over as many orders of magnitude. */
function ofRank(m: number, n: number, rank: number, orders = 1): Tensor {
  const scales = tensor(Array.from({ length: rank }, (_, i) => 10 ** ((-orders * i) / rank))).to('float64');
  return normal([m, rank])
    .mul(scales)
    .matmul(normal([rank, n]));
}

function identity(n: number, { dtype }: Tensor): Tensor {
  return eye(n).to(dtype);
}

function greatest(x: Tensor): number {
  return x.numel === 0 ? 0 : x.abs().amax().itemSync();
}

/** The difference in parts of the greater magnitude. */
function apart(a: Tensor, b: Tensor): number {
  expect(a.shape).toEqual(b.shape);
  return greatest(a.sub(b)) / Math.max(greatest(a), greatest(b), 1e-300);
}

const limit = (dtype: Float) => (dtype === 'float64' ? 1e-12 : 2e-5);
const isUpper = (x: Tensor) => greatest(x.sub(x.triu())) === 0;

const SHAPES = [[1, 1], [2, 2], [3, 5], [5, 3], [7, 7], [20, 8], [8, 20], [24, 24]] as const; // prettier-ignore
const CASES = SHAPES.flatMap(([m, n]) => (['float64', 'float32'] as const).map((dtype) => ({ m, n, dtype })));

describe('factors multiply to the matrix', () => {
  it.each(CASES)('$m by $n of $dtype', ({ m, n, dtype }) => {
    const A = normal([2, m, n], dtype);
    const k = Math.min(m, n);
    const near = limit(dtype);

    const { P, L, U } = linalg.lu(A);
    expect(apart(P.matmul(L).matmul(U), A)).toBeLessThan(near);
    expect(apart(P.matmul(P.mT), identity(m, A).expand(2, m, m))).toBe(0);
    expect(greatest(L)).toBeLessThanOrEqual(1);
    expect(isUpper(U) && isUpper(L.mT)).toBe(true);
    const { LU, pivots } = linalg.luFactor(A);
    expect(pivots.dtype).toBe('int32');
    const unpacked = luUnpack(LU, pivots);
    expect(apart(unpacked.P, P) + apart(unpacked.L, L) + apart(unpacked.U, U)).toBe(0);

    for (const mode of ['reduced', 'complete'] as const) {
      const { Q, R } = linalg.qr(A, mode);
      const columns = mode === 'complete' ? m : k;
      expect(Q.shape).toEqual([2, m, columns]);
      expect(apart(Q.matmul(R), A)).toBeLessThan(near);
      expect(apart(Q.mT.matmul(Q), identity(columns, A).expand(2, columns, columns))).toBeLessThan(near);
      expect(isUpper(R)).toBe(true);
    }

    for (const full of [true, false]) {
      const { U: left, S, Vh } = linalg.svd(A, full);
      expect(left.shape).toEqual([2, m, full ? m : k]);
      expect(Vh.shape).toEqual([2, full ? n : k, n]);
      const product = left.slice(2, 0, k).mul(S.unsqueeze(-2)).matmul(Vh.slice(1, 0, k));
      expect(apart(product, A)).toBeLessThan(near);
      for (const [side, size] of [[left.mT.matmul(left), left.shape[2]], [Vh.matmul(Vh.mT), Vh.shape[1]]] as const)
        expect(apart(side, identity(size, A).expand(2, size, size))).toBeLessThan(near);
      expect(S.slice(1, 1).le(S.slice(1, 0, k - 1)).all().itemSync()).toBe(1);
    }
    expect(apart(linalg.svdvals(A), linalg.svd(A).S)).toBe(0);
  }); // prettier-ignore

  it.each(CASES.filter(({ m, n }) => m >= n))('as reflections: $m by $n of $dtype', ({ m, n, dtype }) => {
    const A = normal([2, m, n], dtype);
    const { a, tau } = A.geqrf();
    expect(apart(linalg.householderProduct(a, tau), linalg.qr(A).Q)).toBeLessThan(limit(dtype));
    expect(apart(a.ormqr(tau, A, true, true).triu(), linalg.qr(A, 'complete').R)).toBeLessThan(limit(dtype));
  });

  it.each([1, 2, 3, 10, 33])('symmetric matrices of %i rows', (n) => {
    const A = normal([3, n, n]);
    const S = A.add(A.mT);
    const { eigenvalues, eigenvectors: Q } = linalg.eigh(S);
    expect(apart(Q.mul(eigenvalues.unsqueeze(-2)).matmul(Q.mT), S)).toBeLessThan(1e-12);
    expect(apart(Q.mT.matmul(Q), identity(n, A).expand(3, n, n))).toBeLessThan(1e-12);
    expect(
      eigenvalues
        .slice(1, 1)
        .ge(eigenvalues.slice(1, 0, n - 1))
        .all()
        .itemSync(),
    ).toBe(1);
    expect(apart(linalg.eigvalsh(S, 'U'), eigenvalues)).toBeLessThan(1e-13);
    expect(apart(linalg.eigvalsh(S.tril()), eigenvalues)).toBe(0);
    const positive = A.matmul(A.mT).add(identity(n, A));
    const L = linalg.cholesky(positive);
    expect(apart(L.matmul(L.mT), positive)).toBeLessThan(1e-13);
    expect(apart(linalg.cholesky(positive, { upper: true }), L.mT)).toBe(0);
    expect(apart(L.choleskyInverse(), linalg.inv(positive))).toBeLessThan(1e-11);
  });

  it.each([1, 2, 3, 8, 25])('general matrices of %i rows', (n) => {
    const A = normal([2, n, n]);
    const { eigenvalues, eigenvectors: V } = linalg.eig(A);
    const [re, im] = [0, 1].map((part) => V.select(-1, part));
    const [lr, li] = [0, 1].map((part) => eigenvalues.select(-1, part).unsqueeze(-2));
    expect(apart(A.matmul(re), re.mul(lr).sub(im.mul(li)))).toBeLessThan(1e-11);
    expect(greatest(A.matmul(im).sub(re.mul(li).add(im.mul(lr))))).toBeLessThan(1e-11);
    expect(greatest(V.square().sum([1, 3]).sub(1))).toBeLessThan(1e-12);
    // Their sum is the trace, and conjugates come in pairs.
    expect(greatest(li.sum())).toBeLessThan(1e-11);
    expect(greatest(lr.sum([1, 2]).sub(linalg.diagonal(A).sum(-1)))).toBeLessThan(1e-11);
  });
});

describe('what is solved', () => {
  it.each([1, 2, 5, 30])('has a small residual: %i rows', (n) => {
    const A = normal([3, n, n]);
    const B = normal([3, n, 4]);
    const X = linalg.solve(A, B);
    expect(apart(A.matmul(X), B)).toBeLessThan(1e-9);
    expect(apart(linalg.solve(A, B.mT, { left: false }).matmul(A), B.mT)).toBeLessThan(1e-9);
    const { LU, pivots } = linalg.luFactor(A);
    for (const adjoint of [false, true]) {
      const given = adjoint ? A.mT : A;
      expect(apart(given.matmul(linalg.luSolve(LU, pivots, B, { adjoint })), B)).toBeLessThan(1e-9);
    }
    expect(linalg.solve(A, B.select(2, 0)).shape).toEqual([3, n]);
    expect(apart(linalg.inv(linalg.inv(A)), A)).toBeLessThan(1e-8);
    const triangle = A.triu().add(identity(n, A).mul(3));
    expect(apart(triangle.matmul(linalg.solveTriangular(triangle, B, { upper: true })), B)).toBeLessThan(
      1e-11,
    );
    const { sign, logabsdet } = linalg.slogdet(A);
    expect(apart(sign.mul(logabsdet.exp()), linalg.det(A))).toBeLessThan(1e-12);
    expect(apart(linalg.det(A.matmul(A)), linalg.det(A).square())).toBeLessThan(1e-10);
  });

  it('is the shortest of the best where a matrix is of lower rank', () => {
    for (const [m, n, rank] of [[8, 5, 3], [5, 8, 2], [6, 6, 4], [6, 6, 6]] as const) {
      const A = ofRank(m, n, rank);
      expect(linalg.matrixRank(A).itemSync()).toBe(rank);
      const X = linalg.pinv(A);
      expect(apart(A.matmul(X).matmul(A), A)).toBeLessThan(1e-11);
      expect(apart(X.matmul(A).matmul(X), X)).toBeLessThan(1e-11);
      expect(apart(A.matmul(X), A.matmul(X).mT)).toBeLessThan(1e-11);
      expect(apart(X.matmul(A), X.matmul(A).mT)).toBeLessThan(1e-11);
      const { U } = linalg.svd(A);
      expect(apart(U.mT.matmul(U), identity(m, A))).toBeLessThan(1e-12);
      const B = normal([m, 2]);
      const { solution, residuals, rank: found, singularValues } = linalg.lstsq(A, B, null, { driver: 'gelsd' });
      expect(apart(solution, X.matmul(B))).toBeLessThan(1e-11);
      expect(found.itemSync()).toBe(rank);
      expect(singularValues.shape).toEqual([Math.min(m, n)]);
      expect(residuals.shape).toEqual(m > n ? [2] : [0]);
    }
  }); // prettier-ignore

  it('keeps small singular values', () => {
    const A = ofRank(20, 10, 10, 9);
    const Q = linalg.qr(normal([20, 20])).Q;
    const S = linalg.svdvals(A);
    const turned = linalg.svdvals(Q.matmul(A));
    expect(greatest(S.sub(turned).div(S))).toBeLessThan(1e-6);
    const hilbert = tensor(Array.from({ length: 8 }, (_, i) => Array.from({ length: 8 }, (_v, j) => 1 / (i + j + 1))), { dtype: 'float64' });
    expect(linalg.cond(hilbert).itemSync() / 1.5257575538e10).toBeCloseTo(1, 5);
    expect(linalg.det(hilbert).itemSync() / 2.73705e-33).toBeCloseTo(1, 4);
  }); // prettier-ignore

  it('tells where there is none', () => {
    const singular = tensor([[1, 2], [2, 4]], { dtype: 'float64' }); // prettier-ignore
    expect(linalg.solveEx(singular, normal([2, 1])).info.itemSync()).toBe(2);
    expect(linalg.invEx(singular).info.itemSync()).toBe(2);
    expect(linalg.luFactorEx(singular).info.itemSync()).toBe(2);
    expect(linalg.det(singular).itemSync()).toBeCloseTo(0, 15);
    expect(linalg.slogdet(singular).logabsdet.itemSync()).toBe(-Infinity);
    const indefinite = cat([identity(2, singular).unsqueeze(0), singular.sub(3).unsqueeze(0)]);
    const { L, info } = linalg.choleskyEx(indefinite);
    expect(info.tolistSync()).toEqual([0, 1]);
    expect(L.select(0, 0).tolistSync()).toEqual([[1, 0], [0, 1]]); // prettier-ignore
    expect(linalg.cholesky(indefinite).isnan().all(2).all(1).tolistSync()).toEqual([false, true]);
  });
});

describe('empty matrices', () => {
  it('have what PyTorch gives them', () => {
    expect(linalg.det(zeros([2, 0, 0])).tolistSync()).toEqual([1, 1]);
    expect(linalg.slogdet(zeros([0, 0])).logabsdet.itemSync()).toBe(0);
    expect(linalg.inv(zeros([0, 0])).shape).toEqual([0, 0]);
    expect(linalg.solve(zeros([3, 0, 0]), zeros([3, 0, 2])).shape).toEqual([3, 0, 2]);
    expect(linalg.svd(zeros([3, 0])).U.tolistSync()).toEqual(eye(3).tolistSync());
    expect(linalg.svd(zeros([0, 2, 3]), false).Vh.shape).toEqual([0, 2, 3]);
    expect(linalg.qr(zeros([2, 0]), 'complete').Q.tolistSync()).toEqual(eye(2).tolistSync());
    expect(linalg.eigh(zeros([0, 0])).eigenvalues.shape).toEqual([0]);
    expect(linalg.matrixRank(zeros([2, 3, 0])).tolistSync()).toEqual([0, 0]);
    expect(linalg.pinv(zeros([2, 0])).shape).toEqual([0, 2]);
    expect(linalg.matrixExp(zeros([0, 0])).shape).toEqual([0, 0]);
  });
});

describe('powers, exponentials and norms', () => {
  it('matrixExp of rotations, of nilpotent and of large matrices', () => {
    const angle = 1.3;
    const turn = tensor([[0, -angle], [angle, 0]], { dtype: 'float64' });
    const expected = [Math.cos(angle), -Math.sin(angle), Math.sin(angle), Math.cos(angle)];
    Array.from(linalg.matrixExp(turn).dataSync(), Number).forEach((x, i) => expect(x).toBeCloseTo(expected[i], 14));
    expect(linalg.matrixExp(tensor([[0, 1], [0, 0]], { dtype: 'float64' })).tolistSync()).toEqual([[1, 1], [0, 1]]);
    const A = normal([2, 6, 6]).mul(8);
    expect(apart(linalg.matrixExp(A).matmul(linalg.matrixExp(A.neg())), identity(6, A).expand(2, 6, 6))).toBeLessThan(1e-2);
    const S = A.add(A.mT);
    const { eigenvalues, eigenvectors: Q } = linalg.eigh(S);
    expect(apart(linalg.matrixExp(S), Q.mul(eigenvalues.exp().unsqueeze(-2)).matmul(Q.mT))).toBeLessThan(1e-11);
  }); // prettier-ignore

  it('multiDot, matrixPower and tensorsolve are what they say', () => {
    const chain = [[5], [5, 3], [3, 9], [9, 2], [2]].map((shape) => normal(shape));
    const product = chain.reduce((a, b) => a.matmul(b));
    expect(apart(linalg.multiDot(chain), product)).toBeLessThan(1e-13);
    const A = normal([4, 4]);
    expect(apart(linalg.matrixPower(A, 6), A.matmul(A).matmul(A).matmul(A).matmul(A).matmul(A))).toBeLessThan(
      1e-12,
    );
    expect(apart(linalg.matrixPower(A, -1), linalg.inv(A))).toBe(0);
    const T = normal([2, 3, 6]);
    const X = linalg.tensorsolve(T, normal([2, 3]));
    expect(X.shape).toEqual([6]);
    expect(linalg.tensorinv(T, 2).shape).toEqual([6, 2, 3]);
  });

  it('norms agree with each other', () => {
    const A = normal([3, 4, 5]);
    const S = linalg.svdvals(A);
    expect(apart(linalg.matrixNorm(A), S.square().sum(-1).sqrt())).toBeLessThan(1e-13);
    expect(apart(linalg.matrixNorm(A, 'nuc', [-2, -1], { keepdim: true }).reshape(3), S.sum(-1))).toBe(0);
    expect(apart(linalg.norm(A.select(0, 0), 2), S.select(0, 0).select(0, 0))).toBe(0);
    expect(apart(linalg.norm(A), A.norm())).toBe(0);
    expect(apart(linalg.matrixNorm(A, 1), A.abs().sum(1).amax(-1))).toBe(0);
    expect(apart(linalg.matrixNorm(A, -Infinity, [0, 2]), A.abs().sum(2).amin(0))).toBe(0);
  });
});

describe('from random products', () => {
  it.each([
    [40, 12],
    [12, 40],
  ])('svdLowrank finds a matrix of lower rank again: %d by %d', (m, n) => {
    const A = cat([ofRank(m, n, 5).unsqueeze(0), ofRank(m, n, 3).unsqueeze(0)]);
    const { U, S, V } = svdLowrank(A, 6);
    expect([U.shape, S.shape, V.shape]).toEqual([
      [2, m, 6],
      [2, 6],
      [2, n, 6],
    ]);
    expect(apart(U.mul(S.unsqueeze(-2)).matmul(V.mT), A)).toBeLessThan(1e-10);
    expect(apart(S, linalg.svdvals(A).narrow(-1, 0, 6))).toBeLessThan(1e-10);
    const mean = A.mean(-2, { keepdim: true });
    expect(apart(svdLowrank(A, 6, 2, mean).S, pcaLowrank(A, 6).S)).toBeLessThan(1e-10);
    expect(apart(pcaLowrank(A, null, false).S, S)).toBeLessThan(1e-10);
    expect(() => svdLowrank(A, 13)).toThrow(/svdLowrank: q is 13, expected .* 0 to 12/);
  });
});

describe('in programs', () => {
  it('a compiled step reads what it is given now', async () => {
    const step = compile((A: Tensor) => linalg.solve(A, A.mul(2)).sum());
    for (let i = 0; i < 4; i++) {
      const A = normal([5, 5]).add(eye(5).to('float64').mul(4));
      expect(await step(A).item()).toBeCloseTo(10, 10);
    }
  });

  it('profiles count the operations of the textbook', async () => {
    const flopsOf = async (call: () => Tensor) => {
      const { kernels } = await profile(() => call().realize(), { peaks: false });
      return kernels.filter(({ kind }) => kind === 'host').reduce((sum, { flops }) => sum + flops, 0);
    };
    const [square, tall] = [normal([5, 6, 6]), normal([2, 9, 6])];
    expect(await flopsOf(() => linalg.cholesky(square))).toBeCloseTo((5 * 6 ** 3) / 3);
    expect(await flopsOf(() => linalg.inv(square))).toBeCloseTo(5 * (2 / 3 + 2) * 6 ** 3);
    expect(await flopsOf(() => linalg.qr(tall).R)).toBeCloseTo(2 * 4 * (9 * 6 ** 2 - 6 ** 3 / 3));
    expect(await flopsOf(() => linalg.svd(tall, false).S)).toBeCloseTo(2 * (6 * 9 * 6 ** 2 + 20 * 6 ** 3));
    expect(await flopsOf(() => linalg.svdvals(tall))).toBeLessThan(await flopsOf(() => linalg.svd(tall).S));
  });

  it('names what does not fit', () => {
    expect(() => linalg.det(normal([2, 3]))).toThrow(/det: expected square matrices .* got shape \[2, 3\]/);
    expect(() => linalg.qr(normal([3]))).toThrow(/qr: expected matrices/);
    expect(() => linalg.inv(eye(2).long())).toThrow(/expected float32 or float64, got int64/);
    expect(() => linalg.solve(eye(3), zeros([2, 2]))).toThrow(/solve: A has shape \[3, 3\] and B \[2, 2\]; expected B of 3 rows/);
    expect(() => linalg.qr(eye(3), 'full' as 'r')).toThrow(/mode is 'full'/);
    expect(() => linalg.matrixNorm(eye(3), 3)).toThrow(/ord is 3/);
    expect(() => linalg.multiDot([eye(2)])).toThrow(/at least two/);
    const A = normal([4, 2]).requiresGrad_();
    expect(() => linalg.qr(A, 'complete').Q.sum().backward()).toThrow(/mode 'complete' .* has no gradient/);
  }); // prettier-ignore
});
