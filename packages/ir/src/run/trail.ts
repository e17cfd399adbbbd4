/**
 * The trail of a run: the structure of the graph that it closed, and what was decided for it. A training step that is
 * traced again appends the same nodes; a graph that has followed a trail to its end, with the same writes and kept
 * values and the same sharing of storages, is computed by the same plan, and nothing has to be collected or looked up.
 * A trail holds on to no storage.
 */

import type { Columns, NodeId } from '../graph/columns.ts';
import { prefixOf, sameList } from '../graph/columns.ts';
import type { Graph } from '../graph/graph.ts';
import type { Collection, Target } from './collect.ts';
import type { Executable } from './engine.ts';
import type { Storage, StorageRole } from './storage.ts';
import { freshTarget } from './targets.ts';

/** What a run is going to do. */
export interface Decision {
  readonly collection: Collection;
  readonly plan: Executable;
}

/** A storage by its number among those that the graph reads and writes, or by the target that it is made for. */
type StorageRef = { readonly known: number } | { readonly target: number };

/** What is remembered of a plan's runs; it lives as long as the plan. */
interface Trail {
  readonly plan: Executable;
  /** The latest run that can be followed. */
  path: Path | undefined;
  /** The run that came next the last time. */
  next: WeakRef<Trail> | undefined;
}

/** A run: the graph's structure, what else decided, and what was decided. */
interface Path {
  readonly columns: Columns;
  /** All that the decision depends on besides the columns. */
  readonly circumstances: readonly number[];
  readonly collected: Pick<Collection, 'order' | 'scalars' | 'key' | 'starts'>;
  readonly storages: readonly StorageRef[];
  readonly targets: readonly { readonly node: NodeId; readonly known: number; readonly role: StorageRole }[];
}

/** The trails of a device's runs, and which of them the open graph is on. */
export class Trails {
  readonly #ofPlan = new WeakMap<Executable, Trail>();
  #latest: Trail | undefined;

  /** What the next graph will probably be: what came after the latest run the last time, or the same again. */
  get likely(): Columns | undefined {
    return this.#expected?.path?.columns;
  }

  get #expected(): Trail | undefined {
    return this.#latest?.next?.deref() ?? this.#latest;
  }

  /** The decision for a graph that has followed `likely` to its end, if the circumstances are the same too. */
  follow(graph: Graph, roots: readonly NodeId[], role: StorageRole): Decision | undefined {
    const trail = this.#expected;
    const collection = trail?.path && collectionFor(trail.path, graph, roots, role);
    if (!trail || !collection) return undefined;
    this.#arrive(trail);
    return { collection, plan: trail.plan };
  }

  /** Takes down a run that followed no trail, before it is carried out. */
  remember(collection: Collection, plan: Executable, roots: readonly NodeId[], role: StorageRole): void {
    const trail = this.#ofPlan.get(plan) ?? { plan, path: undefined, next: undefined };
    this.#ofPlan.set(plan, trail);
    trail.path = pathOf(collection, roots, role);
    this.#arrive(trail);
  }

  #arrive(trail: Trail): void {
    if (this.#latest && this.#expected !== trail) this.#latest.next = new WeakRef(trail);
    this.#latest = trail;
  }
}

type Numbers = ReadonlyMap<Storage, number>;

/** The storages that a graph reads and writes, numbered in the order of their first appearance. */
function numberStorages(graph: Graph): Numbers {
  const numbers = new Map<Storage, number>();
  const visit = (storage: Storage) => {
    if (!numbers.has(storage)) numbers.set(storage, numbers.size);
  };
  for (const { storage } of graph.leaves.values()) visit(storage);
  for (const storage of graph.effects.keys()) visit(storage);
  return numbers;
}

const ROLES: readonly StorageRole[] = ['variable', 'owned', 'kept', 'host'];

/** What decides about a run besides the structure of its graph; undefined where more than this does. */
function circumstancesOf(
  graph: Graph,
  roots: readonly NodeId[],
  role: StorageRole,
  numbers: Numbers,
): number[] | undefined {
  if (graph.values.size > 0 || graph.origins.size > 0) return undefined;
  const list = [ROLES.indexOf(role), ...roots];
  for (const nodes of [graph.keep, graph.exposed, graph.sources.keys()]) {
    list.push(-1);
    for (const node of nodes) list.push(node);
  }
  for (const [node, { storage, version }] of graph.leaves) {
    if (storage.version !== version || storage.gone !== undefined) return undefined;
    list.push(node, numbers.get(storage)!, ROLES.indexOf(storage.role));
  }
  list.push(-1);
  for (const [storage, node] of graph.effects) list.push(node, numbers.get(storage)!);
  return list;
}

function collectionFor(
  path: Path,
  graph: Graph,
  roots: readonly NodeId[],
  role: StorageRole,
): Collection | undefined {
  if (graph.columns !== path.columns || graph.size !== path.columns.ops.length) return undefined;
  const numbers = numberStorages(graph);
  const circumstances = circumstancesOf(graph, roots, role, numbers);
  if (!circumstances || !sameList(circumstances, path.circumstances)) return undefined;
  const known = [...numbers.keys()];
  const targets = path.targets.map(({ node, known: number, role: own }): Target =>
    number < 0 ? freshTarget(graph, node, own) : { node, storage: known[number], fresh: false },
  );
  const storages = path.storages.map((ref) =>
    'known' in ref ? known[ref.known] : targets[ref.target].storage,
  );
  return { ...path.collected, graph, storages, targets };
}

function pathOf(collection: Collection, roots: readonly NodeId[], role: StorageRole): Path | undefined {
  const { graph, order, scalars, key, starts, storages, targets } = collection;
  const numbers = numberStorages(graph);
  const circumstances = circumstancesOf(graph, roots, role, numbers);
  if (!circumstances) return undefined;
  const made = new Map(targets.map(({ storage }, target) => [storage, target]));
  return {
    columns: graph.ops.length === graph.size ? graph.columns : prefixOf(graph.columns, graph.size),
    circumstances,
    collected: { order, scalars, key, starts },
    storages: storages.map((storage) => {
      const known = numbers.get(storage);
      return known === undefined ? { target: made.get(storage)! } : { known };
    }),
    targets: targets.map(({ node, storage }) => ({
      node,
      known: numbers.get(storage) ?? -1,
      role: storage.role,
    })),
  };
}
