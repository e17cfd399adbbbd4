/**
 * Tenfold's public surface, read from the source: every exported function, class and method with its parameters. The
 * modules are those that packages export as paths (`@tenfold/tensor/linalg`) and as namespaces (`nn.functional`).
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Surface, SurfaceSignature } from '@tenfold/testing/parity';
import ts from 'typescript';
import { packageName } from '../lib/import-rules.ts';
import { readManifest, root } from '../lib/workspace.ts';
import { membersOf, signaturesOf } from './signatures.ts';
import { Sources } from './sources.ts';
import type { Entity } from './sources.ts';

type Source = Entity['source'];
type Module = Readonly<Record<string, readonly SurfaceSignature[]>>;

const TENSOR = 'packages/tensor/src';

/** Entry points that are not part of what is compared with PyTorch. */
const APART: ReadonlySet<string> = new Set(['base', 'internal', 'profile', 'package.json']);

export function extractSurface(): Surface {
  const sources = new Sources((path) => readFileSync(join(root, path), 'utf8'), entryOf);
  const surface: Record<string, Module> = {
    tensor: moduleOf(sources, sources.at(`${TENSOR}/base.ts`)),
    Tensor: methodsOf(sources),
  };
  for (const name of ['tensor', 'nn', 'optim', 'autograd']) {
    for (const subpath of subpathsOf(name)) {
      const path = entryOf(`@tenfold/${name}${subpath && `/${subpath}`}`);
      if (path === undefined || (name === 'tensor' && subpath === '')) continue;
      addModules(sources, surface, camelCase(subpath || name), sources.at(path), name);
    }
  }
  return surface;
}

/** A module and the namespaces it exports, which are modules of their own. */
function addModules(
  sources: Sources,
  surface: Record<string, Module>,
  name: string,
  source: Source,
  parent: string,
): void {
  surface[name] = { ...surface[name], ...moduleOf(sources, source) };
  for (const [inner, entity] of sources.exportsOf(source)) {
    if (entity.kind !== 'module') continue;
    const isTop = name === parent && parent !== 'autograd';
    addModules(sources, surface, isTop ? inner : `${name}.${inner}`, entity.source, parent);
  }
}

function moduleOf(sources: Sources, source: Source): Module {
  const found: Record<string, readonly SurfaceSignature[]> = {};
  for (const [name, entity] of sources.exportsOf(source)) {
    const signatures = signaturesOf(sources, entity);
    if (signatures) found[name] = signatures;
  }
  return found;
}

/** The files that put methods and properties onto the class. */
const INSTALLERS = [`${TENSOR}/methods.ts`, `${TENSOR}/shape-methods.ts`];

/**
 * The class's own members, and what is installed: functions, whose first parameter is the receiver, and properties; and
 * the operations in place, which `in-place-methods.ts` lists.
 */
function methodsOf(sources: Sources): Module {
  const base = sources.at(`${TENSOR}/core/tensor.ts`);
  const name = ts.factory.createIdentifier('Tensor');
  const found: Record<string, readonly SurfaceSignature[]> = {
    ...membersOf(sources, sources.lookUp(base, name)),
  };
  const add = (method: string, entity: Entity | undefined) => {
    const signatures = entity && signaturesOf(sources, entity);
    if (signatures) found[method] = signatures.map(([, ...others]) => others);
  };
  for (const { file, callee, args } of INSTALLERS.flatMap((path) => installations(sources.at(path)))) {
    const [methods] = args;
    const entity = sources.lookUp(file, methods);
    if (callee === 'installProperties') {
      for (const [property] of propertiesOf(entity, methods)) found[property] = [[]];
    } else if (entity?.kind === 'module') {
      for (const [method, member] of sources.exportsOf(entity.source)) add(method, member);
    } else {
      for (const [method, value] of propertiesOf(entity, methods)) add(method, sources.lookUp(file, value));
    }
  }
  const inPlace = sources.at(`${TENSOR}/in-place-methods.ts`);
  const list = ts.factory.createIdentifier('operations');
  for (const [operation, value] of propertiesOf(sources.lookUp(inPlace, list), list)) {
    add(`${operation}_`, sources.lookUp(inPlace, value));
  }
  return found;
}

/** The calls of `install` and `installProperties` at the top of a file. */
function installations(file: Source) {
  return file.statements.flatMap((statement) => {
    if (!ts.isExpressionStatement(statement) || !ts.isCallExpression(statement.expression)) return [];
    const { expression, arguments: args } = statement.expression;
    const callee = expression.getText();
    return ['install', 'installProperties'].includes(callee) ? [{ file, callee, args }] : [];
  });
}

/** The properties of an object written here, or in a variable. */
function propertiesOf(
  entity: Entity | undefined,
  written: ts.Expression,
): readonly [string, ts.Expression][] {
  const variable =
    entity?.kind === 'declared' ? entity.declarations.find(ts.isVariableDeclaration) : undefined;
  const object = variable?.initializer ?? written;
  if (!ts.isObjectLiteralExpression(object)) return [];
  return object.properties.flatMap((property): [string, ts.Expression][] => {
    if (!property.name || !ts.isIdentifier(property.name)) return [];
    if (ts.isShorthandPropertyAssignment(property)) return [[property.name.text, property.name]];
    return ts.isPropertyAssignment(property) ? [[property.name.text, property.initializer]] : [];
  });
}

/** The paths that a package exports, '' for itself. */
function subpathsOf(name: string): readonly string[] {
  return Object.keys(readManifest(`packages/${name}`).exports ?? {})
    .map((key) => key.slice(2))
    .filter((subpath) => !APART.has(subpath));
}

/** The source behind `@tenfold/nn` or `@tenfold/tensor/linalg`, from the exports of the package. */
function entryOf(specifier: string): string | undefined {
  if (!specifier.startsWith('@tenfold/')) return undefined;
  const name = packageName(specifier);
  const folder = `packages/${name.slice('@tenfold/'.length)}`;
  const target = readManifest(folder).exports?.[`.${specifier.slice(name.length)}`];
  const path =
    typeof target === 'object' && target !== null ? Reflect.get(target, '@tenfold/source') : target;
  return typeof path === 'string' ? join(folder, path) : undefined;
}

function camelCase(name: string): string {
  return name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}
