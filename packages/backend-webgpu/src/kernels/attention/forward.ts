/**
 * The output of attention: a block of queries stays, keys and values stream past, and the softmax along each row is
 * kept up to date (FlashAttention-2, Dao 2023; Milakov and Gimelshein, "Online normalizer calculation for softmax", 2018).
 */

import { operandsOf } from '../../lowering/pass.ts';
import type { Pass, ShaderLayout } from '../../lowering/pass.ts';
import type { Target } from '../../target.ts';
import { constant } from '../../wgsl/constants.ts';
import { indent } from '../statements.ts';
import { finishScores, hiddenScores } from './scores.ts';
import type { AttentionParts } from './spec.ts';
import { FOUR, LOWEST, TileCode } from './tile-code.ts';
import type { TileShape } from './tile-shape.ts';
import { chooseTile } from './tile-shape.ts';

export function forwardPass(parts: AttentionParts, target: Target): Pass {
  const { kernel, batch, queries, keys, depth, width } = parts;
  const shape = chooseTile({ stay: queries, stream: keys, features: depth, columns: [width] }, target);
  const count = batch.reduce((n, extent) => n * extent, 1) * Math.ceil(queries / (4 * shape.stay));
  const pass: Pass = {
    name: kernel.name,
    operands: operandsOf(kernel),
    constants: [],
    groups: () => count,
    shader: (layout) => forwardShader(parts, pass, layout, shape),
  };
  return pass;
}

function forwardShader(parts: AttentionParts, pass: Pass, layout: ShaderLayout, shape: TileShape): string {
  const { kernel, queries, keys, width, query, key, value } = parts;
  const tile = new TileCode(parts, pass, layout, shape);
  const { lib } = tile.shader;
  const sums = tile.sumNames('o', width);
  const most = (j: string) => `max(max(${j}.x, ${j}.y), max(${j}.z, ${j}.w))`;
  const plain = (j: string) => `${j}.x + ${j}.y + ${j}.z + ${j}.w`;
  const [notANumber, minusInfinity] = [NaN, -Infinity].map((x) => constant(lib, x, 'float32'));
  const at = `i32(batch) * ${queries * (width + 1)}`;
  return tile.text([
    ...tile.begin(queries),
    `let scale = ${tile.scale()};`,
    ...tile.zeros(sums.flat()),
    `var greatest = vec4f(${LOWEST});`,
    // Of the keys that this invocation has seen; those of others come at the end.
    'var total = vec4f();',
    `let end = ${kernel.causal ? `min(first + ${4 * shape.stay}, ${keys})` : keys};`,
    `for (var start = 0; start < end; start += ${4 * shape.stream}) {`,
    ...indent([
      ...tile.zeros(FOUR.map((r) => `s${r}`)),
      ...tile.scores('s', query, key, 'start'),
      ...finishScores(tile, parts, 'queries', 'start'),
      ...hiddenScores(parts, 'queries', 'start'),
      ...FOUR.map((r) => `s${r} = select(s${r}, vec4f(${LOWEST}), hidden${r});`),
      `var now = max(greatest, vec4f(${FOUR.map((r) => most(`s${r}`)).join(', ')}));`,
      ...tile.reduceRows('now', (x, y) => `max(${x}, ${y})`),
      'let shrink = exp(greatest - now);',
      'greatest = now;',
      ...FOUR.map((r) => `s${r} = select(exp(s${r} - now[${r}]), vec4f(), s${r} <= vec4f(${LOWEST}));`),
      `total = total * shrink + vec4f(${FOUR.map((r) => plain(`s${r}`)).join(', ')});`,
      ...sums.flatMap((names, r) => names.map((name) => `${name} *= shrink[${r}];`)),
      ...tile.weightedSum('o', 's', value, 'start'),
    ]),
    '}',
    ...tile.reduceRows('total', (x, y) => `${x} + ${y}`),
    // A row that may look at nothing has no weights, and the log of an empty sum.
    ...tile.storeSum('o', [queries, width], [at, width + 1], (x, r) => `select(${x} / total[${r}], ${notANumber}, total[${r}] == 0f)`), // prettier-ignore
    'if (b == 0u) {',
    ...FOUR.map((r) => {
      const row = `(first + 4 * i32(a) + ${r})`;
      const log = `select(greatest[${r}] + log(total[${r}]), ${minusInfinity}, total[${r}] == 0f)`;
      return `  if (${row} < ${queries}) { ${tile.shader.store(kernel.output, `${at} + ${row} * ${width + 1} + ${width}`, log)} }`;
    }),
    '}',
  ]);
}
