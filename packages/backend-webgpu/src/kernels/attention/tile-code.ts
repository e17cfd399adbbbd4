/**
 * The shader of an attention pass in pieces: where a workgroup works, and products of tiles in workgroup memory.
 *
 * Inside `main` stand `a` and `b`, the invocation's groups of tokens that stay and that stream (u32), and `first`, the
 * first token that stays. Four `vec4f`s `s0`..`s3` are a block of scores: four tokens that stay by four that stream.
 */

import { unreachable } from '@tenfold/ir';
import type { Pass, ShaderLayout } from '../../lowering/pass.ts';
import { constant } from '../../wgsl/constants.ts';
import { ShaderBuilder } from '../../wgsl/shader.ts';
import { indent } from '../statements.ts';
import type { AttentionParts, Matrix } from './spec.ts';
import type { TileShape } from './tile-shape.ts';
import { widthOf } from './tile-shape.ts';

export const FOUR = [0, 1, 2, 3] as const;
/** Below every score that is not minus infinity: the maximum before there was any. */
export const LOWEST = '-0x1.fffffep+127f';

/** Statements for each `j` (i32) of four: a loop keeps the text short, and is unrolled by whoever compiles it. */
export function overFour(body: readonly string[]): string[] {
  return ['for (var j = 0; j < 4; j++) {', ...indent(body), '}'];
}

export class TileCode {
  readonly shader: ShaderBuilder;
  readonly shape: TileShape;
  readonly #parts: AttentionParts;
  readonly #bases = new Map<Matrix, string>();

  constructor(parts: AttentionParts, pass: Pass, layout: ShaderLayout, shape: TileShape) {
    this.shader = new ShaderBuilder(parts.kernel, pass, layout);
    this.shape = shape;
    this.#parts = parts;
    this.shader.workgroupArray('tile', 'vec4f', shape.memory);
  }

  /** Where the workgroup works: `batch`, `first`, `a`, `b`, and where each matrix begins. `staying` tokens are cut up. */
  begin(staying: number): string[] {
    const { batch, query, key, value, mask, rows } = this.#parts;
    const { stay, stream } = this.shape;
    const blocks = Math.ceil(staying / (4 * stay));
    const lines = [
      `let batch = group / ${blocks}u;`,
      `let first = i32(group % ${blocks}u) * ${4 * stay};`,
      `let a = lane / ${stream}u;`,
      `let b = lane % ${stream}u;`,
    ];
    let rest = 'batch';
    [...batch.keys()].reverse().forEach((i) => {
      lines.push(`let batch${i} = i32(${rest} % ${batch[i]}u);`, `let rest${i} = ${rest} / ${batch[i]}u;`);
      rest = `rest${i}`;
    });
    const matrices = [query, key, value, ...(mask ? [mask] : []), ...(rows ? Object.values(rows) : [])];
    matrices.forEach((matrix, m) => {
      const steps = matrix.batch.flatMap((step, i) => (step === 0 ? [] : [`batch${i} * ${step}`]));
      lines.push(`let base${m} = ${[String(matrix.offset), ...steps].join(' + ')};`);
      this.#bases.set(matrix, `base${m}`);
    });
    return lines;
  }

  /** The run-time number that scores are multiplied with: f32. */
  scale(): string {
    const { kernel, scale } = this.#parts;
    const value = kernel.values[scale];
    if (value.op === 'const') return constant(this.shader.lib, value.value, value.dtype);
    if (value.op === 'scalar') return this.shader.scalar(value.slot);
    if (value.op !== 'load') return unreachable('the scale of attention is no number');
    return this.shader.load(value.operand, String(value.index.constant));
  }

  /** An element, 0 where there is none. `row` and `column` are i32 expressions. */
  element(matrix: Matrix, row: string, column: string, name: string): string[] {
    const tests = [
      ...(row === '0' ? [] : [`${row} < ${matrix.rows}`]),
      ...(column === '0' ? [] : [`${column} < ${matrix.columns}`]),
    ];
    const at = `${this.#baseOf(matrix)} + (${row}) * ${matrix.row} + (${column}) * ${matrix.column}`;
    return [`if (${tests.join(' && ')}) { ${name} = ${this.shader.load(matrix.operand, at)}; }`];
  }

  /** Declares a `vec4f` of one number each of four tokens. */
  fourRows(name: string, matrix: Matrix, row: string): string[] {
    return [`var ${name} = vec4f();`, ...overFour(this.element(matrix, `(${row} + j)`, '0', `${name}[j]`))];
  }

  /** Declares `vec4f`s, all zero. */
  zeros(names: readonly string[]): string[] {
    return names.map((name) => `var ${name} = vec4f();`);
  }

  /** The names of a sum's variables: four rows by groups of four columns. */
  sumNames(name: string, columns: number): string[][] {
    const groups = widthOf(columns, this.shape.stream) / this.shape.stream;
    return FOUR.map((r) => Array.from({ length: groups }, (_, g) => `${name}${r}_${g}`));
  }

  /** Adds to the scores named `into` the products of tokens that stay with tokens that stream, from `start` on. */
  scores(into: string, staying: Matrix, streaming: Matrix, start: string): string[] {
    const { stay, stream, chunk } = this.shape;
    const at = chunk * (stay + 1);
    return [
      `for (var feature = 0; feature < ${staying.columns}; feature += ${chunk}) {`,
      '  workgroupBarrier();',
      ...indent(this.#stageTokens(staying, 'first', 'feature', 0, stay)),
      ...indent(this.#stageTokens(streaming, start, 'feature', at, stream)),
      '  workgroupBarrier();',
      ...indent(
        this.#multiply(
          FOUR.map((r) => [`${into}${r}`]),
          chunk,
          [0, stay + 1],
          [at, stream + 1],
        ),
      ),
      '}',
    ];
  }

  /**
   * Adds to a sum, for the tokens that stay, the features of those that stream, from `start` on, weighted with
   * the block of scores named `weights`.
   */
  weightedSum(sum: string, weights: string, streaming: Matrix, start: string): string[] {
    const { stay, stream, part } = this.shape;
    const quads = widthOf(streaming.columns, stream);
    const at = part * (stay + 1);
    const column = (j: number) => `vec4f(${FOUR.map((r) => `${weights}${r}[${j}]`).join(', ')})`;
    return [
      `for (var begun = 0u; begun < min(${4 * stream}u, u32(${streaming.rows} - ${start})); begun += ${part}u) {`,
      '  workgroupBarrier();',
      // Invocations whose streaming tokens are in this part lay out their weights.
      `  if (4u * b - begun < ${part}u) {`,
      ...FOUR.map((j) => `    tile[(4u * b - begun + ${j}u) * ${stay + 1}u + a] = ${column(j)};`),
      '  }',
      ...indent(this.#stageFeatures(streaming, `${start} + i32(begun)`, at, quads, part)),
      '  workgroupBarrier();',
      ...indent(this.#multiply(this.sumNames(sum, streaming.columns), part, [0, stay + 1], [at, quads])),
      '}',
    ];
  }

  /** Replaces a `vec4f` (of the tokens that stay) by what `combine` makes of those of all invocations with these tokens. */
  reduceRows(name: string, combine: (x: string, y: string) => string): string[] {
    const { stay, stream } = this.shape;
    return [
      'workgroupBarrier();',
      `tile[b * ${stay}u + a] = ${name};`,
      'workgroupBarrier();',
      `${name} = tile[a];`,
      `for (var i = 1u; i < ${stream}u; i++) { ${name} = ${combine(name, `tile[i * ${stay}u + a]`)}; }`,
    ];
  }

  /**
   * Stores a sum, row-major from the i32 expression `at` on, `pitch` elements a row, for the tokens that stay; `value` makes
   * an element of what is in the sum, in row `r` of the four.
   */
  storeSum(
    sum: string,
    [rows, columns]: readonly [number, number],
    [at, pitch]: readonly [string, number],
    value: (element: string, r: number) => string,
  ): string[] {
    const { shader } = this;
    const { stream } = this.shape;
    return this.sumNames(sum, columns).flatMap((groups, r) => [
      `if (first + 4 * i32(a) + ${r} < ${rows}) {`,
      `  let to = ${at} + (first + 4 * i32(a) + ${r}) * ${pitch};`,
      ...groups.flatMap((name, g) => {
        const column = `4 * i32(b) + ${4 * stream * g} + j`;
        const store = shader.store(this.#parts.kernel.output, `to + ${column}`, value(`${name}[j]`, r));
        return indent(overFour([`if (${column} < ${columns}) { ${store} }`]));
      }),
      '}',
    ]);
  }

  text(body: readonly string[]): string {
    return this.shader.text(this.shape.stay * this.shape.stream, body);
  }

  /** Copies `chunk` features of tokens into workgroup memory: a row of `vec4f`s a feature, each of four tokens. */
  #stageTokens(matrix: Matrix, token: string, feature: string, at: number, quads: number): string[] {
    const { chunk, stay, stream } = this.shape;
    return [
      `for (var i = lane; i < ${chunk * quads}u; i += ${stay * stream}u) {`,
      `  let column = ${feature} + i32(i % ${chunk}u);`,
      `  let row = ${token} + 4 * i32(i / ${chunk}u);`,
      '  var four = vec4f();',
      ...indent(overFour(this.element(matrix, '(row + j)', 'column', 'four[j]'))),
      `  tile[${at}u + (i % ${chunk}u) * ${quads + 1}u + i / ${chunk}u] = four;`,
      '}',
    ];
  }

  /** Copies tokens into workgroup memory: a row of `vec4f`s a token, each of four features. */
  #stageFeatures(matrix: Matrix, token: string, at: number, quads: number, tokens: number): string[] {
    const { stay, stream } = this.shape;
    return [
      `for (var i = lane; i < ${tokens * quads}u; i += ${stay * stream}u) {`,
      `  let column = 4 * i32(i % ${quads}u);`,
      `  let row = ${token} + i32(i / ${quads}u);`,
      '  var four = vec4f();',
      ...indent(overFour(this.element(matrix, 'row', '(column + j)', 'four[j]'))),
      `  tile[${at}u + i] = four;`,
      '}',
    ];
  }

  /** Adds products of `length` rows of workgroup memory to variables, four rows by groups of columns. */
  #multiply(
    into: readonly (readonly string[])[],
    length: number,
    [left, leftPitch]: readonly [number, number],
    [right, rightPitch]: readonly [number, number],
  ): string[] {
    const { stream } = this.shape;
    const groups = into[0].map((_, g) => g);
    return [
      `for (var k = 0u; k < ${length}u; k++) {`,
      `  let x = tile[${left}u + k * ${leftPitch}u + a];`,
      ...groups.flatMap((g) => [
        `  let y${g} = tile[${right + stream * g}u + k * ${rightPitch}u + b];`,
        ...into.map((names, r) => `  ${names[g]} += x[${r}] * y${g};`),
      ]),
      '}',
    ];
  }

  #baseOf(matrix: Matrix): string {
    return this.#bases.get(matrix) ?? unreachable('a matrix of attention without a place');
  }
}
