/**
 * Recompute or keep: which shared values get a buffer because that is cheaper. The unit of cost is a byte moved; the
 * work of an operation is given in the bytes that could be moved meanwhile. A value that n kernels need is either
 * computed n times from what it reads, or computed once, written, and read.
 */

import { byteSize } from '../dtype.ts';
import type { OpName } from '../graph/ops.ts';
import { specOf } from '../graph/op-table.ts';
import type { Slice, SliceNode } from '../run/slice.ts';
import { numel } from '../shape.ts';
import { bodyKind } from './lower.ts';

/** Work of one element, in bytes. */
const WORK: { readonly [op in OpName]?: number } = {
  exp: 3, log: 3, sin: 4, cos: 4, tanh: 5, erf: 5, pow: 8, atan2: 8, random: 24,
  div: 0.5, recip: 0.5, sqrt: 0.5, idiv: 1, mod: 1, gather: 1,
}; // prettier-ignore
const PLAIN_WORK = 0.25;
/** What an operation must cost to be worth a kernel of its own when nothing but repetition speaks for it. */
const COSTLY = 3;
/** A launch, in bytes. */
const LAUNCH = 65536;
/** By how much keeping must win: it also takes memory. */
const MARGIN = 1.05;

function workOf({ op }: SliceNode): number {
  const { class: opClass } = specOf(op);
  if (opClass === 'movement' || opClass === 'identity' || op === 'const' || op === 'scalar' || op === 'leaf')
    return 0;
  return WORK[op] ?? PLAIN_WORK;
}

/** What is known of an expression before anything is decided about it. */
interface Expression {
  /** Work of one element, what is broadcast counted by its share. */
  readonly work: number;
  /** The part of the work that is in costly operations, broadcast or not. */
  readonly costly: number;
  /** The buffers it reads. */
  readonly sources: ReadonlySet<number>;
}

const ENOUGH_SOURCES = 64;
const GREATEST_WORK = 1e6;

/** Adds to the realized nodes those that are worth keeping. */
export function realizeByCost(slice: Slice, realized: Set<number>): void {
  const { candidates, wanted } = propose(slice, realized);
  // From the leaves up, each candidate is judged by what is really kept beneath it.
  const judge = new Judge(slice, realized);
  slice.nodes.forEach((_, id) => {
    judge.describe(id);
    if (candidates.has(id) && !realized.has(id) && judge.isDear(id, wanted[id])) realized.add(id);
  });
}

/** From the outputs down: nodes that would be worth keeping if nothing beneath them were kept but what must be. */
function propose(slice: Slice, realized: ReadonlySet<number>) {
  const { nodes } = slice;
  const judge = new Judge(slice, realized);
  nodes.forEach((_, id) => judge.describe(id));
  /** For each node, the kept nodes that compute it inline, and how many elements of it they compute. */
  const wanted = nodes.map(() => new Map<number, number>());
  const candidates = new Set<number>();
  for (let id = nodes.length - 1; id >= 0; id--) {
    const node = nodes[id];
    if (!realized.has(id) && isCandidate(slice, id)) {
      const keep = candidates.has(id) || judge.isDear(id, wanted[id]);
      const narrower = keep ? narrowerThan(slice, realized, id) : undefined;
      candidates.delete(id);
      if (keep) candidates.add(narrower ?? id);
    }
    const root = realized.has(id) || candidates.has(id);
    for (const input of node.inputs) {
      if (!root) for (const [reader, elements] of wanted[id]) raise(wanted[input], reader, elements);
      else
        raise(
          wanted[input],
          id,
          Math.max(numel(node.shape), node.op === 'reduce' ? numel(nodes[input].shape) : 0),
        );
    }
  }
  return { candidates, wanted };
}

function raise(counts: Map<number, number>, key: number, value: number): void {
  const known = counts.get(key);
  if (known === undefined || known < value) counts.set(key, value);
}

function isCandidate(slice: Slice, id: number): boolean {
  return workOf(slice.nodes[id]) > 0 && bodyKind(slice, id) === 'pointwise' && slice.nodes[id].op !== 'iota';
}

class Judge {
  readonly #slice: Slice;
  readonly #realized: ReadonlySet<number>;
  readonly #uses: readonly number[];
  readonly #expressions: Expression[] = [];

  constructor(slice: Slice, realized: ReadonlySet<number>) {
    const uses = slice.nodes.map(() => 0);
    for (const { inputs } of slice.nodes) for (const input of inputs) uses[input]++;
    this.#slice = slice;
    this.#realized = realized;
    this.#uses = uses;
  }

  /** Works out a node's expression down to what is realized by now; inputs come before the nodes that read them. */
  describe(id: number): void {
    const { nodes } = this.#slice;
    const node = nodes[id];
    const sources = new Set<number>();
    let work = workOf(node);
    let costly = work >= COSTLY ? work : 0;
    for (const input of node.inputs) {
      if (nodes[input].op === 'leaf' || this.#realized.has(input)) {
        sources.add(input);
        continue;
      }
      const beneath = this.#expressions[input];
      work += beneath.work * Math.min(1, numel(nodes[input].shape) / Math.max(numel(node.shape), 1));
      costly += beneath.costly;
      if (sources.size < ENOUGH_SOURCES) for (const source of beneath.sources) sources.add(source);
    }
    this.#expressions[id] = {
      work: Math.min(work, GREATEST_WORK),
      costly: Math.min(costly, GREATEST_WORK),
      sources,
    };
  }

  /** Whether computing a value wherever it is needed costs more than keeping it. */
  isDear(id: number, wanted: ReadonlyMap<number, number>): boolean {
    const { nodes } = this.#slice;
    const { shape, dtype } = nodes[id];
    const { work, costly, sources } = this.#expressions[id];
    const elements = numel(shape);
    const kernels = wanted.size;
    let evaluated = 0;
    for (const count of wanted.values()) evaluated += count;
    // Broadcasting or gathering asks for the same elements again and again.
    if ((evaluated - elements * kernels) * costly > LAUNCH) return true;
    if (kernels < 2) return false;
    let read = 0;
    let unwritten = 0;
    for (const source of sources) {
      const bytes = Math.min(numel(nodes[source].shape), elements) * byteSize(nodes[source].dtype);
      read += bytes;
      // What only this value needs is not written when this value is kept in its stead.
      if (this.#realized.has(source) && this.#uses[source] === 1) unwritten += bytes;
    }
    const inline = kernels * read + evaluated * work + unwritten;
    const kept = read + elements * work + kernels * elements * byteSize(dtype);
    return inline > kept * MARGIN;
  }
}

/** The same information in fewer bytes: the one operand of a cheap operation, when it is of a narrower type. */
function narrowerThan({ nodes }: Slice, realized: ReadonlySet<number>, id: number): number | undefined {
  const node = nodes[id];
  const varying = node.inputs.filter((input) => !isUniform(nodes, input));
  if (varying.length !== 1 || workOf(node) > 1) return undefined;
  const [input] = varying;
  const { dtype, shape } = nodes[input];
  const narrower = byteSize(dtype) < byteSize(node.dtype) && numel(shape) === numel(node.shape);
  return narrower && !realized.has(input) && specOf(nodes[input].op).class === 'elementwise'
    ? input
    : undefined;
}

/** Whether all elements of a node are one number. */
function isUniform(nodes: readonly SliceNode[], id: number): boolean {
  while (specOf(nodes[id].op).class === 'movement' && nodes[id].op !== 'pad') [id] = nodes[id].inputs;
  return nodes[id].op === 'const' || nodes[id].op === 'scalar';
}
