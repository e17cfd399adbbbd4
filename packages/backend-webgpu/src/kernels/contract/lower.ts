/**
 * Contractions as passes, by the shape that was chosen for them. Convolutions are contractions whose windows are read
 * through their index maps while tiles are fetched, which is implicit GEMM: hints that ask for other ways of multiplying
 * (im2col, Winograd) get the same, those that ask for sums as they stand (direct) get plain loops.
 */

import type { ContractKernel } from '@tenfold/ir';
import { unreachable } from '@tenfold/ir';
import type { Lowered, Pass } from '../../lowering/pass.ts';
import type { Target } from '../../target.ts';
import { chooseLoopShape } from '../loop-shape.ts';
import { lowerLoops } from '../loops.ts';
import { matrixPass } from './matrix.ts';
import { withFewRows, withRowsOfResults } from './product.ts';
import { rowsPass } from './rows.ts';
import type { ContractShape, LoopsShape } from './shapes.ts';
import { splitProduct } from './split.ts';
import { tilePass } from './tile.ts';

export function lowerContract(
  kernel: ContractKernel,
  shape: Exclude<ContractShape, LoopsShape>,
  target: Target,
): Lowered {
  if (shape.split === 1) return { passes: [productPass(kernel, shape, target)], workspaces: [] };
  const { product, part, finish, workspace } = splitProduct(kernel, shape.split);
  const { passes } = lowerLoops(finish, chooseLoopShape(finish, target));
  return { passes: [productPass(product, shape, target, part), ...passes], workspaces: [workspace] };
}

function productPass(
  kernel: ContractKernel,
  shape: Exclude<ContractShape, LoopsShape>,
  target: Target,
  part?: number,
): Pass {
  switch (shape.method) {
    case 'tile':
      return tilePass(withRowsOfResults(kernel), shape, target, part);
    case 'rows':
      return rowsPass(withFewRows(kernel), shape, target, part);
    case 'matrix': {
      const unit = target.subgroupMatrix ?? unreachable('matrix units are used only where there are some');
      return matrixPass(withRowsOfResults(kernel), shape, unit, target, part);
    }
  }
}
