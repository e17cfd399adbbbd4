/**
 * Gradients of attention. Those of its output recompute the weights block by block from the log-sum-exp of each row
 * (FlashAttention-2, Dao 2023). Those of these gradients, and that of the mask, are ordinary graph over the whole matrix
 * of weights: there is no kernel for them, and they can be differentiated again.
 */

import type { AttentionSpec } from '@tenfold/ir';
import { exp, matmul, transpose } from '@tenfold/tensor/base';
import type { Tensor } from '@tenfold/tensor/base';
import { apply, constant, expandTo, source } from '@tenfold/tensor/internal';
import { add, mul, neg, reshape, sub, where } from './rule.ts';
import type { GradRule, RuleContext } from './rule.ts';

export const attentionRule: GradRule<'attention'> = {
  saves: 'all',
  backward: (context) => (context.attrs.result === 'output' ? ofOutput(context) : ofGradients(context)),
};

type Gradients = readonly (Tensor | undefined)[];

function ofOutput({ gradient, inputs, output, attrs, needs }: RuleContext<'attention'>): Gradients {
  const [query, key, value, scale, ...mask] = inputs;
  const width = lastSize(value);
  const ofValues = columns(gradient, 0, width);
  const delta = sub(rowSums(mul(ofValues, columns(output, 0, width))), lastColumn(gradient));
  const all = [query, key, value, scale, ofValues, lastColumn(output), delta, ...mask];
  const kernel = needs[0] || needs[1] || needs[2];
  const parts = kernel ? partsOf(apply('attention', all, { ...attrs, result: 'gradients' }), all) : [];
  const written = needs[3] || needs[4] ? weightsOf(all, attrs) : undefined;
  return [
    parts[0],
    parts[1],
    parts[2],
    written && needs[3] ? total(mul(written.change, written.products)) : undefined,
    written?.change,
  ];
}

/**
 * With Z = scale · query keyᵀ + mask, P = exp(Z - logSumExp), dP = gradient valueᵀ and dS = P · (dP - delta), the results
 * are dS key · scale, dSᵀ query · scale and Pᵀ gradient. What comes in for them goes back through dS, then P, then Z.
 */
function ofGradients({ gradient, inputs, attrs }: RuleContext<'attention'>): Gradients {
  const [query, key, value, scale, rows] = inputs;
  const { weights, products, change, centred } = weightsOf(inputs, attrs);
  const [byQuery, byKey, byValue] = partsOf(gradient, inputs);
  const scaled = (x: Tensor) => mul(x, expandTo(scale, x.shape));

  const arriving = add(matmul(byQuery, turned(key)), matmul(query, turned(byKey)));
  const toChange = scaled(arriving);
  const toProducts = mul(toChange, weights);
  const toWeights = add(mul(toChange, centred), matmul(rows, turned(byValue)));
  const toScores = mul(toWeights, weights);
  return [
    scaled(add(matmul(toScores, key), matmul(change, byKey))),
    scaled(add(matmul(turned(toScores), query), matmul(turned(change), byQuery))),
    matmul(turned(toProducts), rows),
    total(add(mul(change, arriving), mul(toScores, products))),
    add(matmul(toProducts, value), matmul(weights, byValue)),
    neg(rowSums(toScores)),
    neg(rowSums(toProducts)),
    toScores,
  ];
}

/** The gradients of query, key and value, out of the array that holds them one after another. */
function partsOf(gradients: Tensor, inputs: readonly Tensor[]): Tensor[] {
  let first = 0;
  return inputs.slice(0, 3).map(({ shape }) => {
    const count = shape[shape.length - 2] * shape[shape.length - 1];
    const part = columns(gradients, first, count);
    first += count;
    return reshape(part, shape);
  });
}

/** The matrices that the kernels never write down, from the inputs of the gradients. */
function weightsOf(inputs: readonly Tensor[], { causal }: AttentionSpec) {
  const [query, key, value, scale, rows, logSumExp, delta, mask] = inputs;
  const products = matmul(query, turned(key));
  const { shape } = products;
  const scaled = mul(products, expandTo(scale, shape));
  const masked = mask ? add(scaled, mask) : scaled;
  const scores = causal ? where(isPast(products), masked, lowest(products)) : masked;
  const weights = exp(sub(scores, expandTo(column(logSumExp), shape)));
  const centred = sub(matmul(rows, turned(value)), expandTo(column(delta), shape));
  return { weights, products, centred, change: mul(weights, centred) };
}

/** Whether a key does not come after the query, at each score. */
function isPast({ home, shape, ndim }: Tensor): Tensor {
  const position = (axis: number) => source(home, 'iota', { shape, axis });
  return apply('le', [position(ndim - 1), position(ndim - 2)], undefined);
}

function lowest({ home, shape, dtype }: Tensor): Tensor {
  return expandTo(constant(home, -Infinity, dtype), shape);
}

const turned = (x: Tensor): Tensor => transpose(x, -2, -1);
const lastSize = (x: Tensor): number => x.shape[x.ndim - 1];
const column = (x: Tensor): Tensor => reshape(x, [...x.shape, 1]);

function columns(x: Tensor, first: number, count: number): Tensor {
  const last = x.ndim - 1;
  const start = x.shape.map((_, axis) => (axis === last ? first : 0));
  const shape = x.shape.map((size, axis) => (axis === last ? count : size));
  return apply('slice', [x], { start, step: x.shape.map(() => 1), shape });
}

function lastColumn(x: Tensor): Tensor {
  return reshape(columns(x, lastSize(x) - 1, 1), x.shape.slice(0, -1));
}

function rowSums(x: Tensor): Tensor {
  return apply('reduce', [x], { kind: 'sum', axes: [x.ndim - 1] });
}

function total(x: Tensor): Tensor {
  return apply('reduce', [x], { kind: 'sum', axes: x.shape.map((_, axis) => axis) });
}
