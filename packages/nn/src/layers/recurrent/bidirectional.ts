/** Any recurrent module in both directions: one reads from the beginning, one from the end. */

import { ArgumentError } from '@tenfold/ir';
import { cat, flip } from '@tenfold/tensor/base';
import type { Tensor } from '@tenfold/tensor/base';
import { axisOf, requireOneOf } from '../../functional/checks.ts';
import { Module } from '../../module/module.ts';

/** What reads a sequence from the beginning, and gives as many outputs and a state. */
export type SequenceModule<S> = Reader<S> & Module;

interface Reader<S> {
  forward(input: Tensor, state?: S | null): [Tensor, S];
}

export interface BidirectionalOptions {
  /** How the outputs of both directions become one. Default `'concat'`. */
  readonly mergeMode?: 'concat' | 'sum' | 'mul' | 'ave';
  /** The axis of time. Default 0. */
  readonly timeDim?: number;
}

/**
 * Two recurrent modules over one sequence, of which the second gets it reversed; their outputs are brought together step by step.
 * Schuster, Paliwal 1997: https://doi.org/10.1109/78.650093. The recurrent layers themselves take `{ bidirectional: true }`.
 */
export class Bidirectional<S> extends Module {
  readonly mergeMode: 'concat' | 'sum' | 'mul' | 'ave';
  readonly timeDim: number;
  onward: SequenceModule<S>;
  backward: SequenceModule<S>;

  constructor(
    onward: SequenceModule<S>,
    backward: SequenceModule<S>,
    { mergeMode = 'concat', timeDim = 0 }: BidirectionalOptions = {},
  ) {
    super();
    requireOneOf('Bidirectional', 'mergeMode', mergeMode, ['concat', 'sum', 'mul', 'ave']);
    if (Object.is(onward, backward)) {
      throw new ArgumentError(
        'Bidirectional: both directions are the same module; each needs weights of its own',
      );
    }
    this.mergeMode = mergeMode;
    this.timeDim = timeDim;
    this.onward = onward;
    this.backward = backward;
  }

  /** Takes what the modules take, a state for each; gives the outputs and both states. */
  forward(input: Tensor, states: readonly [(S | null)?, (S | null)?] = []): [Tensor, [S, S]] {
    const time = axisOf('Bidirectional', this.timeDim, input.ndim);
    const [first, firstState] = this.onward.forward(input, states[0]);
    const [reversed, lastState] = this.backward.forward(flip(input, time), states[1]);
    return [this.#merge(first, flip(reversed, time)), [firstState, lastState]];
  }

  #merge(a: Tensor, b: Tensor): Tensor {
    switch (this.mergeMode) {
      case 'concat':
        return cat([a, b], -1);
      case 'sum':
        return a.add(b);
      case 'mul':
        return a.mul(b);
      case 'ave':
        return a.add(b).div(2);
    }
  }

  override extraRepr(): string {
    return `merge_mode=${this.mergeMode}`;
  }
}
