/**
 * Finding the operation that first made a NaN, in a forward or a backward pass.
 * https://pytorch.org/docs/stable/autograd.html#anomaly-detection
 */

import { GradError, formatShape, isFloat } from '@tenfold/ir';
import type { Device, Graph, NodeId, OpName } from '@tenfold/ir';
import { Tensor, stack } from '@tenfold/tensor/base';
import { apply, inside, tensorsIn } from '@tenfold/tensor/internal';
import { observeGradients } from './observe.ts';

/** From this node on, what is appended belongs to the backward pass of `op`. */
interface Stretch {
  readonly from: NodeId;
  readonly op: OpName;
}

/** How many values are looked at in one run. */
const GROUP = 64;

/**
 * Runs `body` (a forward and a backward pass; no optimizer's step, no reading of values) and checks its results and
 * gradients for NaN, as torch.autograd.detect_anomaly. Returns what `body` returns.
 * @throws GradError naming the operation that first made a NaN from operands without, and the pass it was in.
 */
export async function detectAnomaly<T>(body: () => T): Promise<T> {
  const stretches: Stretch[] = [];
  const watched: Tensor[] = [];
  const result = observeGradients(({ op, gradient }) => {
    stretches.push({ from: gradient.home.graph.size, op });
    watched.push(gradient);
  }, body);
  watched.push(...tensorsIn(result));
  const floats = watched.filter(({ dtype }) => isFloat(dtype));
  if (floats.length === 0) return result;
  const { home } = floats[0];
  const { graph } = home;
  const nodes = graph.size;
  if (!(await anyNaN(floats))) return result;
  const culprit = await firstNaN(home, graph, nodes);
  throw new GradError(describe(graph, culprit, stretches));
}

function describe(graph: Graph, culprit: NodeId | undefined, stretches: readonly Stretch[]): string {
  if (culprit === undefined)
    return 'detectAnomaly: there is a NaN, in a value that was given or computed before';
  const { shape, dtype } = graph.types[culprit];
  const within = stretches.filter(({ from }) => from <= culprit).at(-1);
  const pass = within ? `the backward pass of '${within.op}'` : 'the forward pass';
  return (
    `detectAnomaly: in ${pass}, '${graph.ops[culprit]}' gave NaN from operands without NaN: ${dtype} ` +
    `${formatShape(shape)}; look for logarithms and roots of what may be 0 or negative, 0/0 and ∞ - ∞`
  );
}

/** Whether a tensor holds a NaN, as a 0-d number. */
function hasNaN(x: Tensor): Tensor {
  return inside(() => apply('ne', [x, x], undefined).to('float32').sum());
}

async function anyNaN(tensors: readonly Tensor[]): Promise<boolean> {
  for (let at = 0; at < tensors.length; at += GROUP) {
    if (
      (await stack(tensors.slice(at, at + GROUP).map(hasNaN))
        .sum()
        .item()) > 0
    )
      return true;
  }
  return false;
}

/** The first node, in the order of the program, that is NaN somewhere. Inputs come first, so theirs are not. */
async function firstNaN(device: Device, graph: Graph, end: NodeId): Promise<NodeId | undefined> {
  const nodes = Array.from({ length: end }, (_, node) => node).filter(
    (node) => isFloat(graph.types[node].dtype) && graph.inputs[node].length > 0,
  );
  for (let at = 0; at < nodes.length; at += GROUP) {
    const group = nodes.slice(at, at + GROUP);
    const flags = group.map((node) => hasNaN(new Tensor(device, { kind: 'node', graph, node })));
    const counts = await stack(flags).data();
    const found = group.find((_, i) => Number(counts[i]) > 0);
    if (found !== undefined) return found;
  }
  return undefined;
}
