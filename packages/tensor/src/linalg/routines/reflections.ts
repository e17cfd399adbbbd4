/**
 * Householder's reflections I - tau v vᵀ, on the host: what QR, the tridiagonal and the Hessenberg form are made with.
 * Signs are LAPACK's, which makes R unique.
 */

/**
 * The reflection that takes `count` elements of `a` from `first` on, `stride` apart, to a multiple of the first unit vector.
 * Overwrites them with that multiple and with v, whose first element is 1 and not stored. Returns tau.
 */
export function reflect(a: Float64Array, first: number, stride: number, count: number): number {
  const head = a[first];
  let scale = 0;
  for (let i = 1; i < count; i++) scale = Math.max(scale, Math.abs(a[first + i * stride]));
  if (scale === 0) return 0;
  scale = Math.max(scale, Math.abs(head));
  let squares = 0;
  for (let i = 0; i < count; i++) squares += (a[first + i * stride] / scale) ** 2;
  const length = scale * Math.sqrt(squares);
  const made = head >= 0 ? -length : length;
  for (let i = 1; i < count; i++) a[first + i * stride] /= head - made;
  a[first] = made;
  return (made - head) / made;
}

/** (I - tau v vᵀ) B for rows `row` onwards of `b`, which has `columns`, from `from` on. */
export function reflectRows(
  b: Float64Array,
  columns: number,
  row: number,
  from: number,
  v: Float64Array,
  tau: number,
): void {
  if (tau === 0) return;
  for (let c = from; c < columns; c++) {
    let sum = 0;
    for (let i = 0; i < v.length; i++) sum += v[i] * b[(row + i) * columns + c];
    sum *= tau;
    for (let i = 0; i < v.length; i++) b[(row + i) * columns + c] -= sum * v[i];
  }
}

/** v of `count` elements as `reflect` left it. */
export function vectorOf(a: Float64Array, first: number, stride: number, count: number): Float64Array {
  return Float64Array.from({ length: count }, (_, i) => (i === 0 ? 1 : a[first + i * stride]));
}

/** Overwrites `a`, [m, n], with R and, below its diagonal, the reflections; returns their factors. */
export function reflectAll(a: Float64Array, m: number, n: number): Float64Array {
  const taus = new Float64Array(Math.min(m, n));
  for (let j = 0; j < taus.length; j++) {
    taus[j] = reflect(a, j * n + j, n, m - j);
    reflectRows(a, n, j, j + 1, vectorOf(a, j * n + j, n, m - j), taus[j]);
  }
  return taus;
}

/** [m, n] to R with the reflections below its diagonal, and their factors. */
export function qrFactors(input: Float64Array, output: Float64Array, [m, n]: readonly number[]): void {
  const taus = reflectAll(input, m, n);
  output.set(input);
  output.set(taus, m * n);
}

/** [m, n] to Q, of which the first `columns` are wanted, and as many rows of R. */
export function qr(input: Float64Array, output: Float64Array, [m, n, columns]: readonly number[]): void {
  const taus = reflectAll(input, m, n);
  const q = output.subarray(0, m * columns);
  for (let i = 0; i < Math.min(m, columns); i++) q[i * columns + i] = 1;
  for (let j = taus.length - 1; j >= 0; j--)
    reflectRows(q, columns, j, j, vectorOf(input, j * n + j, n, m - j), taus[j]);
  const r = output.subarray(m * columns);
  for (let i = 0; i < columns; i++) for (let j = i; j < n; j++) r[i * n + j] = input[i * n + j];
}
