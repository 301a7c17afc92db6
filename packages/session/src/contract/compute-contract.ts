import { createHash } from "node:crypto";
import path from "node:path";
import ts from "typescript";

/** SHA-256, in hexadecimal, of the types behind each value that a package exports. */
export type Contract = Readonly<Record<string, string>>;

const printer = ts.createPrinter({ removeComments: true });

function readOptions(packageDir: string): ts.CompilerOptions {
  const file = path.join(packageDir, "tsconfig.json");
  const { config } = ts.readConfigFile(file, ts.sys.readFile) as { config: unknown };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, packageDir);
  return { ...options, noEmit: false, declaration: true, emitDeclarationOnly: true };
}

/** True for files of this repository, those of other workspaces included: links are resolved to where files are. */
function isOwn(file: ts.SourceFile): boolean {
  return !file.isDeclarationFile && !file.fileName.includes("/node_modules/");
}

/**
 * The same program with declarations in place of code: what is inside of functions is gone. Other workspaces stay as they
 * are: the compiler emits nothing for packages, and of the contracts it is the schemas that count.
 */
function declarationsOf(entry: string, options: ts.CompilerOptions): ts.Program {
  const program = ts.createProgram([entry], options);
  const declarations = new Map<string, string>();
  for (const file of program.getSourceFiles().filter(isOwn)) {
    program.emit(file, (_name, text) => declarations.set(file.fileName, text), undefined, true);
  }
  const host = ts.createCompilerHost(options);
  const read = host.getSourceFile;
  host.getSourceFile = (name, language, ...rest) => {
    const text = declarations.get(name);
    return text === undefined
      ? read(name, language, ...rest)
      : ts.createSourceFile(name, text, language, true);
  };
  return ts.createProgram([entry], options, host);
}

/** The declaration as it stands in its module, e.g. the whole statement of a constant. */
function statementOf(declaration: ts.Declaration): ts.Node {
  let node: ts.Node = declaration;
  while (!ts.isSourceFile(node.parent) && !ts.isModuleBlock(node.parent)) node = node.parent;
  return node;
}

/** What an import or export stands for. */
function resolve(checker: ts.TypeChecker, symbol: ts.Symbol): ts.Symbol {
  return (symbol.flags & ts.SymbolFlags.Alias) === 0 ? symbol : checker.getAliasedSymbol(symbol);
}

/** Collects the declarations that a symbol needs, and names what it takes from libraries. */
function collect(program: ts.Program, start: ts.Symbol): string[] {
  const checker = program.getTypeChecker();
  const seen = new Set<ts.Symbol>();
  const found = new Set<string>();

  const visit = (symbol: ts.Symbol): void => {
    const target = resolve(checker, symbol);
    if (seen.has(target)) return;
    seen.add(target);
    for (const declaration of target.declarations ?? []) {
      const file = declaration.getSourceFile();
      if (ts.isSourceFile(declaration)) continue;
      if (!isOwn(file)) found.add(`library ${target.name}`);
      else visitStatement(statementOf(declaration), file);
    }
  };
  const visitStatement = (statement: ts.Node, file: ts.SourceFile): void => {
    found.add(printer.printNode(ts.EmitHint.Unspecified, statement, file));
    const walk = (node: ts.Node): void => {
      if (ts.isIdentifier(node)) {
        const symbol = checker.getSymbolAtLocation(node);
        if (symbol !== undefined) visit(symbol);
      }
      ts.forEachChild(node, walk);
    };
    walk(statement);
  };
  visit(start);
  return [...found].toSorted();
}

/**
 * Hashes the types of every value that a package's module exports, down to the last type of this repository that they are made
 * of. A remote that was built with one hash runs in a shell with the same: what can differ is inside of functions.
 */
export function computeContract(packageDir: string, entry: string): Contract {
  const options = readOptions(packageDir);
  const program = declarationsOf(path.join(packageDir, entry), options);
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(path.join(packageDir, entry));
  const module = source === undefined ? undefined : checker.getSymbolAtLocation(source);
  if (module === undefined) throw new TypeError(`${entry} is no module`);
  // Types alone do not exist at run time; those that matter are part of some value's.
  const exported = checker
    .getExportsOfModule(module)
    .filter((symbol) => (resolve(checker, symbol).flags & ts.SymbolFlags.Value) !== 0)
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return Object.fromEntries(
    exported.map((symbol) => [
      symbol.name,
      createHash("sha256").update(collect(program, symbol).join("\n")).digest("hex"),
    ]),
  );
}
