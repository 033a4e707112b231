import { Visitor } from '@swc/core/Visitor.js';
import { cruise } from 'dependency-cruiser';

/** One file that imports another, or a module of Node's. Paths are relative to the working directory. */
export interface Import {
  readonly from: string;
  readonly to: string;
  readonly builtin: boolean;
}

export interface ImportGraph {
  readonly files: number;
  readonly imports: readonly Import[];
}

/** Reads all imports of the files below these paths, types included. Packages are left out. */
export async function importsBelow(paths: readonly string[]): Promise<ImportGraph> {
  completeVisitor();
  const { output } = await cruise([...paths], {
    parser: 'swc',
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { extensions: ['.ts', '.mjs', '.js'] },
  });
  if (typeof output === 'string') throw new Error('dependency-cruiser gave a report instead of its findings');
  const sources = output.modules.filter(({ coreModule, couldNotResolve }) => !coreModule && !couldNotResolve);
  const imports = sources.flatMap(({ source, dependencies }) =>
    dependencies
      .filter(({ resolved, couldNotResolve, coreModule }) => coreModule || !(couldNotResolve || /(^|\/)node_modules\//.test(resolved)))
      .map(({ resolved, coreModule }) => ({ from: source, to: resolved, builtin: coreModule ?? false })),
  );
  return { files: sources.length, imports };
}

type SyntaxNode = Readonly<Record<string, unknown>>;

let completed = false;

/**
 * Completes swc's visitor, by which dependency-cruiser reads the syntax tree: it throws at `using` declarations, and does not look into
 * types, where `import('…')` may stand.
 */
function completeVisitor(): void {
  if (completed) return;
  completed = true;
  const { visitStatement, visitModule } = Visitor.prototype;
  Visitor.prototype.visitStatement = function (statement) {
    const { type, decls } = statement as { type: string; decls?: Parameters<Visitor['visitVariableDeclarators']>[0] };
    if (type !== 'UsingDeclaration') return visitStatement.call(this, statement);
    this.visitVariableDeclarators(decls ?? []);
    return statement;
  };
  Visitor.prototype.visitModule = function (module) {
    for (const { argument, span } of importTypesIn(module.body)) {
      this.visitImportDeclaration({ type: 'ImportDeclaration', span, specifiers: [], source: argument, typeOnly: true });
    }
    return visitModule.call(this, module);
  };
}

type ImportType = Pick<Parameters<Visitor['visitImportDeclaration']>[0], 'span'> & {
  readonly argument: Parameters<Visitor['visitImportDeclaration']>[0]['source'];
};

/** Every `import('…')` that stands in a type. */
function* importTypesIn(tree: unknown): Generator<ImportType> {
  if (typeof tree !== 'object' || tree === null) return;
  if ((tree as SyntaxNode).type === 'TsImportType') yield tree as ImportType;
  for (const child of Object.values(tree)) yield* importTypesIn(child);
}
