/**
 * What an operation takes at least on this machine: its bytes at the bandwidth measured for so many of them, or its
 * arithmetic at measured rates. Products count at the rate of a matrix product; decompositions, which are JavaScript in
 * double precision on one thread, at the rate of that; all other operations, weighted as profiles weigh them, at the rate of
 * the exponential function. Elements at computed places of a small table, which no vector reads at once, count at the rate
 * of a gather from the nearest cache.
 */

import { randint, randn } from '@tenfold/tensor';
import type { KernelProfile, Peaks } from '@tenfold/tensor/profile';
import { profile } from '@tenfold/tensor/profile';
import type { Case } from './cases.ts';
import { measure } from '../src/measure.ts';
import type { Timing } from '../src/measure.ts';
import { measureScalarRate } from './scalar-rate.ts';

export interface Rates {
  readonly peaks: Peaks;
  /** Weighted operations a second outside of products. */
  readonly arithmetic: number;
  /** Operations a second in double precision in JavaScript, on one thread. */
  readonly scalar: number;
  /** Elements a second that are read one by one from computed places in the nearest cache. */
  readonly fetches: number;
}

/** What an exponential counts in a profile. */
const WEIGHT_OF_EXP = 8;

export async function measureRates(timing: Timing): Promise<Rates> {
  const x = randn([1 << 18]).realize();
  const table = randn([1 << 10]).realize();
  const places = randint(0, table.numel, x.shape, { dtype: 'int32' }).realize();
  const call = () => x.exp().realize().dispose();
  const fetch = () => table.gather(0, places).realize().dispose();
  const [{ median }, fetched] = await measure([call, fetch], timing);
  const { peaks } = await profile(call);
  if (!peaks) throw new Error('the device could not be measured');
  const scalar = await measureScalarRate(timing);
  return {
    peaks,
    arithmetic: (WEIGHT_OF_EXP * x.numel) / (median / 1000),
    scalar,
    fetches: x.numel / (fetched.median / 1000),
  };
}

export interface Limit {
  readonly milliseconds: number;
  readonly by: 'memory' | 'arithmetic' | 'scalar arithmetic' | 'fetches';
}

/** `bytes`: those of inputs and results, each once; `fetches`: the reads at computed places that an algorithm needs. */
export function limitOf(
  bytes: number,
  fetches: number,
  kernels: readonly KernelProfile[],
  { peaks, arithmetic, scalar, fetches: fetchesPerSecond }: Rates,
): Limit {
  const { bandwidths, flopsPerSecond } = peaks;
  const bandwidth =
    bandwidths.find(({ workingSetBytes }) => bytes <= workingSetBytes) ?? bandwidths[bandwidths.length - 1];
  const memory = (bytes / bandwidth.bytesPerSecond) * 1000;
  const isProduct = ({ kind }: KernelProfile) => kind === 'contraction' || kind === 'attention';
  const isScalar = ({ kind }: KernelProfile) => kind === 'host';
  const flops = (of: readonly KernelProfile[]) => of.reduce((sum, kernel) => sum + kernel.flops, 0);
  const products = flops(kernels.filter(isProduct)) / flopsPerSecond;
  const inJavaScript = flops(kernels.filter(isScalar)) / scalar;
  const others = flops(kernels.filter((kernel) => !isProduct(kernel) && !isScalar(kernel))) / arithmetic;
  const vectors = products + others;
  const compute = (vectors + inJavaScript) * 1000;
  const fetching = (fetches / fetchesPerSecond) * 1000;
  if (fetching >= Math.max(memory, compute)) return { milliseconds: fetching, by: 'fetches' };
  if (memory >= compute) return { milliseconds: memory, by: 'memory' };
  return { milliseconds: compute, by: inJavaScript > vectors ? 'scalar arithmetic' : 'arithmetic' };
}

/** What was measured of a case. */
export interface Row {
  readonly of: Case;
  readonly milliseconds: number;
  readonly limit: Limit;
}
