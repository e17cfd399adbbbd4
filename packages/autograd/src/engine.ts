/**
 * The engine behind `loss.backward()`: seeds a traversal, puts gradients into the leaves' `.grad`, and tells a run
 * which values of the forward pass to keep when a result is read before its backward.
 */

import { GradError, ShapeError, formatShape, reach, sameShape, specOf } from '@tenfold/ir';
import type { Device, Graph, NodeId } from '@tenfold/ir';
import { enableGrad, noGrad } from '@tenfold/tensor/base';
import type { BackwardOptions, GradHook, Tensor } from '@tenfold/tensor/base';
import { apply, fromStorage, inside, leafStateOf, literal, renewGradStorage } from '@tenfold/tensor/internal';
import type { GradEngine, GradNote, LeafState } from '@tenfold/tensor/internal';
import { ruleOf } from './rules/table.ts';
import { keptFor } from './saved-tensors.ts';
import { traverse } from './traversal.ts';

export const engine: GradEngine = { backward, savedFor, hook, retainGrad };

/**
 * Raises GradError when no pass can start at `root`, or when a gradient would have to be given; ShapeError when the one
 * given does not fit.
 */
function checkSeed(op: string, root: Tensor, gradient: Tensor | undefined): void {
  if (!root.requiresGrad) {
    throw new GradError(
      `${op}: the tensor does not require gradients: nothing it was computed from has requiresGrad, or it was computed ` +
        `inside noGrad() or cut off by detach()`,
    );
  }
  if (gradient === undefined) {
    if (root.numel === 1) return;
    throw new GradError(
      `${op}: a gradient can only be implied for a single number, this tensor has shape ${formatShape(root.shape)}; ` +
        `reduce it first, for example with sum(), or pass the gradient`,
    );
  }
  if (!sameShape(gradient.shape, root.shape) || gradient.dtype !== root.dtype) {
    throw new ShapeError(
      `${op}: a ${gradient.dtype} gradient of shape ${formatShape(gradient.shape)} does not fit a ${root.dtype} tensor of ` +
        `shape ${formatShape(root.shape)}`,
    );
  }
}

/** The gradient a pass starts with: given, or 1 for a single number. Raises what fits neither. */
export function seedFor(op: string, root: Tensor, gradient: Tensor | undefined): Tensor {
  checkSeed(op, root, gradient);
  return gradient ?? literal(root, 1);
}

/** The root's node in the open graph, with its history. */
export function rootNode(op: string, root: Tensor): NodeId {
  const { source, home } = root;
  if (source.kind === 'storage') return root.resolve();
  if (source.graph.freed.has(source.node)) {
    throw new GradError(
      `${op}: the history of this value was used up by an earlier backward; ` +
        `pass { retainGraph: true } to the earlier one, or compute the value again`,
    );
  }
  return home.adoptWithHistory(source.graph, source.node);
}

function backward(root: Tensor, gradient: Tensor | undefined, options: BackwardOptions): void {
  const createGraph = options.createGraph ?? false;
  const retainGraph = options.retainGraph ?? createGraph;
  checkSeed('backward', root, gradient);
  const wanted = options.inputs && new Set(options.inputs.map((input) => input.leafStorage('backward')));
  const device = root.home;
  if (withGradients.has(device.graph)) flush(device, rootNode('backward', root));
  const pass = () => {
    const node = rootNode('backward', root);
    device.graph.keep.add(node);
    const seed = seedFor('backward', root, gradient);
    const { sources } = traverse(device, new Map([[node, seed]]), { retainGraph });
    for (const [storage, sourceGradient] of sources) {
      if (!wanted || wanted.has(storage)) accumulate(device, leafStateOf(storage), sourceGradient);
    }
  };
  inside(() => (createGraph ? enableGrad : noGrad)(pass));
}

/** Graphs in which a backward pass has already written gradients that no run has computed yet. */
const withGradients = new WeakSet<Graph>();

/**
 * Computes the pending gradients before a further pass adds to them, so that each micro-batch of gradient
 * accumulation is a run of its own. What this root's history shares with them is kept.
 */
function flush(device: Device, node: NodeId): void {
  const { graph } = device;
  const computed = reach(graph, graph.effects.values(), () => {});
  for (const saved of savedFor(graph, [node])) if (computed[saved]) graph.keep.add(saved);
  device.run();
}

function accumulate(device: Device, state: LeafState<Tensor>, gradient: Tensor): void {
  const { grad } = state;
  const total = grad ? apply('add', [grad, gradient], undefined) : gradient;
  if (total.requiresGrad) {
    // With createGraph the gradient has a history of its own, which a plain storage would cut off.
    state.grad = total;
    return;
  }
  const ours = grad?.source.kind === 'storage' && grad.source.storage === state.gradStorage;
  const storage = ours
    ? grad.source.storage
    : renewGradStorage(state, device, gradient.shape, gradient.dtype);
  device.graph.effects.set(storage, total.resolve());
  if (!ours) state.grad = fromStorage(device, storage);
  withGradients.add(device.graph);
}

/** Costly values that a backward pass from `roots` would read; what is cheap is computed again from them. */
function savedFor(graph: Graph, roots: readonly NodeId[]): readonly NodeId[] {
  const saved = new Set<NodeId>();
  const seen = new Set<NodeId>();
  const stack = [...roots];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (seen.has(node) || graph.ops[node] === 'leaf') continue;
    seen.add(node);
    const saves = ruleOf(graph.ops[node])?.saves ?? 'none';
    if (saves === 'output' || saves === 'all') addCostly(graph, node, saved);
    if (saves === 'inputs' || saves === 'all')
      for (const input of graph.inputs[node]) addCostly(graph, input, saved);
    for (const input of graph.inputs[node]) if (graph.tracked[input]) stack.push(input);
  }
  return [...saved];
}

function addCostly(graph: Graph, node: NodeId, saved: Set<NodeId>): void {
  const stack = [node];
  const seen = new Set<NodeId>();
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    if (seen.has(at)) continue;
    seen.add(at);
    const op = graph.ops[at];
    if (op === 'leaf' || op === 'const' || op === 'scalar') continue;
    if (!specOf(op).cheap) for (const kept of keptFor(graph, at)) saved.add(kept);
    else stack.push(...graph.inputs[at]);
  }
}

function noteOf(tensor: Tensor): GradNote {
  const { source } = tensor;
  if (source.kind !== 'node') throw new GradError('internal: a leaf keeps its hooks in its state');
  let note = source.graph.notes.get(source.node) as GradNote | undefined;
  if (!note) source.graph.notes.set(source.node, (note = {}));
  return note;
}

function hook(tensor: Tensor, gradHook: GradHook): () => void {
  const note = noteOf(tensor);
  note.hooks ??= new Set();
  note.hooks.add(gradHook);
  return () => void note.hooks?.delete(gradHook);
}

function retainGrad(tensor: Tensor): void {
  const state = tensor.leafState;
  noteOf(tensor).retain = (gradient) => accumulate(tensor.home, state, gradient);
}
