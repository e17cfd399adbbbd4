/** Whole networks: inference, and training steps in a plain loop and compiled. */

import { compile } from '@tenfold/tensor';
import { inference, networks, training } from '@tenfold/testing/networks';
import type { Network } from '@tenfold/testing/networks';
import type { BenchmarkSet } from '../workload.ts';
import { computing } from './compute.ts';

function trained(network: Network): BenchmarkSet {
  return {
    group: 'networks',
    name: `step of ${network.name}`,
    variants: [
      { name: 'plain', samples: network.samples, setup: () => training(network) },
      { name: 'compiled', samples: network.samples, setup: () => compile(training(network)) },
    ],
  };
}

function inferred(network: Network): BenchmarkSet {
  return {
    group: 'networks',
    name: `inference of ${network.name}`,
    variants: [
      { name: 'plain', samples: network.samples, setup: () => computing(inference(network)) },
      { name: 'compiled', samples: network.samples, setup: () => computing(compile(inference(network))) },
    ],
  };
}

export const networkSets: readonly BenchmarkSet[] = networks.flatMap((network) => [
  trained(network),
  inferred(network),
]);
