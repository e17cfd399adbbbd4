/** What all example programs share at the command line: options, devices, progress bars, errors as one line. */

import { SingleBar } from 'cli-progress';
import { InvalidArgumentError, Option } from 'commander';
import { setDefaultDevice, webgpu } from 'tenfold';

const DEVICES = ['cpu', 'webgpu'] as const;
export type DeviceName = (typeof DEVICES)[number];

/** The option `--device`. */
export function deviceOption(): Option {
  return new Option('--device <name>', 'where to compute').choices(DEVICES).default('cpu');
}

/** Makes a device the one that everything is computed on. Raises DeviceError where there is no WebGPU. */
export async function useDevice(name: DeviceName): Promise<void> {
  if (name === 'webgpu') await webgpu();
  setDefaultDevice(name);
}

/** A parser for a whole number that is at least `least`. */
export function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < least) {
      throw new InvalidArgumentError(`expected a whole number of at least ${least}`);
    }
    return value;
  };
}

/** A parser for a positive number. */
export function positiveNumber(text: string): number {
  const value = Number(text);
  if (!(value > 0 && Number.isFinite(value))) throw new InvalidArgumentError('expected a positive number');
  return value;
}

/** A progress bar on a terminal; nothing where the output is not one. */
export function progressBar(label: string, total: number): { update(done: number): void; stop(): void } {
  if (!process.stderr.isTTY) return { update() {}, stop() {} };
  const bar = new SingleBar({ format: `${label} {bar} {percentage}% | {eta} s left`, clearOnComplete: true });
  bar.start(total, 0);
  return { update: (done) => bar.update(done), stop: () => bar.stop() };
}

/** Runs a program; an error becomes one line on the error stream and exit code 1. */
export async function runProgram(main: () => Promise<void>): Promise<void> {
  try {
    await main();
  } catch (error) {
    console.error(error instanceof Error ? `error: ${error.message}` : error);
    process.exitCode = 1;
  }
}
