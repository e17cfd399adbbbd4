/**
 * The product of float16 matrices by the matrix units that subgroups share, summed up in float32
 * (`chromium-experimental-subgroup-matrix`, an extension of Dawn's; https://github.com/gpuweb/gpuweb/blob/main/proposals/subgroup-matrix.md).
 *
 * A workgroup fetches tiles as the one without matrix units does. Four of its subgroups multiply a quarter of them each; where
 * subgroups are smaller than they may be there are more, which only fetch. The sums go through workgroup memory to the
 * epilogue, because which invocation holds which element of a matrix is not said.
 */

import type { AxisId, ContractKernel } from '@tenfold/ir';
import type { Pass, ShaderLayout } from '../../lowering/pass.ts';
import { operandsOf } from '../../lowering/pass.ts';
import type { SubgroupMatrix, Target } from '../../target.ts';
import { ShaderBuilder } from '../../wgsl/shader.ts';
import { Emission } from '../emission.ts';
import { indent } from '../statements.ts';
import { operandsNeeded } from './access.ts';
import type { FactorName } from './factors.ts';
import { groupsOfTiles, isMultiple, placeOfTile, sideOfTile } from './factors.ts';
import { TileFetch } from './fetch.ts';
import type { MatrixShape } from './shapes.ts';
import { MATRIX_MEMORY, MATRIX_SUBGROUPS, matrixInvocations } from './shapes.ts';
import { finishInMemory, range } from './store.ts';

/** The pass of a product of float16 factors; `part` is the axis that counts the parts of k, if there are several. */
export function matrixPass(
  kernel: ContractKernel,
  shape: MatrixShape,
  unit: SubgroupMatrix,
  target: Target,
  part?: AxisId,
): Pass {
  const operands = operandsNeeded(kernel, kernel.epilogue);
  const all = operandsOf(kernel);
  const pass: Pass = {
    name: kernel.name,
    operands: operands.map((operand) => all[operand]),
    constants: [],
    groups: (extents) => groupsOfTiles(kernel, shape, extents),
    shader: (layout) => matrixShader(kernel, shape, { pass, operands, layout, part, unit, target }),
  };
  return pass;
}

interface Setting {
  readonly pass: Pass;
  readonly operands: readonly number[];
  readonly layout: ShaderLayout;
  readonly part: AxisId | undefined;
  readonly unit: SubgroupMatrix;
  readonly target: Target;
}

function matrixShader(kernel: ContractKernel, shape: MatrixShape, setting: Setting): string {
  const { pass, operands, layout, part, unit, target } = setting;
  const { m, n, k } = shape;
  const shader = new ShaderBuilder(kernel, pass, layout);
  const e = new Emission(kernel, shader, operands, []);
  shader.enableSubgroups();
  shader.enable('f16');
  shader.enable('chromium_experimental_subgroup_matrix');
  const invocations = matrixInvocations(target);
  const batch = placeOfTile(e, kernel, shape, part);
  const sides = { m: sideOfTile(kernel, 'm', m), n: sideOfTile(kernel, 'n', n) };
  const fetcher = (name: FactorName) =>
    new TileFetch({
      kernel,
      shader,
      operands,
      e,
      name,
      value: kernel[name],
      batch,
      side: name === 'a' ? sides.m : sides.n,
      vectors: (name === 'a' ? m : n) / 4,
      k,
      evenK: isMultiple(kernel, kernel.k, k),
      invocations,
      memory: MATRIX_MEMORY,
      half: true,
    });
  const [a, b] = [fetcher('a'), fetcher('b')];
  const fetch = [...a.fetch(), ...b.fetch()];
  // Of a quarter of the tile: matrices along m and along n.
  const [down, across] = [m / 2 / unit.m, n / 2 / unit.n];
  const sum = (i: number, j: number) => `sum${i}_${j}`;
  const result = `subgroup_matrix_result<f32, ${unit.n}, ${unit.m}>`;
  const left = `subgroup_matrix_left<f16, ${unit.k}, ${unit.m}>, col_major`;
  const right = `subgroup_matrix_right<f16, ${unit.n}, ${unit.k}>, row_major`;
  const [rowA, rowB] = [a.rowLength * 4, b.rowLength * 4];
  const multiply = [
    `for (var kk = 0u; kk < ${k}u; kk += ${unit.k}u) {`,
    ...indent([
      ...range(down).map(
        (i) =>
          `let a${i} = subgroupMatrixLoad<${left}>(&tile_a, kk * ${rowA}u + quarter_m + ${i * unit.m}u, ${rowA}u);`,
      ),
      ...range(across).map(
        (j) =>
          `let b${j} = subgroupMatrixLoad<${right}>(&tile_b, kk * ${rowB}u + quarter_n + ${j * unit.n}u, ${rowB}u);`,
      ),
      ...range(down).flatMap((i) =>
        range(across).map(
          (j) => `${sum(i, j)} = subgroupMatrixMultiplyAccumulate(a${i}, b${j}, ${sum(i, j)});`,
        ),
      ),
    ]),
    '}',
  ];
  shader.workgroupArray('results', 'f32', m * n);
  e.write(
    ...a.before(),
    ...b.before(),
    `let quarter_m = (subgroup & 1u) * ${m / 2}u;`,
    `let quarter_n = (subgroup >> 1u) * ${n / 2}u;`,
    `let multiplies = subgroup < ${MATRIX_SUBGROUPS}u;`,
    ...range(down).flatMap((i) => range(across).map((j) => `var ${sum(i, j)} = ${result}();`)),
    `for (var k0 = k_begin; ; k0 += ${k}) {`,
    '  if (k0 < k_end) {',
    ...indent(indent(fetch)),
    '  }',
    '  if (k0 > k_begin && multiplies) {',
    ...indent(indent(multiply)),
    '  }',
    '  if (k0 >= k_end) { break; }',
    '  workgroupBarrier();',
    ...indent([...a.keep('0u'), ...b.keep('0u')]),
    '  workgroupBarrier();',
    '}',
    'if (multiplies) {',
    ...indent(
      range(down).flatMap((i) =>
        range(across).map((j) => {
          const at = `(quarter_m + ${i * unit.m}u) * ${n}u + quarter_n + ${j * unit.n}u`;
          return `subgroupMatrixStore<row_major>(&results, ${at}, ${sum(i, j)}, ${n}u);`;
        }),
      ),
    ),
    '}',
    'workgroupBarrier();',
    ...finishInMemory({ kernel, shader, operands, batch }, sides, 'results', {
      rows: m,
      width: n,
      invocations,
    }),
  );
  return shader.text(invocations, e.close());
}
