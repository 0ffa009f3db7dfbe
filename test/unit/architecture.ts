import { posix } from 'node:path';
import ts from 'typescript';

/** An import (or re-export, or dynamic import) of a source file. */
interface ImportedModule {
  readonly specifier: string;
  /** Nothing of it is left at run time. */
  readonly typeOnly: boolean;
}

const MAX_LINES = 350;

/**
 * Which rooms of `src` a room may import, besides itself. The client shares two files with the adapter: the framing and
 * the message types are the two ends of one wire; the extension shares the types of our own requests.
 */
const ALLOWED_ROOMS: Readonly<Record<string, readonly string[]>> = {
  util: [],
  elf: ['util'],
  rseq: ['util', 'elf'],
  stepping: ['util', 'rseq'],
  mi: ['util'],
  dap: ['util'],
  session: ['util', 'elf', 'rseq', 'stepping', 'mi', 'dap'],
  client: ['util', 'dap/framing.ts', 'dap/protocol.ts'],
  cli: ['util', 'elf', 'rseq', 'mi', 'client'],
  extension: ['dap/customRequests.ts'],
};

/** Modules that are the business of a few files: each entry is a file or, with `/` at its end, a room. */
const RESERVED_MODULES: readonly (readonly [module: RegExp, where: readonly string[]])[] = [
  [/^elfinfo(\/|$)/, ['elf/image.ts']],
  [
    /^(node:)?child_process$/,
    [
      'mi/gdbProcess.ts',
      'mi/debugRegisters.ts',
      'session/inferiorIo.ts',
      'session/target/gdbserver.ts',
      'client/',
      'cli/',
      'extension/',
    ],
  ],
  [/^@vscode\/debugadapter(\/|$)/, ['dap/']],
  [/^vscode$/, ['extension/']],
];

/**
 * What a file of `src` does against the rules of the house.
 *
 * @param file its path below `src`, with `/`
 */
export function violations(file: string, text: string): string[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const lines = text.replace(/\n$/, '').split('\n').length;
  return [
    ...(lines > MAX_LINES ? [`${file}: ${lines} lines; the limit is ${MAX_LINES}`] : []),
    ...(hasDefaultExport(source) ? [`${file}: has a default export`] : []),
    ...importsOf(source).flatMap(imported => importViolations(file, imported)),
  ];
}

/** The files of `session` that answer requests. */
export const TOPICS: ReadonlySet<string> = new Set(
  [
    'breakpointLocations',
    'breakpoints',
    'completions',
    'dataBreakpointInfo',
    'dataBreakpoints',
    'disassembly',
    'ending',
    'evaluate',
    'exceptions',
    'gotoTargets',
    'lifecycle',
    'loadedModules',
    'locations',
    'memory',
    'progress',
    'restartable',
    'reverse',
    'scopes',
    'sources',
    'stack',
    'stepInTargets',
    'threads',
    'variables',
  ].map(name => `session/${name}.ts`),
);

/** What makes topics and hands each what it needs. */
export const COMPOSITIONS: ReadonlySet<string> = new Set([
  'session/session.ts',
  'session/inspection.ts',
  'session/control.ts',
]);

function importViolations(file: string, imported: ImportedModule): string[] {
  const { specifier } = imported;
  if (specifier.startsWith('.')) return roomViolations(file, imported);
  const broken = RESERVED_MODULES.some(
    ([module, where]) =>
      module.test(specifier) && !where.some(place => (place.endsWith('/') ? file.startsWith(place) : file === place)),
  );
  if (broken) return [`${file}: may not import ${specifier}`];
  const foreign = roomOf(file) === 'extension' && specifier !== 'vscode' && !specifier.startsWith('node:');
  return foreign ? [`${file}: the extension may import vscode alone, not ${specifier}`] : [];
}

function roomViolations(file: string, { specifier, typeOnly }: ImportedModule): string[] {
  const target = posix.join(posix.dirname(file), specifier).replace(/\.js$/, '.ts');
  const [from, to] = [roomOf(file), roomOf(target)];
  if (file === 'main.ts' || file === 'serve.ts') return [];
  const allowed = from === undefined ? undefined : ALLOWED_ROOMS[from];
  if (allowed === undefined) return [`${file}: stands in no room that the rules know`];
  if (from !== to) {
    const good = to !== undefined && (allowed.includes(to) || allowed.includes(target));
    return good ? [] : [`${file}: may not import ${target}`];
  }
  // Topics of a session get what they need from what composes them.
  const wires = TOPICS.has(target) && !COMPOSITIONS.has(file) && !typeOnly;
  return wires ? [`${file}: may not import the topic ${target} except for types`] : [];
}

/** The folder directly below `src`; undefined for `main.ts`, `serve.ts` and for what lies outside. */
function roomOf(path: string): string | undefined {
  const [room, ...rest] = path.split('/');
  return rest.length === 0 || room === '..' ? undefined : room;
}

function importsOf(source: ts.SourceFile): ImportedModule[] {
  const found: ImportedModule[] = [];
  const visit = (node: ts.Node): void => {
    const specifier = moduleSpecifier(node);
    if (specifier !== undefined && ts.isStringLiteralLike(specifier)) {
      found.push({ specifier: specifier.text, typeOnly: isTypeOnly(node) });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function moduleSpecifier(node: ts.Node): ts.Node | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return node.moduleSpecifier;
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) return node.argument.literal;
  if (ts.isExternalModuleReference(node)) return node.expression;
  const isDynamic = ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword;
  return isDynamic ? node.arguments[0] : undefined;
}

function isTypeOnly(node: ts.Node): boolean {
  if (ts.isImportTypeNode(node)) return true;
  if (ts.isExportDeclaration(node)) return node.isTypeOnly;
  if (!ts.isImportDeclaration(node) || node.importClause === undefined) return false;
  const { phaseModifier, name, namedBindings } = node.importClause;
  if (phaseModifier === ts.SyntaxKind.TypeKeyword) return true;
  const named = namedBindings !== undefined && ts.isNamedImports(namedBindings) ? namedBindings.elements : [];
  return name === undefined && named.length > 0 && named.every(element => element.isTypeOnly);
}

function hasDefaultExport(source: ts.SourceFile): boolean {
  return source.statements.some(statement => {
    if (ts.isExportAssignment(statement)) return true;
    if (ts.isExportDeclaration(statement) && statement.exportClause && ts.isNamedExports(statement.exportClause)) {
      return statement.exportClause.elements.some(element => element.name.text === 'default');
    }
    const modifiers = ts.canHaveModifiers(statement) ? ts.getModifiers(statement) : undefined;
    return modifiers?.some(modifier => modifier.kind === ts.SyntaxKind.DefaultKeyword) ?? false;
  });
}
