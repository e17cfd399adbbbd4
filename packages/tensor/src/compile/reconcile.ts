/**
 * From two traces of the same call to a replay. Whatever differed between them, although it was neither an argument
 * nor a number that the host computes anew, is a captured value which a replay would get wrong: an error that names it.
 */

import { ArgumentError } from '@tenfold/ir';
import type { Graph, NodeId, RunRecord, Storage } from '@tenfold/ir';
import type { RecordedStep } from './recorder.ts';
import type { Place, Replay, ReplayStep } from './replay.ts';

/** One traced call. */
export interface Trace {
  readonly steps: readonly RecordedStep[];
  /** By argument; absent for numbers. */
  readonly argumentStorages: readonly (Storage | undefined)[];
  readonly outputs: readonly Storage[];
}

export function reconcile(first: Trace, second: Trace): Replay {
  const runsA = runsOf(first);
  const runsB = runsOf(second);
  const sameWork =
    first.steps.length === second.steps.length &&
    runsA.length === runsB.length &&
    runsA.every((run, i) => run.plan === runsB[i].plan);
  if (!sameWork) {
    throw new ArgumentError(
      'compile: the first two calls did different work: a condition or a loop in the function went another way; ' +
        'let it depend on shapes only, or leave the function uncompiled',
    );
  }
  const placeA = placer(first, runsA);
  const placeB = placer(second, runsB);
  let run = -1;
  const steps = second.steps.map((step): ReplayStep => {
    if (step.kind === 'host') return step;
    run++;
    const before = runsA[run].collection.storages;
    const { plan, collection } = step.record;
    return {
      kind: 'run',
      plan,
      places: collection.storages.map((storage, slot) => agree(placeA(before[slot]), placeB(storage))),
      written: collection.targets.map((target) => collection.storages.indexOf(target.storage)),
      scalars: scalarsOf(runsA[run], step.record),
    };
  });
  return {
    steps,
    outputs: second.outputs.map((storage, i) => agree(placeA(first.outputs[i]), placeB(storage))),
  };
}

function runsOf(trace: Trace): RunRecord[] {
  return trace.steps.flatMap((step) => (step.kind === 'run' ? [step.record] : []));
}

function placer(trace: Trace, runs: readonly RunRecord[]): (storage: Storage) => Place {
  const places = new Map<Storage, Place>();
  trace.argumentStorages.forEach((storage, index) => {
    if (storage) places.set(storage, { kind: 'argument', index });
  });
  let results = 0;
  for (const { collection } of runs) {
    for (const { storage, fresh } of collection.targets) {
      const { shape, dtype } = storage;
      if (fresh) places.set(storage, { kind: 'result', index: results++, shape, dtype });
    }
  }
  return (storage) => places.get(storage) ?? { kind: 'fixed', storage };
}

function agree(a: Place, b: Place): Place {
  if (a.kind !== 'fixed' && a.kind === b.kind && a.index === b.index) return b;
  if (
    a.kind === 'fixed' &&
    b.kind === 'fixed' &&
    (a.storage === b.storage || sameContents(a.storage, b.storage))
  )
    return b;
  const storage = b.kind === 'fixed' ? b.storage : a.kind === 'fixed' ? a.storage : undefined;
  const what = storage ? `a ${storage.dtype} tensor of shape [${storage.shape.join(', ')}]` : 'a tensor';
  throw new ArgumentError(
    `compile: ${what}, captured by the function, was another one in the second call; pass it as an argument`,
  );
}

/** Two constants made inside the function from equal data. */
function sameContents(a: Storage, b: Storage): boolean {
  const left = a.host;
  const right = b.host;
  return (
    left !== undefined &&
    right !== undefined &&
    left.length === right.length &&
    left.every((x, i) => x === right[i])
  );
}

function scalarsOf(before: RunRecord, after: RunRecord): (() => number)[] {
  return after.collection.scalars.map((node, slot) => {
    const now = after.collection.graph.scalars.get(node)!;
    if (typeof now === 'function') return now;
    const then = before.collection.graph.scalars.get(before.collection.scalars[slot]);
    if (Object.is(then, now)) return () => now;
    throw new ArgumentError(
      `compile: a number captured by the function, an operand of ${readerOf(after.collection.graph, node)}, changed from ` +
        `${String(then)} to ${now} between the first two calls; pass it as an argument`,
    );
  });
}

/** The operation that reads a scalar, seen through its broadcast. */
function readerOf(graph: Graph, node: NodeId): string {
  const reader = graph.inputs.slice(0, graph.size).findIndex((inputs) => inputs.includes(node));
  if (reader < 0) return 'nothing';
  const op = graph.ops[reader];
  return op === 'reshape' || op === 'expand' || op === 'cast' ? readerOf(graph, reader) : op;
}
