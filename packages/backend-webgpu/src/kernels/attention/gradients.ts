/**
 * The gradients of attention (the backward pass of FlashAttention-2, Dao 2023): weights are computed again from the
 * log-sum-exp of each row. With P and dS as the op table defines them, one pass keeps queries and sums dS times the keys;
 * another keeps keys and values and sums dS times the queries and P times the gradients. Each sum is done by one
 * workgroup, in order; nothing is added to memory.
 */

import { unreachable } from '@tenfold/ir';
import { operandsOf } from '../../lowering/pass.ts';
import type { Pass, ShaderLayout } from '../../lowering/pass.ts';
import type { Target } from '../../target.ts';
import { indent } from '../statements.ts';
import type { Staying } from './scores.ts';
import { finishScores, hiddenScores } from './scores.ts';
import type { AttentionParts } from './spec.ts';
import { FOUR, TileCode } from './tile-code.ts';
import type { TileShape } from './tile-shape.ts';
import { chooseTile } from './tile-shape.ts';

export function gradientPasses(parts: AttentionParts, target: Target): Pass[] {
  return [gradientPass(parts, target, 'queries'), gradientPass(parts, target, 'keys')];
}

function gradientPass(parts: AttentionParts, target: Target, staying: Staying): Pass {
  const { kernel, batch, queries, keys, depth, width } = parts;
  const [stay, stream] = staying === 'queries' ? [queries, keys] : [keys, queries];
  const columns = staying === 'queries' ? [depth] : [depth, width];
  const shape = chooseTile({ stay, stream, features: Math.max(depth, width), columns }, target);
  const count = batch.reduce((n, extent) => n * extent, 1) * Math.ceil(stay / (4 * shape.stay));
  const emit = staying === 'queries' ? queryShader : keyShader;
  const pass: Pass = {
    name: `${kernel.name} (${staying})`,
    operands: operandsOf(kernel),
    constants: [],
    groups: () => count,
    shader: (layout) => emit(parts, pass, layout, shape),
  };
  return pass;
}

/** Where the gradients of a batch index begin. */
function resultAt({ queries, keys, depth, width }: AttentionParts, before: number): string {
  return `i32(batch) * ${queries * depth + keys * (depth + width)} + ${before}`;
}

function queryShader(parts: AttentionParts, pass: Pass, layout: ShaderLayout, shape: TileShape): string {
  const { kernel, queries, keys, depth, query, key, value, rows } = parts;
  if (!rows) return unreachable('gradients of attention without their inputs');
  const tile = new TileCode(parts, pass, layout, shape);
  const own = 'first + 4 * i32(a)';
  return tile.text([
    ...tile.begin(queries),
    `let scale = ${tile.scale()};`,
    ...tile.fourRows('logs', rows.logSumExp, own),
    ...tile.fourRows('delta', rows.delta, own),
    ...tile.zeros(tile.sumNames('dq', depth).flat()),
    `let end = ${kernel.causal ? `min(first + ${4 * shape.stay}, ${keys})` : keys};`,
    `for (var start = 0; start < end; start += ${4 * shape.stream}) {`,
    ...indent([
      ...tile.zeros(FOUR.flatMap((r) => [`s${r}`, `d${r}`])),
      ...tile.scores('s', query, key, 'start'),
      ...tile.scores('d', rows.gradient, value, 'start'),
      ...finishScores(tile, parts, 'queries', 'start'),
      ...hiddenScores(parts, 'queries', 'start'),
      ...FOUR.map(
        (r) => `d${r} = select(exp(s${r} - logs[${r}]) * (d${r} - delta[${r}]), vec4f(), hidden${r});`,
      ),
      ...tile.weightedSum('dq', 'd', key, 'start'),
    ]),
    '}',
    ...tile.storeSum('dq', [queries, depth], [resultAt(parts, 0), depth], (x) => `${x} * scale`),
  ]);
}

function keyShader(parts: AttentionParts, pass: Pass, layout: ShaderLayout, shape: TileShape): string {
  const { kernel, queries, keys, depth, width, query, key, value, rows } = parts;
  if (!rows) return unreachable('gradients of attention without their inputs');
  const tile = new TileCode(parts, pass, layout, shape);
  const others = 'start + 4 * i32(b)';
  const [ofKeys, ofValues] = [queries * depth, (queries + keys) * depth];
  return tile.text([
    ...tile.begin(keys),
    `let scale = ${tile.scale()};`,
    ...tile.zeros([...tile.sumNames('dk', depth).flat(), ...tile.sumNames('dv', width).flat()]),
    // The first query that looks at one of these keys.
    `for (var start = ${kernel.causal ? 'first' : '0'}; start < ${queries}; start += ${4 * shape.stream}) {`,
    ...indent([
      ...tile.zeros(FOUR.flatMap((r) => [`s${r}`, `d${r}`])),
      ...tile.scores('s', key, query, 'start'),
      ...tile.scores('d', value, rows.gradient, 'start'),
      ...tile.fourRows('logs', rows.logSumExp, others),
      ...tile.fourRows('delta', rows.delta, others),
      ...finishScores(tile, parts, 'keys', 'start'),
      ...hiddenScores(parts, 'keys', 'start'),
      ...FOUR.flatMap((r) => [
        `s${r} = select(exp(s${r} - logs), vec4f(), hidden${r});`,
        `d${r} = s${r} * (d${r} - delta);`,
      ]),
      ...tile.weightedSum('dv', 's', rows.gradient, 'start'),
      ...tile.weightedSum('dk', 'd', query, 'start'),
    ]),
    '}',
    ...tile.storeSum('dk', [keys, depth], [resultAt(parts, ofKeys), depth], (x) => `${x} * scale`),
    ...tile.storeSum('dv', [keys, width], [resultAt(parts, ofValues), width], (x) => x),
  ]);
}
