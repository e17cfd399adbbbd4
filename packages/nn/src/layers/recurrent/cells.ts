/** One step of a recurrent network as a layer, for loops of one's own: RNNCell, LSTMCell, GRUCell. */

import { ShapeError, formatShape } from '@tenfold/ir';
import { empty, zeros } from '@tenfold/tensor/base';
import type { Tensor } from '@tenfold/tensor/base';
import { requireOneOf, requireShape } from '../../functional/checks.ts';
import { uniform_ } from '../../init/index.ts';
import { Module } from '../../module/module.ts';
import { Parameter } from '../../module/parameter.ts';
import { requireCount } from '../linear.ts';
import type { LayerOptions } from '../linear.ts';
import { GRU_GATES, LSTM_GATES, RNN_RELU, RNN_TANH } from './gates.ts';
import type { Recurrence, State } from './gates.ts';

export interface CellOptions extends LayerOptions {
  /** Whether biases are added. Default true. */
  readonly bias?: boolean;
}

/** What the cells share, as torch.nn.RNNCellBase. */
export abstract class RNNCellBase extends Module {
  readonly inputSize: number;
  readonly hiddenSize: number;
  weightIh: Parameter;
  weightHh: Parameter;
  biasIh: Parameter | null;
  biasHh: Parameter | null;
  readonly #recurrence: Recurrence;

  constructor(
    recurrence: Recurrence,
    inputSize: number,
    hiddenSize: number,
    { bias = true, ...placement }: CellOptions,
  ) {
    super();
    requireCount(new.target.name, { inputSize, hiddenSize });
    this.inputSize = inputSize;
    this.hiddenSize = hiddenSize;
    this.#recurrence = recurrence;
    const rows = recurrence.gates * hiddenSize;
    const parameter = (key: string, shape: number[]) => new Parameter(empty(shape, placement), { key });
    this.weightIh = parameter('weight_ih', [rows, inputSize]);
    this.weightHh = parameter('weight_hh', [rows, hiddenSize]);
    this.biasIh = bias ? parameter('bias_ih', [rows]) : null;
    this.biasHh = bias ? parameter('bias_hh', [rows]) : null;
    this.resetParameters();
  }

  /** Uniform within `1 / sqrt(hiddenSize)`. */
  resetParameters(): void {
    const bound = 1 / Math.sqrt(this.hiddenSize);
    for (const parameter of this.parameters()) uniform_(parameter, -bound, bound);
  }

  /** The next state, for `[B, I]` or `[I]`. */
  protected step(input: Tensor, start?: State): State {
    const name = this.constructor.name;
    if (![1, 2].includes(input.ndim) || input.shape.at(-1) !== this.inputSize) {
      throw new ShapeError(
        `${name}: the input has shape ${formatShape(input.shape)}, expected [batch, ${this.inputSize}] or ` +
          `[${this.inputSize}]`,
      );
    }
    const shape = [...input.shape.slice(0, -1), this.hiddenSize];
    const { dtype, device } = input;
    const { states, project, step } = this.#recurrence;
    const state = start ?? Array.from({ length: states }, () => zeros(shape, { dtype, device }));
    state.forEach((tensor, i) => requireShape(name, i === 0 ? 'h' : 'c', tensor, shape));
    const weights = { ...this, weightHr: null };
    return step(project(input, weights), state, weights);
  }

  override extraRepr(): string {
    return `${this.inputSize}, ${this.hiddenSize}${this.biasIh ? '' : ', bias=False'}`;
  }
}

export interface RNNCellOptions extends CellOptions {
  /** Default `'tanh'`. */
  readonly nonlinearity?: 'tanh' | 'relu';
}

/** One step of RNN, as torch.nn.RNNCell: `[B, I]` and `[B, H]` (0 where it is left out) to `[B, H]`; or without B. */
export class RNNCell extends RNNCellBase {
  readonly nonlinearity: 'tanh' | 'relu';

  constructor(inputSize: number, hiddenSize: number, options: RNNCellOptions = {}) {
    const { nonlinearity = 'tanh', ...rest } = options;
    requireOneOf('RNNCell', 'nonlinearity', nonlinearity, ['tanh', 'relu']);
    super(nonlinearity === 'tanh' ? RNN_TANH : RNN_RELU, inputSize, hiddenSize, rest);
    this.nonlinearity = nonlinearity;
  }

  forward(input: Tensor, hx?: Tensor | null): Tensor {
    return this.step(input, hx ? [hx] : undefined)[0];
  }

  override extraRepr(): string {
    return super.extraRepr() + (this.nonlinearity === 'tanh' ? '' : `, nonlinearity=${this.nonlinearity}`);
  }
}

/** One step of LSTM, as torch.nn.LSTMCell: `[B, I]` and `[h, c]`, `[B, H]` each, to the next `[h, c]`; or without B. */
export class LSTMCell extends RNNCellBase {
  constructor(inputSize: number, hiddenSize: number, options: CellOptions = {}) {
    super(LSTM_GATES, inputSize, hiddenSize, options);
  }

  forward(input: Tensor, hx?: readonly [Tensor, Tensor] | null): [Tensor, Tensor] {
    const [h, c] = this.step(input, hx ?? undefined);
    return [h, c];
  }
}

/** One step of GRU, as torch.nn.GRUCell: `[B, I]` and `[B, H]` (0 where it is left out) to `[B, H]`; or without B. */
export class GRUCell extends RNNCellBase {
  constructor(inputSize: number, hiddenSize: number, options: CellOptions = {}) {
    super(GRU_GATES, inputSize, hiddenSize, options);
  }

  forward(input: Tensor, hx?: Tensor | null): Tensor {
    return this.step(input, hx ? [hx] : undefined)[0];
  }
}
