/** What of PyTorch's surface Tenfold has: name by name, with the signatures compared, and counted. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Surface, SurfaceSignature } from '@tenfold/testing/parity';
import { root } from '../lib/workspace.ts';
import { compareSignatures } from './compare-signatures.ts';
import type { Deviation } from './compare-signatures.ts';
import { reasonFor } from './deviations.ts';
import { IGNORED_PARAMETERS, matches, reasonToExclude } from './exclusions.ts';
import { opList } from './op-list.ts';
import { PLACES, RENAMED } from './places.ts';
import { camelCase } from './python-signature.ts';

/** Modules, their names, and the signatures of each as text. */
export type PythonModules = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

interface PythonSurface {
  readonly version: string;
  readonly differentiable: readonly string[];
  readonly modules: PythonModules;
}

export interface NamedDeviation extends Deviation {
  readonly reason?: string;
}

/** One name of PyTorch's, qualified. */
export interface Entry {
  readonly name: string;
  readonly module: string;
  readonly present: boolean;
  /** Why it is not meant to be there. */
  readonly excluded?: string;
  readonly deviations: readonly NamedDeviation[];
}

export interface Row {
  readonly name: string;
  readonly total: number;
  readonly present: number;
  /** Names that are not there, with a reason. */
  readonly excluded: number;
  readonly missing: readonly string[];
}

/** How much of a row is required, in percent of what is not excluded. */
export const REQUIRED: Readonly<Partial<Record<string, number>>> = {
  'torch.nn': 95,
  'torch.nn.functional': 95,
  'torch.optim': 95,
  'torch.Tensor, differentiable methods': 80,
  'everyday operations': 95,
};

export interface Coverage {
  readonly version: string;
  readonly rows: readonly Row[];
  readonly entries: readonly Entry[];
}

export function pythonSurface(): PythonSurface {
  const read = (name: string): unknown => JSON.parse(readFileSync(join(root, 'tools/parity', name), 'utf8'));
  const installed = read('pytorch-surface.json') as PythonSurface;
  const newer = read('pytorch-newer.json') as PythonModules;
  const modules: Record<string, PythonModules[string]> = { ...installed.modules };
  for (const [module, names] of Object.entries(newer)) modules[module] = { ...modules[module], ...names };
  return { ...installed, modules };
}

export function coverage(python: PythonSurface, surface: Surface): Coverage {
  const entries = Object.entries(python.modules).flatMap(([module, names]) =>
    Object.entries(names).map(([name, signatures]) => entryOf(module, name, signatures, surface)),
  );
  const byName = new Map(entries.map((entry) => [entry.name, entry]));
  const pick = (names: readonly string[]) =>
    names.map((name) => byName.get(name) ?? entryOf('torch', name.replace(/^torch\./, ''), [], surface));
  const rows = [
    ...Object.keys(python.modules).map((module) =>
      row(
        module,
        entries.filter((entry) => entry.module === module),
      ),
    ),
    row(
      'torch.Tensor, differentiable methods',
      pick(python.differentiable.map((name) => `torch.Tensor.${name}`)),
    ),
    row('everyday operations', pick(opList())),
  ];
  return { version: python.version, rows, entries };
}

function entryOf(module: string, name: string, signatures: readonly string[], surface: Surface): Entry {
  const qualified = `${module}.${name}`;
  const own = find(qualified, module, name, surface);
  const excluded = own ? undefined : reasonToExclude(qualified);
  const ignored = new Set(
    IGNORED_PARAMETERS.filter(({ modules }) => matches(modules, module)).flatMap(({ names }) => names),
  );
  const deviations = own ? compareSignatures(signatures, own, ignored) : [];
  return {
    name: qualified,
    module,
    present: own !== undefined,
    ...(excluded !== undefined && { excluded }),
    deviations: deviations.map((deviation) => {
      const reason = reasonFor(qualified, deviation);
      return { ...deviation, ...(reason !== undefined && { reason }) };
    }),
  };
}

function find(
  qualified: string,
  module: string,
  name: string,
  surface: Surface,
): readonly SurfaceSignature[] | undefined {
  const own = camelCase(name);
  const places = [RENAMED[qualified] ?? [], ...(PLACES[module] ?? []).map((place) => [place, own])];
  for (const [place, key] of places) {
    const signatures = surface[place]?.[key];
    if (signatures && Object.hasOwn(surface[place], key)) return signatures;
  }
  return undefined;
}

function row(name: string, entries: readonly Entry[]): Row {
  const absent = entries.filter(({ present }) => !present);
  return {
    name,
    total: entries.length,
    present: entries.length - absent.length,
    excluded: absent.filter(({ excluded }) => excluded !== undefined).length,
    missing: absent.filter(({ excluded }) => excluded === undefined).map((entry) => entry.name),
  };
}

/** What is covered less than required, and what is required of rows that are not there. */
export function shortfalls({ rows }: Coverage): string[] {
  return Object.entries(REQUIRED).flatMap(([name, least]) => {
    const row = rows.find((each) => each.name === name);
    if (!row) return [`${name}: there is no such row`];
    if (!isShort(row)) return [];
    return [
      `${name}: ${shares(row).wanted.toFixed(1)} %, required ${least} %; missing ${row.missing.join(', ')}`,
    ];
  });
}

/** Whether less is there than required. */
export function isShort(row: Row): boolean {
  return shares(row).wanted < (REQUIRED[row.name] ?? 0);
}

/** The names of a row that are there, in percent of all, and of those that are not excluded. */
export function shares({ total, present, excluded }: Row): { readonly all: number; readonly wanted: number } {
  const share = (count: number) => (count === 0 ? 100 : (100 * present) / count);
  return { all: share(total), wanted: share(total - excluded) };
}
