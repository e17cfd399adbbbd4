/** How functions and classes are called: their parameters, with the options object opened into its keys. */
import type { SurfaceParameter, SurfaceSignature } from '@tenfold/testing/parity';
import ts from 'typescript';
import { constructorAbove, defaultsOf, implementation, isFunctionValue, textOf } from './defaults.ts';
import type { Callable, Located, Owner } from './defaults.ts';
import { keysOf } from './option-types.ts';
import type { OptionKeys } from './option-types.ts';
import type { Entity, Sources } from './sources.ts';

type Source = Entity['source'];

/** The ways to call what a name stands for, `new` included; undefined for types and plain values. */
export function signaturesOf(sources: Sources, entity: Entity): readonly SurfaceSignature[] | undefined {
  if (entity.kind !== 'declared') return undefined;
  const { declarations, source } = entity;
  const node = declarations.find(ts.isClassDeclaration);
  if (node) return constructorSignatures(sources, source, node);
  const functions = declarations.filter(ts.isFunctionDeclaration);
  if (functions.length > 0) return overloads(sources, source, functions);
  const variable = declarations.find(ts.isVariableDeclaration);
  const located = variable && functionOf(sources, source, variable);
  return located && [signatureOf(sources, located)];
}

/** The methods and properties of a class; a property is called without arguments. */
export function membersOf(
  sources: Sources,
  entity: Entity | undefined,
): Readonly<Record<string, readonly SurfaceSignature[]>> {
  if (entity?.kind !== 'declared') return {};
  const members = entity.declarations.flatMap((node) =>
    ts.isClassDeclaration(node) ? [...node.members] : [],
  );
  const groups = new Map<string, ts.MethodDeclaration[]>();
  const found: Record<string, readonly SurfaceSignature[]> = {};
  for (const member of members) {
    if (!member.name || !ts.isIdentifier(member.name)) continue;
    const name = member.name.text;
    if (ts.isMethodDeclaration(member)) groups.set(name, [...(groups.get(name) ?? []), member]);
    else found[name] = [[]];
  }
  for (const [name, methods] of groups) found[name] = overloads(sources, entity.source, methods);
  return found;
}

function constructorSignatures(
  sources: Sources,
  source: Source,
  node: ts.ClassDeclaration,
): readonly SurfaceSignature[] {
  const own = node.members.filter(ts.isConstructorDeclaration);
  const owner = { source, node };
  if (own.length > 0) return overloads(sources, source, own, owner);
  const above = constructorAbove(sources, owner);
  return [above ? signatureOf(sources, above, above.callable, owner) : []];
}

/** The signatures that callers see; defaults are read where the body is. */
function overloads(
  sources: Sources,
  source: Source,
  callables: readonly Callable[],
  owner?: Owner,
): readonly SurfaceSignature[] {
  const body = callables.find((callable) => callable.body) ?? callables[0];
  const seen = callables.length > 1 ? callables.filter((callable) => callable !== body) : [body];
  return seen.map((callable) => signatureOf(sources, { source, callable }, body, owner));
}

function signatureOf(
  sources: Sources,
  { source, callable }: Located,
  body: Callable = callable,
  owner?: Owner,
): SurfaceSignature {
  const { parameters } = callable;
  return parameters.flatMap((parameter, i): readonly SurfaceParameter[] => {
    const place = parameters.length === body.parameters.length ? i : matching(body, parameter);
    const initializer = body.parameters[place]?.initializer;
    const keys =
      i === parameters.length - 1 ? optionKeys(sources, source, parameter, initializer) : undefined;
    if (keys) {
      const defaults = defaultsOf(sources, { source, callable: body }, place, owner);
      return [...keys].map(([name, { optional, type, documented }]) => {
        const value = defaults.get(name) ?? documented;
        return { name, kind: 'option', optional, ...(value !== undefined && { default: value }), type };
      });
    }
    const optional = parameter.questionToken !== undefined || parameter.initializer !== undefined;
    return [
      {
        name: textOf(parameter.name),
        kind: parameter.dotDotDotToken ? 'rest' : 'positional',
        optional: optional || parameter.dotDotDotToken !== undefined,
        ...(initializer && { default: textOf(initializer) }),
        ...(parameter.type && { type: textOf(parameter.type) }),
      },
    ];
  });
}

function matching(body: Callable, parameter: ts.ParameterDeclaration): number {
  const name = parameter.name.getText();
  return body.parameters.findIndex((other) => other.name.getText() === name);
}

/** The keys of the last parameter, if it is an options object by its name, its pattern or its default. */
function optionKeys(
  sources: Sources,
  source: Source,
  parameter: ts.ParameterDeclaration,
  initializer: ts.Expression | undefined,
): OptionKeys | undefined {
  const looksLikeOne =
    !ts.isIdentifier(parameter.name) ||
    /^(options|settings|opts)$/i.test(parameter.name.text) ||
    (initializer !== undefined && ts.isObjectLiteralExpression(initializer));
  const type = parameter.type && constraintOf(parameter.parent, parameter.type);
  return looksLikeOne && type ? keysOf(sources, source, type) : undefined;
}

/** What a type parameter stands for, as far as its function says: `O extends GradOptions`. */
function constraintOf({ typeParameters }: ts.SignatureDeclaration, type: ts.TypeNode): ts.TypeNode {
  const name = ts.isTypeReferenceNode(type) ? type.typeName.getText() : undefined;
  return typeParameters?.find((parameter) => parameter.name.text === name)?.constraint ?? type;
}

/** A function in a variable: written there, or returned by a call whose function declares or writes what it returns. */
function functionOf(sources: Sources, source: Source, variable: ts.VariableDeclaration): Located | undefined {
  const { initializer } = variable;
  if (initializer && isFunctionValue(initializer)) return { source, callable: initializer };
  if (!initializer || !ts.isCallExpression(initializer)) return undefined;
  const factory = implementation(sources.lookUp(source, initializer.expression));
  const returned = factory?.callable.body && returnedBy(factory.callable.body);
  return factory && returned && { source: factory.source, callable: returned };
}

function returnedBy(body: ts.Node): Callable | undefined {
  if (isFunctionValue(body)) return body;
  if (!ts.isBlock(body)) return undefined;
  const result = body.statements.find(ts.isReturnStatement)?.expression;
  return result && isFunctionValue(result) ? result : undefined;
}
