/**
 * Times the matrix products of this package on one thread, without anything around them:
 *
 *   npx tsx packages/backend-cpu/bench/gemm/run.ts [--plain] [words of a case's name]
 *
 * Every case runs in turns with the others, several rounds, so that a noisy moment does not fall on one of
 * them; the table shows the median and the best, of processor time. `--plain` goes without relaxed SIMD.
 */

import { enableRelaxedSimd } from '../../src/wasm/index.ts';
import { cases, narrow } from './cases.ts';
import type { Case } from './cases.ts';
import { prepare } from './product.ts';
import type { ProductShape } from './product.ts';

const ROUNDS = 12;
const MILLISECONDS = 40;

const words = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const relaxed = !process.argv.includes('--plain');
if (relaxed) enableRelaxedSimd();

function wanted({ name }: Case): boolean {
  return words.length === 0 || words.some((word) => name.includes(word));
}

function product(extents: readonly number[]): number {
  return extents.reduce((total, extent) => total * extent, 1);
}

function operations({ batch, m, n, k }: ProductShape): number {
  return 2 * product([...batch, ...m, ...n, ...k]);
}

/** Fills an operand with small whole numbers. */
function fill(bytes: Uint8Array<ArrayBuffer>): void {
  const values = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
  values.forEach((_, i) => (values[i] = (i % 13) - 6));
}

/** Milliseconds of processor time that this process has used; waiting for a busy machine is not in it. */
function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Milliseconds of one run, from as many as fit the time. */
function once(run: () => void): number {
  const begin = processorTime();
  let runs = 0;
  do {
    run();
    runs++;
  } while (processorTime() - begin < MILLISECONDS);
  return (processorTime() - begin) / runs;
}

function table(
  title: string,
  chosen: readonly Case[],
  figure: (shape: ProductShape, ms: number) => number,
): void {
  if (chosen.length === 0) return;
  const prepared = chosen.map(({ shape }) => prepare(shape, { relaxed }));
  const times = chosen.map((): number[] => []);
  for (const { a, b } of prepared) {
    fill(a);
    fill(b);
  }
  for (let round = 0; round < ROUNDS; round++) {
    prepared.forEach(({ run }, i) => {
      const ms = once(run);
      // The first rounds are before the engine has optimised the code.
      if (round >= 2) times[i].push(ms);
    });
  }
  console.log(`${title.padEnd(36)}${'median'.padStart(9)}${'best'.padStart(9)}${'code'.padStart(10)}`);
  chosen.forEach(({ name, shape }, i) => {
    const sorted = times[i].toSorted((x, y) => x - y);
    const show = (ms: number): string => figure(shape, ms).toFixed(1).padStart(9);
    const bytes = `${prepared[i].codeBytes} B`.padStart(10);
    console.log(`${name.padEnd(36)}${show(sorted[sorted.length >> 1])}${show(sorted[0])}${bytes}`);
  });
  console.log();
}

table('GFLOP/s', cases.filter(wanted), (shape, ms) => operations(shape) / ms / 1e6);
table(
  'GB/s of operands',
  narrow.filter(wanted),
  ({ a, b }, ms) => (4 * (a.elements + b.elements)) / ms / 1e6,
);
