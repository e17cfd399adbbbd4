/**
 * The defaults of options, from where a function takes its options object apart: a pattern in the parameter list, a pattern
 * in the body, or `options.key ?? value`. Where the object is handed on to another function, also from there.
 */
import ts from 'typescript';
import type { Entity, Sources } from './sources.ts';

type Source = Entity['source'];
export type Callable = ts.FunctionLikeDeclaration;
export type Defaults = ReadonlyMap<string, string>;

/** How far options are followed from one function to the next. */
const REACH = 4;

/** @param index The place of the options object among the parameters. */
export function defaultsOf(
  sources: Sources,
  source: Source,
  callable: Callable,
  index: number,
  reach = REACH,
): Defaults {
  const found = new Map<string, string>();
  const parameter = callable.parameters[index];
  if (!parameter || reach === 0) return found;
  const note = (key: string, value: ts.Expression | undefined) => {
    if (value && isPlain(value) && !found.has(key)) found.set(key, textOf(value));
  };
  /** The names that stand for the options, or for what is left of them. */
  const objects = new Set<string>();
  const takeApart = (name: ts.BindingName) => {
    if (ts.isIdentifier(name)) objects.add(name.text);
    if (!ts.isObjectBindingPattern(name)) return;
    for (const element of name.elements) {
      if (element.dotDotDotToken) takeApart(element.name);
      else note((element.propertyName ?? element.name).getText(), element.initializer);
    }
  };
  const isObject = (node: ts.Expression): boolean =>
    (ts.isIdentifier(node) && objects.has(node.text)) ||
    (ts.isObjectLiteralExpression(node) &&
      node.properties.some((part) => ts.isSpreadAssignment(part) && isObject(part.expression)));

  const visit = (node: ts.Node) => {
    if (ts.isVariableDeclaration(node) && node.initializer && isObject(node.initializer))
      takeApart(node.name);
    if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.QuestionQuestionToken) {
      const { left, right } = node;
      if (ts.isPropertyAccessExpression(left) && isObject(left.expression)) note(left.name.text, right);
    }
    if (ts.isCallExpression(node)) {
      const at = node.arguments.findIndex(isObject);
      if (at >= 0) {
        for (const [key, value] of fromCallee(sources, source, callable, node, at, reach - 1))
          if (!found.has(key)) found.set(key, value);
      }
    }
    ts.forEachChild(node, visit);
  };

  takeApart(parameter.name);
  if (callable.body) visit(callable.body);
  return found;
}

function fromCallee(
  sources: Sources,
  source: Source,
  caller: Callable,
  call: ts.CallExpression,
  index: number,
  reach: number,
): Defaults {
  const callee =
    call.expression.kind === ts.SyntaxKind.SuperKeyword
      ? ts.isClassLike(caller.parent) && constructorAbove(sources, source, caller.parent)
      : implementation(sources.lookUp(source, call.expression));
  return callee ? defaultsOf(sources, callee.source, callee.callable, index, reach) : new Map();
}

export interface Located {
  readonly source: Source;
  readonly callable: Callable;
}

/** The function with the body, among overloads. */
export function implementation(entity: Entity | undefined): Located | undefined {
  if (entity?.kind !== 'declared') return undefined;
  for (const declaration of entity.declarations) {
    const callable = ts.isVariableDeclaration(declaration) ? declaration.initializer : declaration;
    if (!callable || !(ts.isFunctionDeclaration(callable) || isFunctionValue(callable))) continue;
    if (callable.body) return { source: entity.source, callable };
  }
  return undefined;
}

export function isFunctionValue(node: ts.Node): node is ts.ArrowFunction | ts.FunctionExpression {
  return ts.isArrowFunction(node) || ts.isFunctionExpression(node);
}

/** The constructor that a class inherits. */
export function constructorAbove(
  sources: Sources,
  source: Source,
  node: ts.ClassLikeDeclaration,
): Located | undefined {
  const parent = node.heritageClauses?.find(({ token }) => token === ts.SyntaxKind.ExtendsKeyword)?.types[0];
  const entity = parent && sources.lookUp(source, parent.expression);
  if (entity?.kind !== 'declared') return undefined;
  const above = entity.declarations.find(ts.isClassDeclaration);
  return above && constructorOf(sources, entity.source, above);
}

/** The constructor of a class, its own or inherited. */
export function constructorOf(
  sources: Sources,
  source: Source,
  node: ts.ClassLikeDeclaration,
): Located | undefined {
  const own = node.members.filter(ts.isConstructorDeclaration).find(({ body }) => body);
  return own ? { source, callable: own } : constructorAbove(sources, source, node);
}

/** A literal, or a list of them. */
function isPlain(value: ts.Expression): boolean {
  if (ts.isArrayLiteralExpression(value)) return value.elements.every(isPlain);
  if (ts.isPrefixUnaryExpression(value)) return isPlain(value.operand);
  if (ts.isIdentifier(value)) return ['Infinity', 'NaN', 'undefined'].includes(value.text);
  if (ts.isBinaryExpression(value)) return isPlain(value.left) && isPlain(value.right);
  return (
    ts.isNumericLiteral(value) ||
    ts.isStringLiteral(value) ||
    value.kind === ts.SyntaxKind.TrueKeyword ||
    value.kind === ts.SyntaxKind.FalseKeyword ||
    value.kind === ts.SyntaxKind.NullKeyword
  );
}

export function textOf(node: ts.Node): string {
  return node.getText().replace(/\s+/g, ' ');
}
