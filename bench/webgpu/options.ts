/** The command line of the WebGPU benchmark. */

import { parseArgs } from 'node:util';
import type { BatchTiming } from './batches.ts';
import type { Sizes } from './sizes.ts';
import { FULL, QUICK, withSizes } from './sizes.ts';
import type { WorkName } from './works.ts';
import { WORKS } from './works.ts';

export const USAGE = `[WORD...] [options]

  WORD                   only work whose name contains one of the words: ${WORKS.join(', ')}
  --quick                tiny sizes and short measurements, for a software adapter: nothing but that it runs
  --sizes NAME=N,...     other sizes; --list names them
  --seconds N            measuring time of each piece of work in each library (default 1.5)
  --libraries NAME,...   of tenfold, jax-js, tfjs, pytorch (default: all)
  --out DIR              where results.json and results.md go (default: webgpu-results)
  --peak-flops N         the card's float32 peak in TFLOP/s, instead of its data sheet's
  --peak-bandwidth N     its memory's bandwidth in GB/s
  --dawn OPTION          an option of Dawn, several times if need be (default on Linux: backend=vulkan)
  --timeout N            seconds after which a process is given up (default 300)
  --list                 names work and sizes instead of measuring
  --help`;

export interface Options {
  readonly works: readonly WorkName[];
  readonly quick: boolean;
  readonly sizes: Sizes;
  readonly timing: BatchTiming;
  readonly libraries?: readonly string[];
  readonly out: string;
  /** TFLOP/s and GB/s. */
  readonly peakFlops?: number;
  readonly peakBandwidth?: number;
  readonly dawn: readonly string[];
  readonly timeout: number;
  readonly list: boolean;
  readonly help: boolean;
}

/** Raises an Error that says what is wrong. */
export function parseOptions(args: readonly string[], platform: string = process.platform): Options {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      quick: { type: 'boolean', default: false },
      sizes: { type: 'string' },
      seconds: { type: 'string' },
      libraries: { type: 'string' },
      out: { type: 'string', default: 'webgpu-results' },
      'peak-flops': { type: 'string' },
      'peak-bandwidth': { type: 'string' },
      dawn: { type: 'string', multiple: true },
      timeout: { type: 'string' },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const { quick, out, list, help } = values;
  const works = WORKS.filter(
    (work) => positionals.length === 0 || positionals.some((word) => work.includes(word)),
  );
  if (works.length === 0) {
    throw new Error(
      `no work is called anything like ${positionals.join(' or ')}; there are: ${WORKS.join(', ')}`,
    );
  }
  const base = quick ? QUICK : FULL;
  const defaults = quick ? { seconds: 0.05, batchSeconds: 0.01 } : { seconds: 1.5, batchSeconds: 0.2 };
  return {
    works,
    quick,
    sizes: values.sizes === undefined ? base : withSizes(base, values.sizes),
    timing: { ...defaults, seconds: positive('seconds', values.seconds) ?? defaults.seconds },
    libraries: values.libraries?.split(','),
    out,
    peakFlops: positive('peak-flops', values['peak-flops']),
    peakBandwidth: positive('peak-bandwidth', values['peak-bandwidth']),
    dawn: values.dawn ?? (platform === 'linux' ? ['backend=vulkan'] : []),
    timeout: positive('timeout', values.timeout) ?? 300,
    list,
    help,
  };
}

function positive(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!(value > 0)) throw new Error(`--${name} takes a positive number, got "${text}"`);
  return value;
}
