/**
 * What an operation takes at least on this machine: its bytes at the bandwidth measured for so many of them, or its
 * arithmetic at measured rates. Products count at the rate of a matrix product, all other operations, weighted as profiles
 * weigh them, at the rate of the exponential function.
 */

import { randn } from '@tenfold/tensor';
import type { KernelProfile, Peaks } from '@tenfold/tensor/profile';
import { profile } from '@tenfold/tensor/profile';
import type { Case } from './cases.ts';
import { measure } from '../src/measure.ts';
import type { Timing } from '../src/measure.ts';

export interface Rates {
  readonly peaks: Peaks;
  /** Weighted operations a second outside of products. */
  readonly arithmetic: number;
}

/** What an exponential counts in a profile. */
const WEIGHT_OF_EXP = 8;

export async function measureRates(timing: Timing): Promise<Rates> {
  const x = randn([1 << 18]).realize();
  const call = () => x.exp().realize().dispose();
  const [{ median }] = await measure([call], timing);
  const { peaks } = await profile(call);
  if (!peaks) throw new Error('the device could not be measured');
  return { peaks, arithmetic: (WEIGHT_OF_EXP * x.numel) / (median / 1000) };
}

export interface Limit {
  readonly milliseconds: number;
  readonly by: 'memory' | 'arithmetic';
}

/** `bytes`: those of inputs and results, each once. */
export function limitOf(
  bytes: number,
  kernels: readonly KernelProfile[],
  { peaks, arithmetic }: Rates,
): Limit {
  const { bandwidths, flopsPerSecond } = peaks;
  const bandwidth =
    bandwidths.find(({ workingSetBytes }) => bytes <= workingSetBytes) ?? bandwidths[bandwidths.length - 1];
  const memory = (bytes / bandwidth.bytesPerSecond) * 1000;
  const isProduct = ({ kind }: KernelProfile) => kind === 'contraction' || kind === 'attention';
  const flops = (of: readonly KernelProfile[]) => of.reduce((sum, kernel) => sum + kernel.flops, 0);
  const products = flops(kernels.filter(isProduct)) / flopsPerSecond;
  const others = flops(kernels.filter((kernel) => !isProduct(kernel))) / arithmetic;
  const compute = (products + others) * 1000;
  return memory >= compute
    ? { milliseconds: memory, by: 'memory' }
    : { milliseconds: compute, by: 'arithmetic' };
}

/** What was measured of a case. */
export interface Row {
  readonly of: Case;
  readonly milliseconds: number;
  readonly limit: Limit;
}
