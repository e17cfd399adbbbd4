/**
 * The keys of an options object, from the type that annotates it: interfaces with what they extend, aliases,
 * intersections, unions, and the utility types that pick, leave out or relax keys.
 */
import ts from 'typescript';
import type { Entity, Sources } from './sources.ts';

type Source = Entity['source'];

export interface OptionKey {
  readonly optional: boolean;
  readonly type: string;
  /** The default that its comment states: "Default 1e-5." */
  readonly documented?: string;
}

export type OptionKeys = ReadonlyMap<string, OptionKey>;

/** The keys of an object type; undefined for any other. */
export function keysOf(sources: Sources, source: Source, type: ts.TypeNode): OptionKeys | undefined {
  if (ts.isParenthesizedTypeNode(type)) return keysOf(sources, source, type.type);
  if (ts.isTypeLiteralNode(type)) return membersOf(type.members);
  if (ts.isIntersectionTypeNode(type)) {
    return merged(type.types.map((part) => keysOf(sources, source, part)));
  }
  if (ts.isUnionTypeNode(type)) return common(type.types.map((part) => keysOf(sources, source, part)));
  if (ts.isTypeReferenceNode(type)) {
    return named(sources, source, type.typeName, type.typeArguments ?? []);
  }
  if (ts.isExpressionWithTypeArguments(type)) {
    return named(sources, source, type.expression, type.typeArguments ?? []);
  }
  return undefined;
}

function named(
  sources: Sources,
  source: Source,
  name: ts.EntityName | ts.Expression,
  args: readonly ts.TypeNode[],
): OptionKeys | undefined {
  if (ts.isIdentifier(name) && args.length > 0) {
    const utility = UTILITIES[name.text];
    const keys = utility && keysOf(sources, source, args[0]);
    if (keys) return utility(keys, args[1] ? literals(sources, source, args[1]) : new Set());
  }
  const entity = sources.lookUp(source, name);
  if (entity?.kind !== 'declared') return undefined;
  const parts = entity.declarations.map((declaration) => {
    if (ts.isTypeAliasDeclaration(declaration)) return keysOf(sources, entity.source, declaration.type);
    if (!ts.isInterfaceDeclaration(declaration)) return undefined;
    const inherited = (declaration.heritageClauses ?? []).flatMap(({ types }) =>
      types.map((parent) => keysOf(sources, entity.source, parent)),
    );
    const own = membersOf(declaration.members);
    return own && merged([...inherited.filter((keys) => keys !== undefined), own]);
  });
  return merged(parts);
}

type Utility = (keys: OptionKeys, names: ReadonlySet<string>) => OptionKeys;

const UTILITIES: Readonly<Partial<Record<string, Utility>>> = {
  Readonly: (keys) => keys,
  Required: (keys) => mapped(keys, (key) => ({ ...key, optional: false })),
  Partial: (keys) => mapped(keys, (key) => ({ ...key, optional: true })),
  Pick: (keys, names) => new Map([...keys].filter(([name]) => names.has(name))),
  Omit: (keys, names) => new Map([...keys].filter(([name]) => !names.has(name))),
};

function mapped(keys: OptionKeys, change: (key: OptionKey) => OptionKey): OptionKeys {
  return new Map([...keys].map(([name, key]) => [name, change(key)]));
}

/** The strings of a union of literals; of `keyof T`, the keys. */
function literals(sources: Sources, source: Source, type: ts.TypeNode): ReadonlySet<string> {
  if (ts.isLiteralTypeNode(type) && ts.isStringLiteral(type.literal)) return new Set([type.literal.text]);
  if (ts.isUnionTypeNode(type)) {
    return new Set(type.types.flatMap((part) => [...literals(sources, source, part)]));
  }
  if (ts.isTypeOperatorNode(type) && type.operator === ts.SyntaxKind.KeyOfKeyword) {
    return new Set(keysOf(sources, source, type.type)?.keys());
  }
  return new Set();
}

/** Undefined when there is a member that is no property, as in a class-like interface. */
function membersOf(members: readonly ts.TypeElement[]): OptionKeys | undefined {
  if (!members.every(ts.isPropertySignature)) return undefined;
  return new Map(
    members.map((member) => [
      member.name.getText().replace(/^'|'$/g, ''),
      {
        optional: member.questionToken !== undefined,
        type: member.type?.getText().replace(/\s+/g, ' ') ?? 'unknown',
        documented: documentedDefault(member),
      },
    ]),
  );
}

/** All keys of all parts; undefined when a part is no object. */
function merged(parts: readonly (OptionKeys | undefined)[]): OptionKeys | undefined {
  if (parts.length === 0 || parts.includes(undefined)) return undefined;
  return new Map(parts.flatMap((keys) => [...(keys ?? [])]));
}

/** The keys of a union: what a part lacks may be left out. Parts that are no objects do not count. */
function common(parts: readonly (OptionKeys | undefined)[]): OptionKeys | undefined {
  const objects = parts.filter((keys) => keys !== undefined);
  const all = merged(objects);
  if (!all) return undefined;
  return new Map(
    [...all].map(([name, key]) => {
      const everywhere = objects.every((keys) => keys.get(name)?.optional === false);
      return [name, { ...key, optional: !everywhere }];
    }),
  );
}

function documentedDefault(member: ts.PropertySignature): string | undefined {
  const comment = ts
    .getJSDocCommentsAndTags(member)
    .map((node) => ts.getTextOfJSDocComment(node.comment) ?? '')
    .join(' ');
  const stated = /\b[Dd]efault:? (?:`([^`]+)`|(\[[^\]]*\]|'[^']*'|-?[\w.]*\w))/.exec(comment);
  const text = stated?.[1] ?? stated?.[2];
  return text !== undefined && isPlain(text) ? text : undefined;
}

/** A number, string, list, boolean or null, as against a word of prose. */
function isPlain(text: string): boolean {
  return /^(-?[\d.]+(e-?\d+)?|-?Infinity|true|false|null|undefined|'.*'|\[.*\])$/.test(text);
}
