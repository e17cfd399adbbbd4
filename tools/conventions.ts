/**
 * House rules that no linter has ready: a source file starts by saying what it is, and no value is
 * pushed through `unknown` or `any` to become another type. Everything else is oxlint's.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { command, fromProblems, type Outcome } from './lib/outcome.ts';
import { filesBelow, root, workspaces } from './lib/workspace.ts';

export function conventions(): readonly Outcome[] {
  const files = workspaces().flatMap(({ folder }) => filesBelow(folder, '.ts'));
  const sources = files.filter((file) => !file.includes('/__tests__/'));
  return [
    fromProblems('every source file starts with a comment', sources.flatMap(withoutHeader)),
    fromProblems('no double type assertion', files.flatMap(doubleAssertions)),
  ];
}

function withoutHeader(file: string): readonly string[] {
  const text = readFileSync(join(root, file), 'utf8').trimStart();
  return text.startsWith('/*') || text.startsWith('//')
    ? []
    : [`${file}: say in a comment what this file is`];
}

function doubleAssertions(file: string): readonly string[] {
  const text = readFileSync(join(root, file), 'utf8');
  if (!text.includes('as unknown') && !text.includes('as any')) return [];
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true);
  const problems: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isAsExpression(node) && ts.isAsExpression(inner(node.expression))) {
      const { line } = source.getLineAndCharacterOfPosition(node.getStart());
      problems.push(`${file}:${line + 1}: "${node.getText()}": narrow the value with a check instead`);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return problems;
}

function inner(node: ts.Expression): ts.Expression {
  return ts.isParenthesizedExpression(node) ? inner(node.expression) : node;
}

await command(import.meta.url, conventions);
