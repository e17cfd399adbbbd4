/**
 * What names mean in TypeScript source, without a type checker: which declarations a name stands for, through imports,
 * re-exports and namespaces. Files are parsed when they are first needed.
 */
import { posix } from 'node:path';
import ts from 'typescript';

export type Declaration =
  | ts.FunctionDeclaration
  | ts.ClassDeclaration
  | ts.InterfaceDeclaration
  | ts.TypeAliasDeclaration
  | ts.VariableDeclaration;

/** What a name stands for: all declarations of it in one file (overloads are several), or a whole module. */
export type Entity =
  | { readonly kind: 'declared'; readonly source: Source; readonly declarations: readonly Declaration[] }
  | { readonly kind: 'module'; readonly source: Source };

interface Reference {
  readonly specifier: string;
  /** The name there; '*' for the module itself. */
  readonly name: string;
}

interface Source {
  readonly path: string;
  readonly statements: readonly ts.Statement[];
  readonly declared: ReadonlyMap<string, readonly Declaration[]>;
  readonly imported: ReadonlyMap<string, Reference>;
  /** Exported names: of this file, or of another one. */
  readonly exported: ReadonlyMap<string, string | Reference>;
  /** The modules of `export * from`. */
  readonly passedOn: readonly string[];
}

export class Sources {
  readonly #read: (path: string) => string;
  readonly #entryOf: (specifier: string) => string | undefined;
  readonly #files = new Map<string, Source>();

  /** @param entryOf The file behind a specifier that is not relative, if it is known. */
  constructor(read: (path: string) => string, entryOf: (specifier: string) => string | undefined) {
    this.#read = read;
    this.#entryOf = entryOf;
  }

  at(path: string): Source {
    let file = this.#files.get(path);
    if (!file) this.#files.set(path, (file = parse(path, this.#read(path))));
    return file;
  }

  /** What an identifier or `namespace.name` means at the top of a file. */
  lookUp(source: Source, name: ts.EntityName | ts.Expression): Entity | undefined {
    if (ts.isQualifiedName(name)) return this.#member(this.lookUp(source, name.left), name.right.text);
    if (ts.isPropertyAccessExpression(name))
      return this.#member(this.lookUp(source, name.expression), name.name.text);
    return ts.isIdentifier(name) ? this.#local(source, name.text) : undefined;
  }

  /** Everything that a file exports. */
  exportsOf(source: Source): ReadonlyMap<string, Entity> {
    const found = new Map<string, Entity>();
    for (const specifier of source.passedOn) {
      const target = this.#resolve(source, specifier);
      if (target) for (const [name, entity] of this.exportsOf(target)) found.set(name, entity);
    }
    for (const name of source.exported.keys()) {
      const entity = this.#exported(source, name);
      if (entity) found.set(name, entity);
    }
    return found;
  }

  #member(entity: Entity | undefined, name: string): Entity | undefined {
    return entity?.kind === 'module' ? this.#exported(entity.source, name) : undefined;
  }

  #local(source: Source, name: string): Entity | undefined {
    const declarations = source.declared.get(name);
    if (declarations) return { kind: 'declared', source, declarations };
    return this.#follow(source, source.imported.get(name));
  }

  #exported(source: Source, name: string): Entity | undefined {
    const own = source.exported.get(name);
    if (typeof own === 'string') return this.#local(source, own);
    if (own) return this.#follow(source, own);
    for (const specifier of source.passedOn) {
      const target = this.#resolve(source, specifier);
      const entity = target && this.#exported(target, name);
      if (entity) return entity;
    }
    return undefined;
  }

  #follow(source: Source, reference: Reference | undefined): Entity | undefined {
    const target = reference && this.#resolve(source, reference.specifier);
    if (!reference || !target) return undefined;
    return reference.name === '*'
      ? { kind: 'module', source: target }
      : this.#exported(target, reference.name);
  }

  #resolve(from: Source, specifier: string): Source | undefined {
    const path = specifier.startsWith('.')
      ? posix.join(posix.dirname(from.path), specifier)
      : this.#entryOf(specifier);
    return path?.endsWith('.ts') ? this.at(path) : undefined;
  }
}

function parse(path: string, text: string): Source {
  const { statements } = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const declared = new Map<string, Declaration[]>();
  const imported = new Map<string, Reference>();
  const exported = new Map<string, string | Reference>();
  const passedOn: string[] = [];
  const declare = (declaration: Declaration, isExported: boolean) => {
    if (!declaration.name || !ts.isIdentifier(declaration.name)) return;
    const name = declaration.name.text;
    declared.set(name, [...(declared.get(name) ?? []), declaration]);
    if (isExported) exported.set(name, name);
  };

  for (const statement of statements) {
    if (ts.isImportDeclaration(statement)) {
      const specifier = textOf(statement.moduleSpecifier);
      const bindings = statement.importClause?.namedBindings;
      if (!bindings) continue;
      if (ts.isNamespaceImport(bindings)) imported.set(bindings.name.text, { specifier, name: '*' });
      else {
        for (const { name, propertyName } of bindings.elements)
          imported.set(name.text, { specifier, name: (propertyName ?? name).text });
      }
    } else if (ts.isExportDeclaration(statement)) {
      const specifier = statement.moduleSpecifier && textOf(statement.moduleSpecifier);
      const clause = statement.exportClause;
      if (!clause) passedOn.push(specifier ?? '');
      else if (ts.isNamespaceExport(clause))
        exported.set(clause.name.text, { specifier: specifier ?? '', name: '*' });
      else {
        for (const { name, propertyName } of clause.elements) {
          const original = (propertyName ?? name).text;
          exported.set(name.text, specifier === undefined ? original : { specifier, name: original });
        }
      }
    } else if (ts.isVariableStatement(statement)) {
      for (const declaration of statement.declarationList.declarations)
        declare(declaration, hasExport(statement));
    } else if (isNamed(statement)) {
      declare(statement, hasExport(statement));
    }
  }
  return { path, statements, declared, imported, exported, passedOn };
}

function isNamed(statement: ts.Statement): statement is ts.Statement & Declaration {
  return (
    ts.isFunctionDeclaration(statement) ||
    ts.isClassDeclaration(statement) ||
    ts.isInterfaceDeclaration(statement) ||
    ts.isTypeAliasDeclaration(statement)
  );
}

function hasExport(statement: ts.Statement): boolean {
  if (!ts.canHaveModifiers(statement)) return false;
  return ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) ?? false;
}

function textOf(specifier: ts.Expression): string {
  return ts.isStringLiteral(specifier) ? specifier.text : '';
}
