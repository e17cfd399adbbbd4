/**
 * From a group of pointwise members and reductions to a loop kernel: a nest over the rows, and inside it, stage after
 * stage, the loops over the places of a row. Members of one stage and equal length share a loop. A value made in the
 * group is used directly where it is at hand; in a later loop of the row it is read back or computed again, and at
 * another place of the row it is computed there.
 */

import { unreachable } from '../errors.ts';
import type { IndexExpr } from '../index-expr/index-expr.ts';
import { substitute } from '../index-expr/index-expr.ts';
import { coordinates, isScalar } from './alignment.ts';
import type { AxisId, LoopKernel, LoopOrder, Stmt, ValueId } from '../kernel/kernel.ts';
import type { Digit } from './body.ts';
import { digitsOver, span, spell } from './body.ts';
import type { Place } from './digits.ts';
import { digitOver, refine } from './digits.ts';
import type { EmittedKernel, Memory } from './emission.ts';
import { kernelName, memoryLoad, nestLoops } from './emission.ts';
import type { Group, Member } from './group.ts';
import { KernelBuilder } from './kernel-builder.ts';
import type { Stages } from './stages.ts';
import { stagesOf } from './stages.ts';
import type { Copied } from './value-table.ts';
import { copyValues } from './value-table.ts';

/** Loop variables that together spell a flat index. */
interface Nest {
  readonly places: readonly Place[];
  readonly axes: readonly AxisId[];
  readonly variables: readonly IndexExpr[];
}

/** A loop over the places of a row. */
interface RowLoop {
  readonly stage: number;
  readonly length: number;
  readonly nest: Nest;
  readonly accumulates: Stmt[];
  readonly stores: Stmt[];
  readonly inits: Stmt[];
}

export function emitLoopKernel(group: Group, memory: Memory): EmittedKernel {
  const emitter = new LoopEmitter(group, memory);
  return emitter.emit();
}

function needRefinement(numbers: readonly (readonly Digit[])[]): readonly Place[] {
  return refine(numbers) ?? unreachable('members of a group disagree on how to split an index');
}

class LoopEmitter {
  readonly #group: Group;
  readonly #memory: Memory;
  readonly #builder: KernelBuilder;
  readonly #stages: Stages;
  readonly #members: ReadonlyMap<number, Member>;
  readonly #rows: Nest;
  readonly #loops: RowLoop[] = [];
  readonly #copies = new Map<Member, Map<RowLoop | undefined, Copied>>();
  readonly #accumulators = new Map<Member, number>();

  constructor(group: Group, memory: Memory) {
    this.#group = group;
    this.#memory = memory;
    this.#builder = new KernelBuilder(memory.buffers, memory.slice.scalars);
    this.#stages = stagesOf(group);
    this.#members = new Map(group.members.map((member) => [member.body.node, member]));
    this.#rows = this.#nest(needRefinement(group.members.map(({ rows }) => rows)));
  }

  emit(): EmittedKernel {
    const { members } = this.#group;
    for (const member of members) if (member.body.kind === 'reduce') this.#declare(member);
    const before: Stmt[] = [];
    const rowEnd: Stmt[] = [];
    const after: Stmt[] = [];
    for (const member of members) {
      const loop = this.#loopOf(member);
      if (member.body.kind === 'reduce') {
        const across = member.phase === 'across';
        const init: Stmt = { kind: 'init', acc: this.#accumulators.get(member)! };
        if (across) before.push(init);
        else if (loop) loop.inits.push(init);
        else rowEnd.push(init);
        (loop ? loop.accumulates : rowEnd).push(this.#accumulate(member, loop));
      }
      const scalar = member.body.kind === 'reduce' || !loop;
      const place = member.phase !== 'row' ? after : scalar ? rowEnd : loop.stores;
      place.push(...this.#stores(member, scalar ? undefined : loop));
    }
    const row = [...this.#rowLoops(), ...rowEnd];
    const order: LoopOrder = before.length > 0 ? 'reduce' : 'parallel';
    return this.#finish([...before, ...nestLoops(this.#rows.axes, order, row), ...after]);
  }

  #finish(body: readonly Stmt[]): EmittedKernel {
    const name = kernelName(
      this.#memory,
      this.#group.members.map(({ body: { node } }) => node),
    );
    const { accumulators } = this.#builder;
    const kernel: LoopKernel = { kind: 'loop', name, ...this.#builder.parts(), accumulators, body };
    return { kernel, ...this.#builder.bindings() };
  }

  #nest(places: readonly Place[]): Nest {
    const made = places.map(({ extent }) => this.#builder.axis(extent));
    return { places, axes: made.map(({ axis }) => axis), variables: made.map(({ index }) => index) };
  }

  #declare(member: Member): void {
    const { node, combine, results, values } = member.body;
    const dtype = values[results[0]].dtype;
    if (!combine) unreachable(`node ${node} is no reduction`);
    this.#accumulators.set(member, this.#builder.accumulator({ kind: combine, dtype }));
  }

  /** The loop inside the row that a member belongs to; none for members with one number a row. */
  #loopOf(member: Member): RowLoop | undefined {
    if (member.local.length === 0) return undefined;
    const stage = this.#stages.stage.get(member)!;
    const length = span(member.local);
    let loop = this.#loops.find((l) => l.stage === stage && l.length === length);
    if (!loop) {
      const numbers = this.#group.members.filter((m) => span(m.local) === length).map(({ local }) => local);
      const nest = this.#nest(needRefinement(numbers));
      loop = { stage, length, nest, accumulates: [], stores: [], inits: [] };
      this.#loops.push(loop);
    }
    return loop;
  }

  #rowLoops(): Stmt[] {
    const ordered = [...this.#loops].sort((a, b) => a.stage - b.stage);
    return ordered.flatMap(({ nest, inits, accumulates, stores }) => {
      const order: LoopOrder = accumulates.length > 0 ? 'reduce' : 'parallel';
      return [...inits, ...nestLoops(nest.axes, order, [...accumulates, ...stores])];
    });
  }

  #accumulate(member: Member, loop: RowLoop | undefined): Stmt {
    const { ids } = this.#copy(member, loop);
    const [value, position] = member.body.results.map((id) => ids[id]);
    const acc = this.#accumulators.get(member)!;
    return position === undefined
      ? { kind: 'accumulate', acc, value }
      : { kind: 'accumulate', acc, value, position };
  }

  #stores(member: Member, loop: RowLoop | undefined): Stmt[] {
    const targets = this.#memory.targets(member.body.node);
    if (targets.length === 0) return [];
    const value = this.#result(member, loop);
    const index = this.#ownIndex(member, loop);
    return targets.map((buffer) => this.#builder.store(buffer, index, value));
  }

  /** The member's value: its accumulator's content, or its expression in a loop. */
  #result(member: Member, loop: RowLoop | undefined): ValueId {
    const { kind, results, node } = member.body;
    if (kind === 'reduce') {
      const { dtype } = this.#memory.slice.nodes[node];
      return this.#builder.table.add({ op: 'acc', dtype, acc: this.#accumulators.get(member)! });
    }
    return this.#copy(member, loop).ids[results[0]];
  }

  /** What stands for each variable of a member in a loop of the row. */
  #axisMap(member: Member, loop: RowLoop | undefined): (axis: number) => IndexExpr | undefined {
    const map = new Map<number, IndexExpr>();
    const put = (digits: readonly Digit[], { places, variables }: Nest) => {
      for (const digit of digits)
        map.set(
          digit.axis,
          digitOver(digit, places, (i) => variables[i]),
        );
    };
    put(member.rows, this.#rows);
    if (loop) put(member.local, loop.nest);
    return (axis) => map.get(axis);
  }

  /** A member's values, copied into the kernel for one loop. */
  #copy(member: Member, loop: RowLoop | undefined): Copied {
    let copies = this.#copies.get(member);
    if (!copies) this.#copies.set(member, (copies = new Map()));
    let copy = copies.get(loop);
    if (!copy) copies.set(loop, (copy = this.#copyAt(member, loop, this.#axisMap(member, loop))));
    return copy;
  }

  #copyAt(
    { body }: Member,
    loop: RowLoop | undefined,
    axis: (axis: number) => IndexExpr | undefined,
  ): Copied {
    return copyValues(body.values, this.#builder.table, {
      axis,
      load: (load) => {
        const producer = this.#members.get(load.operand);
        const value = producer ? this.#atHand(producer, load.index, loop) : undefined;
        return value ?? memoryLoad(this.#builder, this.#memory, load);
      },
      scalar: (slot) => this.#builder.scalar(slot),
    });
  }

  /** A value made in the group, as a loop of the same row sees it; undefined where it is read back from memory. */
  #atHand(producer: Member, index: IndexExpr, loop: RowLoop | undefined): ValueId | undefined {
    if (isScalar(producer)) return this.#result(producer, undefined);
    const { body, local } = producer;
    const samePlace =
      loop !== undefined && loop.length === span(local) && this.#ownIndex(producer, loop).key === index.key;
    if (!samePlace) {
      const at = coordinates(body, index);
      return this.#copyAt(producer, loop, (axis) => at.get(axis)).ids[body.results[0]];
    }
    const stored = this.#memory.targets(body.node).length > 0;
    return this.#loopOf(producer) === loop || !stored ? this.#result(producer, loop) : undefined;
  }

  /** Where the member's value belongs in its output. */
  #ownIndex(member: Member, loop: RowLoop | undefined): IndexExpr {
    const flat = spell(digitsOver(member.body, member.body.space));
    return substitute(flat, this.#axisMap(member, loop));
  }
}
