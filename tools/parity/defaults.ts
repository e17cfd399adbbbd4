/**
 * The defaults of options, from where a function takes its options object apart: a pattern in the parameter list, a pattern
 * in the body, or `options.key ?? value`. Where the object is handed on to another function, also from there, and where a
 * constructor keeps it in a field, from the methods of the class.
 */
import ts from 'typescript';
import type { Entity, Sources } from './sources.ts';

type Source = Entity['source'];
export type Callable = ts.FunctionLikeDeclaration;
export type Defaults = ReadonlyMap<string, string>;

/** How far options are followed from one function to the next. */
const REACH = 4;

/** The class that a constructor makes, which may have inherited it. */
export interface Owner {
  readonly source: Source;
  readonly node: ts.ClassLikeDeclaration;
}

/** @param index The place of the options object among the parameters. */
export function defaultsOf(sources: Sources, located: Located, index: number, owner?: Owner): Defaults {
  const search = new Search(sources);
  search.callable(located, index, REACH);
  if (owner && search.fields.size > 0) search.methods(owner, REACH);
  return search.found;
}

class Search {
  readonly found = new Map<string, string>();
  /** Fields that keep the object. */
  readonly fields = new Set<string>();
  readonly #sources: Sources;

  constructor(sources: Sources) {
    this.#sources = sources;
  }

  callable(located: Located, index: number, reach: number): void {
    const parameter = located.callable.parameters[index];
    if (!parameter || reach === 0) return;
    const objects = new Set<string>();
    this.#takeApart(parameter.name, objects);
    if (located.callable.body) this.#visit(located.callable.body, located, objects, reach);
  }

  /** The methods of a class and of those it extends. */
  methods({ source, node }: Owner, reach: number): void {
    for (const member of node.members) {
      if (!ts.isMethodDeclaration(member) || !member.body) continue;
      this.#visit(member.body, { source, callable: member }, new Set(), reach);
    }
    const above = classAbove(this.#sources, { source, node });
    if (above) this.methods(above, reach);
  }

  #note(key: string, value: ts.Expression | undefined): void {
    if (value && isPlain(value) && !this.found.has(key)) this.found.set(key, textOf(value));
  }

  /** @param objects Receives the names that stand for the options, or for what is left of them. */
  #takeApart(name: ts.BindingName, objects: Set<string>): void {
    if (ts.isIdentifier(name)) objects.add(name.text);
    if (!ts.isObjectBindingPattern(name)) return;
    for (const element of name.elements) {
      if (element.dotDotDotToken) this.#takeApart(element.name, objects);
      else this.#note((element.propertyName ?? element.name).getText(), element.initializer);
    }
  }

  #isObject(node: ts.Expression, objects: ReadonlySet<string>): boolean {
    if (ts.isIdentifier(node)) return objects.has(node.text);
    if (isField(node)) return this.fields.has(node.name.text);
    return (
      ts.isObjectLiteralExpression(node) &&
      node.properties.some((part) => ts.isSpreadAssignment(part) && this.#isObject(part.expression, objects))
    );
  }

  /** `{ affine: false, ...options }`: what stands before is a default. */
  #beforeSpread(argument: ts.Expression): void {
    if (!ts.isObjectLiteralExpression(argument)) return;
    const spread = argument.properties.findIndex(ts.isSpreadAssignment);
    for (const property of argument.properties.slice(0, spread)) {
      if (ts.isPropertyAssignment(property)) this.#note(property.name.getText(), property.initializer);
    }
  }

  #visit(node: ts.Node, located: Located, objects: Set<string>, reach: number): void {
    if (ts.isVariableDeclaration(node) && node.initializer && this.#isObject(node.initializer, objects))
      this.#takeApart(node.name, objects);
    if (ts.isBinaryExpression(node)) this.#binary(node, objects);
    if (ts.isCallExpression(node)) {
      const at = node.arguments.findIndex((argument) => this.#isObject(argument, objects));
      const callee = at >= 0 ? calleeOf(this.#sources, located, node) : undefined;
      if (at >= 0) this.#beforeSpread(node.arguments[at]);
      if (callee) this.callable(callee, at, reach - 1);
    }
    ts.forEachChild(node, (child) => this.#visit(child, located, objects, reach));
  }

  #binary({ left, operatorToken, right }: ts.BinaryExpression, objects: ReadonlySet<string>): void {
    if (operatorToken.kind === ts.SyntaxKind.QuestionQuestionToken && ts.isPropertyAccessExpression(left)) {
      if (this.#isObject(left.expression, objects)) this.#note(left.name.text, right);
    }
    if (operatorToken.kind === ts.SyntaxKind.EqualsToken && isField(left) && this.#isObject(right, objects))
      this.fields.add(left.name.text);
  }
}

function isField(node: ts.Expression): node is ts.PropertyAccessExpression {
  return ts.isPropertyAccessExpression(node) && node.expression.kind === ts.SyntaxKind.ThisKeyword;
}

function calleeOf(
  sources: Sources,
  { source, callable }: Located,
  call: ts.CallExpression,
): Located | undefined {
  if (call.expression.kind !== ts.SyntaxKind.SuperKeyword)
    return implementation(sources.lookUp(source, call.expression));
  return ts.isClassLike(callable.parent)
    ? constructorAbove(sources, { source, node: callable.parent })
    : undefined;
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

/** The class that a class extends. */
function classAbove(sources: Sources, { source, node }: Owner): Owner | undefined {
  const parent = node.heritageClauses?.find(({ token }) => token === ts.SyntaxKind.ExtendsKeyword)?.types[0];
  const entity = parent && sources.lookUp(source, parent.expression);
  if (entity?.kind !== 'declared') return undefined;
  const above = entity.declarations.find(ts.isClassDeclaration);
  return above && { source: entity.source, node: above };
}

/** The constructor that a class inherits. */
export function constructorAbove(sources: Sources, owner: Owner): Located | undefined {
  const above = classAbove(sources, owner);
  const own = above?.node.members.filter(ts.isConstructorDeclaration).find(({ body }) => body);
  if (above && own) return { source: above.source, callable: own };
  return above && constructorAbove(sources, above);
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
