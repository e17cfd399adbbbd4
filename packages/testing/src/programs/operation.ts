/** What the lists of programs are made of. */

import { randn } from '@tenfold/tensor';
import type { Tensor } from '@tenfold/tensor';

/** How large programs are: a matrix, and images. */
export interface ProgramSize {
  readonly rows: number;
  readonly columns: number;
  readonly images: number;
  readonly channels: number;
  /** Height and width. */
  readonly side: number;
}

export interface Program {
  readonly name: string;
  /** Makes the inputs; the result does the work each time it is called, and leaves it computed. */
  setup(size: ProgramSize): () => void;
}

/** A differentiable function of some inputs. */
export interface Operation {
  readonly name: string;
  inputs(size: ProgramSize): readonly Tensor[];
  compute(...inputs: readonly Tensor[]): Tensor;
}

export const matrix = ({ rows, columns }: ProgramSize) => [randn([rows, columns])];
export const images = ({ images: count, channels, side }: ProgramSize) => [
  randn([count, channels, side, side]),
];

export function ofMatrix(name: string, compute: (x: Tensor) => Tensor): Operation {
  return { name, inputs: matrix, compute };
}

export function ofImages(name: string, compute: (x: Tensor) => Tensor): Operation {
  return { name, inputs: images, compute };
}
