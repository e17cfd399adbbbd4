/**
 * Reads what a WGSL text declares (bindings, the members of its table or uniform, workgroup memory), and writes the
 * variants of it in which operands that share a slab share one binding. It knows the style of the files beside it, not
 * the whole language.
 */

import { readFileSync } from 'node:fs';

export interface Declaration {
  readonly group: number;
  readonly binding: number;
  readonly space: 'storage' | 'uniform';
  /** Only for storage. */
  readonly access: 'read' | 'read_write' | undefined;
  readonly name: string;
  readonly type: string;
}

export interface Member {
  readonly name: string;
  readonly type: string;
}

const DECLARATION =
  /@group\((\d+)\) @binding\((\d+)\) var<(storage|uniform)(?:, (read|read_write))?> (\w+): ([^;]+);\n/g;
const BYTES: Readonly<Record<string, number>> = { f32: 4, u32: 4, i32: 4 };

export function readShader(file: string): string {
  return readFileSync(new URL(`../shaders/${file}`, import.meta.url), 'utf8');
}

export function declarationsOf(wgsl: string): Declaration[] {
  return [...wgsl.matchAll(DECLARATION)].map(([, group, binding, space, access, name, type]) => ({
    group: Number(group),
    binding: Number(binding),
    space: space === 'uniform' ? 'uniform' : 'storage',
    access: access === 'read' || access === 'read_write' ? access : undefined,
    name,
    type,
  }));
}

/** The operands' declarations: group 0. */
export function operandsOf(wgsl: string): Declaration[] {
  return declarationsOf(wgsl).filter(({ group }) => group === 0);
}

/** What tells the shader of its launches: the one binding of group 1. */
export function launchInputOf(wgsl: string): Declaration {
  const [input, ...more] = declarationsOf(wgsl).filter(({ group }) => group === 1);
  if (!input || more.length > 0) throw new Error('a shader has one binding in group 1');
  return input;
}

/** The members, in order, of the struct that a launch fills in: `Launch`, or the row of a table. */
export function launchMembersOf(wgsl: string): Member[] {
  const { type } = launchInputOf(wgsl);
  const struct = type.replace(/^array<(\w+)>$/, '$1');
  const body = new RegExp(`struct ${struct} \\{([^}]*)\\}`).exec(wgsl);
  if (!body) throw new Error(`there is no struct ${struct}`);
  return [...body[1].matchAll(/^ {2}(\w+): (\w+),$/gm)].map(([, name, member]) => ({ name, type: member }));
}

/** Bytes of workgroup memory, with array lengths that are numbers or constants of the shader. */
export function workgroupBytesOf(wgsl: string): number {
  const constants = new Map(
    [...wgsl.matchAll(/const (\w+) = (\d+)u;/g)].map(([, name, n]) => [name, Number(n)]),
  );
  let bytes = 0;
  for (const [, element, length] of wgsl.matchAll(/var<workgroup> \w+: array<(\w+), (\w+)>;/g)) {
    bytes += BYTES[element] * (constants.get(length) ?? Number(length));
  }
  return bytes;
}

/**
 * The shader in which the operands of each list are one variable: the first keeps its declaration, which becomes
 * `read_write` if any of them is; the others take its name.
 */
export function shareSlabs(wgsl: string, slabs: readonly (readonly string[])[]): string {
  const declared = new Map(operandsOf(wgsl).map((declaration) => [declaration.name, declaration]));
  const drop = new Set(slabs.flatMap((names) => names.slice(1)));
  const written = new Set<string>();
  let out = wgsl;
  for (const [first, ...others] of slabs) {
    const { type } = declared.get(first)!;
    for (const name of [first, ...others]) {
      const declaration = declared.get(name)!;
      if (declaration.type !== type) throw new Error(`${first} and ${name} share a slab but not a type`);
      if (declaration.access === 'read_write') written.add(first);
    }
  }
  out = out.replace(DECLARATION, (line, group: string, _binding, _space, _access, name: string) => {
    if (group !== '0') return line;
    if (drop.has(name)) return '';
    return written.has(name) ? line.replace('<storage, read>', '<storage, read_write>') : line;
  });
  for (const [first, ...others] of slabs) {
    for (const name of others) out = out.replace(new RegExp(`\\b${name}\\[`, 'g'), `${first}[`);
  }
  return out;
}
