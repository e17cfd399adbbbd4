/**
 * What RNN, LSTM and GRU share, as torch.nn.RNNBase: the parameters of all layers and directions under PyTorch's names,
 * and the way through them for batches, single sequences and packed ones. What a step computes is in `gates.ts`.
 */

import { ArgumentError, ShapeError, formatShape } from '@tenfold/ir';
import { Tensor, cat, empty, select, stack, zeros } from '@tenfold/tensor/base';
import { requireProbability, requireSameDType, requireShape } from '../../functional/checks.ts';
import { dropout } from '../../functional/dropout.ts';
import { uniform_ } from '../../init/index.ts';
import { Module } from '../../module/module.ts';
import { Parameter } from '../../module/parameter.ts';
import { pythonFloat } from '../../module/print.ts';
import { isPacked, packPaddedSequence, padPackedSequence, selectAt, stepMask } from '../../utils/rnn.ts';
import type { PackedSequence } from '../../utils/rnn.ts';
import { requireCount } from '../linear.ts';
import type { LayerOptions } from '../linear.ts';
import type { GateWeights, Recurrence, State } from './gates.ts';
import { unroll } from './unroll.ts';

export interface RecurrentOptions extends LayerOptions {
  /** Whether biases are added. Default true. */
  readonly bias?: boolean;
  /** Whether batches are `[B, T, I]` instead of `[T, B, I]`; states are `[layers, B, H]` in both cases. Default false. */
  readonly batchFirst?: boolean;
  /** Probability with which an output of any layer but the last is dropped in training. Default 0. */
  readonly dropout?: number;
  /** Whether a second network reads from the end; the outputs of both stand side by side. Default false. */
  readonly bidirectional?: boolean;
}

const WEIGHTS = ['weight_ih', 'weight_hh', 'bias_ih', 'bias_hh', 'weight_hr'] as const;
type WeightName = (typeof WEIGHTS)[number];

/** What goes through the layers: `[T, B, I]`, and which steps count. */
interface Sequences {
  readonly input: Tensor;
  readonly mask: Tensor | null;
}

/** What the layers share. */
export abstract class RNNBase extends Module {
  readonly inputSize: number;
  readonly hiddenSize: number;
  readonly projSize: number;
  readonly numLayers: number;
  readonly bias: boolean;
  readonly batchFirst: boolean;
  dropout: number;
  readonly bidirectional: boolean;
  /** Parameters, under PyTorch's names. */
  [weight: `${WeightName}_l${number}`]: Parameter;
  [weight: `${WeightName}_l${number}_reverse`]: Parameter;
  readonly #recurrence: Recurrence;

  constructor(
    recurrence: Recurrence,
    inputSize: number,
    hiddenSize: number,
    numLayers: number,
    options: RecurrentOptions & { readonly projSize?: number },
  ) {
    super();
    const {
      bias = true,
      batchFirst = false,
      dropout: p = 0,
      bidirectional = false,
      projSize = 0,
      ...placement
    } = options;
    const name = new.target.name;
    requireCount(name, { inputSize, hiddenSize, numLayers });
    requireProbability(name, p);
    if (!Number.isInteger(projSize) || projSize < 0 || projSize >= hiddenSize) {
      throw new ArgumentError(
        `${name}: projSize is ${projSize}, expected a whole number less than hiddenSize, which is ${hiddenSize}`,
      );
    }
    this.inputSize = inputSize;
    this.hiddenSize = hiddenSize;
    this.projSize = projSize;
    this.numLayers = numLayers;
    this.bias = bias;
    this.batchFirst = batchFirst;
    this.dropout = p;
    this.bidirectional = bidirectional;
    this.#recurrence = recurrence;
    const rows = recurrence.gates * hiddenSize;
    for (let layer = 0; layer < numLayers; layer++) {
      const columns = layer === 0 ? inputSize : this.#outputSize * this.#directions;
      for (const suffix of this.#suffixes(layer)) {
        const add = (weight: WeightName, shape: number[]) =>
          this.registerParameter(weight + suffix, new Parameter(empty(shape, placement)));
        add('weight_ih', [rows, columns]);
        add('weight_hh', [rows, this.#outputSize]);
        if (bias) add('bias_ih', [rows]);
        if (bias) add('bias_hh', [rows]);
        if (projSize > 0) add('weight_hr', [projSize, hiddenSize]);
      }
    }
    this.resetParameters();
  }

  /** Uniform within `1 / sqrt(hiddenSize)`. */
  resetParameters(): void {
    const bound = 1 / Math.sqrt(this.hiddenSize);
    for (const parameter of this.parameters()) uniform_(parameter, -bound, bound);
  }

  get #directions(): number {
    return this.bidirectional ? 2 : 1;
  }

  /** Numbers that a step gives in one direction. */
  get #outputSize(): number {
    return this.projSize || this.hiddenSize;
  }

  /** What the names of a layer's parameters end in, one direction after the other. */
  #suffixes(layer: number): string[] {
    return this.bidirectional ? [`_l${layer}`, `_l${layer}_reverse`] : [`_l${layer}`];
  }

  #weights(suffix: string): GateWeights {
    const [weightIh, weightHh, biasIh, biasHh, weightHr] = WEIGHTS.map((weight) => {
      const value: unknown = Reflect.get(this, weight + suffix);
      return value instanceof Tensor ? value : null;
    });
    if (!weightIh || !weightHh)
      throw new Error(`internal: ${this.constructor.name} has no weights ${suffix}`);
    return { weightIh, weightHh, biasIh, biasHh, weightHr };
  }

  /** The output and the last state of each layer and direction, whatever the kind of input. */
  protected run<I extends Tensor | PackedSequence>(input: I, start?: State): [I, State];
  protected run(input: Tensor | PackedSequence, start?: State): [Tensor | PackedSequence, State] {
    return isPacked(input) ? this.#runPacked(input, start) : this.#runTensor(input, start);
  }

  #runPacked(input: PackedSequence, start?: State): [PackedSequence, State] {
    this.#checkInput(input.data, [2]);
    const { sortedIndices, unsortedIndices } = input;
    const [padded, lengths] = padPackedSequence({ ...input, sortedIndices: null, unsortedIndices: null });
    const sequences = { input: padded, mask: stepMask(lengths, padded.shape[0], padded.device) };
    const sorted = start?.map((tensor) => permuteBatch(tensor, sortedIndices));
    const [output, last] = this.#layers(sequences, sorted);
    const { data } = packPaddedSequence(output, lengths);
    return [{ ...input, data }, last.map((tensor) => permuteBatch(tensor, unsortedIndices))];
  }

  #runTensor(input: Tensor, start?: State): [Tensor, State] {
    this.#checkInput(input, [2, 3]);
    const isBatch = input.ndim === 3;
    // One sequence is a batch of one.
    const batch = isBatch ? (this.batchFirst ? input.transpose(0, 1) : input) : input.unsqueeze(1);
    const states = isBatch ? start : start?.map((tensor) => tensor.unsqueeze(1));
    const [output, last] = this.#layers({ input: batch, mask: null }, states);
    if (!isBatch) return [output.squeeze(1), last.map((tensor) => tensor.squeeze(1))];
    return [this.batchFirst ? output.transpose(0, 1) : output, last];
  }

  #layers({ input, mask }: Sequences, start?: State): [Tensor, State] {
    const [length, batch] = input.shape;
    const name = this.constructor.name;
    if (length === 0) throw new ShapeError(`${name}: the input has no time steps; expected at least one`);
    const states = start ?? this.#zeroState(input);
    this.#checkState(input, states, batch);
    let output = input;
    const ends: State[] = [];
    for (let layer = 0; layer < this.numLayers; layer++) {
      if (layer > 0) output = dropout(output, this.dropout, { training: this.training && this.dropout > 0 });
      const directions = this.#suffixes(layer).map((suffix, direction) => {
        const own = states.map((tensor) => select(tensor, 0, layer * this.#directions + direction));
        const options = { backwards: direction === 1, mask };
        return unroll(this.#recurrence, output, own, this.#weights(suffix), options);
      });
      ends.push(...directions.map(({ state }) => state));
      output = this.bidirectional ? cat(directions.map((each) => each.output), -1) : directions[0].output; // prettier-ignore
    }
    return [output, states.map((_, i) => stack(ends.map((state) => state[i])))];
  }

  #stateSizes(): number[] {
    return [this.#outputSize, this.hiddenSize].slice(0, this.#recurrence.states);
  }

  #zeroState({ shape, dtype, device }: Tensor): State {
    const layers = this.numLayers * this.#directions;
    return this.#stateSizes().map((size) => zeros([layers, shape[1], size], { dtype, device }));
  }

  #checkState(input: Tensor, states: State, batch: number): void {
    const name = this.constructor.name;
    this.#stateSizes().forEach((size, i) => {
      const what = i === 0 ? 'initial h' : 'initial c';
      requireShape(name, what, states[i], [this.numLayers * this.#directions, batch, size]);
      requireSameDType(name, ['input', input], [what, states[i]]);
    });
  }

  #checkInput(input: Tensor, ranks: readonly number[]): void {
    if (ranks.includes(input.ndim) && input.shape.at(-1) === this.inputSize) return;
    const batch = this.batchFirst ? '[batch, time' : '[time, batch';
    throw new ShapeError(
      `${this.constructor.name}: the input has shape ${formatShape(input.shape)}, expected ` +
        (ranks.includes(3) ? `${batch}, ${this.inputSize}] or [time, ${this.inputSize}]` : `packed [rows, ${this.inputSize}]`),
    ); // prettier-ignore
  }

  override extraRepr(): string {
    const { inputSize, hiddenSize, projSize, numLayers } = this;
    return [
      `${inputSize}, ${hiddenSize}`,
      ...(projSize > 0 ? [`proj_size=${projSize}`] : []),
      ...(numLayers > 1 ? [`num_layers=${numLayers}`] : []),
      ...(this.bias ? [] : ['bias=False']),
      ...(this.batchFirst ? ['batch_first=True'] : []),
      ...(this.dropout > 0 ? [`dropout=${pythonFloat(this.dropout)}`] : []),
      ...(this.bidirectional ? ['bidirectional=True'] : []),
    ].join(', ');
  }
}

function permuteBatch(state: Tensor, order: readonly number[] | null): Tensor {
  return order ? selectAt(state, 1, order) : state;
}
