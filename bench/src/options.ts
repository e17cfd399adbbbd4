/** The command line of `npm run bench`. */

import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

export const USAGE = `npm run bench -- [WORD...] [options]

  WORD               only benchmarks whose name (group/set/variant) contains one of the words
  --list             names them instead of measuring
  --quick            short measurements, for a look; not for comparing
  --seconds N        measuring time of each variant (default 1.5)
  --threads N        threads of the cpu backend (default: all)
  --wide             vectors of 256 bits, where the engine has them (Node 24)
  --json FILE        the results as JSON
  --save NAME        keeps the results as a baseline (bench/.baselines/NAME.json)
  --compare NAME     compares with a baseline: ratios, and which of them are more than noise
  --html FILE        a report with plots, one self-contained file
  --peers            times other libraries instead, side by side on the same work: those that are installed
                     (with words: those that are called so)
  --peers-from DIR   where to look for them besides bench/node_modules (a folder with node_modules)
  --help`;

export interface Options {
  readonly words: readonly string[];
  readonly list: boolean;
  readonly quick: boolean;
  readonly seconds?: number;
  readonly threads?: number;
  readonly wide: boolean;
  readonly json?: string;
  readonly save?: string;
  readonly compare?: string;
  readonly html?: string;
  readonly peers: boolean;
  readonly peersFrom?: string;
  readonly help: boolean;
}

/** Raises an Error that says what is wrong. */
export function parseOptions(args: readonly string[]): Options {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      list: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      seconds: { type: 'string' },
      threads: { type: 'string' },
      wide: { type: 'boolean', default: false },
      json: { type: 'string' },
      save: { type: 'string' },
      compare: { type: 'string' },
      html: { type: 'string' },
      peers: { type: 'boolean', default: false },
      'peers-from': { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const { seconds, threads, 'peers-from': peersFrom, ...rest } = values;
  for (const name of [rest.save, rest.compare]) {
    if (name !== undefined && !/^[\w.-]+$/.test(name)) {
      throw new Error(`a baseline's name is made of letters, digits, dots and dashes, got "${name}"`);
    }
  }
  return {
    words: positionals,
    ...rest,
    seconds: positive('seconds', seconds),
    threads: positive('threads', threads),
    peers: rest.peers || peersFrom !== undefined,
    peersFrom: peersFrom && resolve(peersFrom),
  };
}

function positive(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!(value > 0)) throw new Error(`--${name} takes a positive number, got "${text}"`);
  return value;
}
