/**
 * Numbers as PyTorch prints them: four digits behind the point, scientific where magnitudes differ by more than 1000,
 * whole floats as `1.`, all of one width. Follows torch/_tensor_str.py.
 */

import { isFloat } from '@tenfold/ir';
import type { DType } from '@tenfold/ir';

const PRECISION = 4;

/** How all elements of one tensor are written. */
export interface NumberFormat {
  /** Characters of each element. */
  readonly width: number;
  format(value: number | bigint): string;
}

/** The common format of the elements shown. */
export function numberFormat(values: readonly (number | bigint)[], dtype: DType): NumberFormat {
  const write = isFloat(dtype) ? floatWriter(values.map(Number)) : wholeWriter(dtype);
  // Zeros and what is not finite do not count, as in PyTorch.
  const counted = isFloat(dtype) ? values.filter((x) => Number.isFinite(x) && x !== 0) : values;
  const width = counted.reduce<number>((widest, x) => Math.max(widest, write(x).length), 1);
  return { width, format: (value) => write(value).padStart(width) };
}

type Writer = (value: number | bigint) => string;

function wholeWriter(dtype: DType): Writer {
  return dtype === 'bool' ? (value) => (value === 0 ? 'False' : 'True') : String;
}

function floatWriter(values: readonly number[]): Writer {
  const magnitudes = values.filter((x) => Number.isFinite(x) && x !== 0).map(Math.abs);
  const greatest = magnitudes.reduce((a, b) => Math.max(a, b), 0);
  const least = magnitudes.reduce((a, b) => Math.min(a, b), Infinity);
  const whole = magnitudes.every(Number.isInteger);
  const spread = magnitudes.length > 0 && (greatest / least > 1000 || greatest > 1e8);
  if (spread || (!whole && least < 1e-4)) return finite(scientific);
  return finite(whole ? (x) => `${fixed(x, 0)}.` : (x) => fixed(x, PRECISION));
}

function finite(write: (x: number) => string): Writer {
  return (value) => {
    const x = Number(value);
    if (Number.isNaN(x)) return 'nan';
    return Number.isFinite(x) ? write(x) : x > 0 ? 'inf' : '-inf';
  };
}

/** As C's `%.nf`: exact halves go to the even digit, where JavaScript takes the greater one; -0 keeps its sign. */
function fixed(x: number, digits: number): string {
  const magnitude = Math.abs(x);
  const sign = x < 0 || Object.is(x, -0) ? '-' : '';
  if (magnitude >= 1e21)
    return sign + String(BigInt(magnitude)) + (digits > 0 ? `.${'0'.repeat(digits)}` : '');
  const scale = 10 ** digits;
  const lower = Math.floor(magnitude * scale);
  // A half is a multiple of 2^-(digits + 1), and scaling such a number is exact.
  const isHalf = Number.isInteger(magnitude * 2 ** (digits + 1)) && magnitude * scale - lower === 0.5;
  return sign + (isHalf && lower % 2 === 0 ? (lower / scale).toFixed(digits) : magnitude.toFixed(digits));
}

/** As C's `%.4e`: exact halves go to the even digit, the exponent has at least two. */
function scientific(x: number): string {
  let [mantissa, exponent] = x.toExponential(PRECISION).split('e');
  const [longer, power] = x.toExponential(PRECISION + 1).split('e');
  if (longer.endsWith('5') && isExactly(x, longer, Number(power))) {
    const down = longer.slice(0, -1);
    if (Number(down.at(-1)) % 2 === 0) [mantissa, exponent] = [down, power];
  }
  return `${mantissa}e${exponent[0]}${exponent.slice(1).padStart(2, '0')}`;
}

/** Whether the decimal number mantissa · 10^power is `x` and not just near it. */
function isExactly(x: number, mantissa: string, power: number): boolean {
  const digits = BigInt(mantissa.replace('.', ''));
  const shift = power - (PRECISION + 1);
  if (shift >= 0) return Number.isInteger(x) && BigInt(x) === digits * 10n ** BigInt(shift);
  const scaled = x * 2 ** -shift;
  return Number.isInteger(scaled) && BigInt(scaled) * 5n ** BigInt(-shift) === digits;
}
