/** Shapes that contractions are tested in, which sizes as small as in tests would not ask for. */

import type { TuningStep } from '../../src/tuning/steps.ts';
import { step } from '../../src/tuning/steps.ts';

function tile(m: number, n: number, k: number, registerM: number, registerN: number): TuningStep[] {
  const sides = [step('tile', 'm', m), step('tile', 'n', n), step('tile', 'k', k)];
  return [...sides, step('register', 'm', registerM), step('register', 'n', registerN)];
}

function lanes(k: number, n: number, vectorK: number, vectorN: number): TuningStep[] {
  return [
    step('tile', 'lane', k),
    step('tile', 'n', n),
    step('vector', 'k', vectorK),
    step('vector', 'n', vectorN),
  ];
}

export const TILES: Readonly<Record<string, readonly TuningStep[]>> = {
  'tiles of 32x32': tile(32, 32, 8, 4, 4),
  'tiles of 16x64, k in four parts': [
    ...tile(16, 64, 16, 4, 4),
    step('split', 'k', 4),
    step('unroll', 'k', 16),
  ],
  'tiles of 64x64 in registers of 8x8': [...tile(64, 64, 8, 8, 8), step('unroll', 'k', 2)],
  'tiles of 128x128': [...tile(128, 128, 8, 8, 8), step('unroll', 'k', 8)],
};

export const LANES: Readonly<Record<string, readonly TuningStep[]>> = {
  'lanes of 8, k one by one': lanes(8, 8, 1, 1),
  'lanes of 4, four columns, in two parts': [...lanes(4, 32, 1, 4), step('split', 'k', 2), step('unroll', 'k', 2)],
  'lanes of 4, four along k': [...lanes(4, 8, 4, 1), step('unroll', 'k', 2)],
  'lanes of 2, four both ways': lanes(2, 16, 4, 4),
}; // prettier-ignore

export const MATRICES: readonly TuningStep[] = [
  step('tile', 'm', 32),
  step('tile', 'n', 64),
  step('tile', 'k', 32),
  step('matrix', 'm', 16),
  step('matrix', 'n', 32),
  step('split', 'k', 2),
];
