import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/** As much of a JSON schema (draft 2020-12) as the protocol's declarations need. */
export interface JsonSchema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly const?: string | boolean;
  readonly $ref?: string;
}

/** The protocol as JSON schemas. References between them read `#/$defs/NAME`. */
export interface DapSchema {
  /** Every interface and type of the declarations by its name: `StoppedEvent`, `VariablesArguments`, `Source`. */
  readonly $defs: Readonly<Record<string, JsonSchema>>;
  /** The protocol's requests that a client sends, by their command; a name in `$defs` for each. */
  readonly requests: Readonly<Record<string, string>>;
  /** The protocol's requests that an adapter sends, likewise. */
  readonly reverseRequests: Readonly<Record<string, string>>;
  /** The events by their name: the protocol's, and our own. */
  readonly events: Readonly<Record<string, string>>;
  /** The responses by their command: the protocol's, and our own. */
  readonly responses: Readonly<Record<string, string>>;
}

/** The declarations say `number` for whole numbers too; these alone may have a fraction. */
const FRACTIONS: ReadonlySet<string> = new Set(['percentage']);

const REVERSE: ReadonlySet<string> = new Set(['runInTerminal', 'startDebugging']);

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/**
 * Derives the protocol's JSON schema from `@vscode/debugprotocol` and from our own `customRequests.ts`. The package has
 * declarations alone; they are generated from the protocol's schema and use a small part of TypeScript, so the way back
 * is short. What the declarations do not name is not allowed.
 */
export function readDapSchema(): DapSchema {
  const protocol = declarationsOf(
    createRequire(import.meta.url).resolve('@vscode/debugprotocol/lib/debugProtocol.d.ts'),
  );
  const custom = declarationsOf(join(ROOT, 'src/dap/customRequests.ts'));
  const $defs = { ...new Schemas(protocol).all(), ...customMessages(new Schemas(custom).all()) };
  const named = (suffix: string): Record<string, string> =>
    Object.fromEntries(
      Object.keys($defs)
        .filter(name => name.length > suffix.length && name.endsWith(suffix))
        .map(name => [commandOf(name.slice(0, -suffix.length)), name]),
    );
  const requests = Object.entries(named('Request'));
  return {
    $defs,
    requests: Object.fromEntries(requests.filter(([command]) => !REVERSE.has(command))),
    reverseRequests: Object.fromEntries(requests.filter(([command]) => REVERSE.has(command))),
    events: named('Event'),
    responses: named('Response'),
  };
}

/** `StackTrace` to `stackTrace`; a name of our own is spelled as it is. */
function commandOf(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}

type Declaration = ts.InterfaceDeclaration | ts.TypeAliasDeclaration;

function declarationsOf(path: string): ReadonlyMap<string, Declaration> {
  const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true);
  const found = new Map<string, Declaration>();
  const visit = (node: ts.Node): void => {
    if (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) found.set(node.name.text, node);
    else ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** The members of `CustomEvents` and `CustomRequests` as messages like the protocol's own. */
function customMessages(own: Readonly<Record<string, JsonSchema>>): Record<string, JsonSchema> {
  const { CustomEvents, CustomRequests, ...rest } = own;
  const events = Object.entries(CustomEvents?.properties ?? {}).map(([name, body]) => [
    `${name}Event`,
    message({ event: { type: 'string' }, body }, ['event', 'body']),
  ]);
  const responses = Object.entries(CustomRequests?.properties ?? {}).map(([name, { properties = {} }]) => [
    `${name}Response`,
    message(
      {
        request_seq: { type: 'integer' },
        success: { type: 'boolean' },
        command: { type: 'string' },
        ...(properties.body === undefined ? {} : { body: properties.body }),
      },
      ['request_seq', 'success', 'command'],
    ),
  ]);
  return { ...rest, ...(Object.fromEntries([...events, ...responses]) as Record<string, JsonSchema>) };
}

function message(properties: Record<string, JsonSchema>, required: readonly string[]): JsonSchema {
  return {
    type: 'object',
    properties: { seq: { type: 'integer' }, type: { type: 'string' }, ...properties },
    required: ['seq', 'type', ...required],
    additionalProperties: false,
  };
}

/** Translates declarations into schemas. */
class Schemas {
  constructor(private readonly declarations: ReadonlyMap<string, Declaration>) {}

  all(): Record<string, JsonSchema> {
    return Object.fromEntries(
      [...this.declarations].map(([name, declaration]) => [
        name,
        ts.isInterfaceDeclaration(declaration)
          ? this.object(this.membersOf(declaration))
          : this.schema(declaration.type),
      ]),
    );
  }

  /** An interface's members behind those of what it extends. */
  private membersOf(declaration: ts.InterfaceDeclaration): ts.TypeElement[] {
    const bases = (declaration.heritageClauses ?? []).flatMap(({ types }) => types);
    const inherited = bases.flatMap(({ expression }) => {
      const base = this.declarations.get(expression.getText());
      if (base === undefined || !ts.isInterfaceDeclaration(base)) throw untranslatable(expression);
      return this.membersOf(base);
    });
    return [...inherited, ...declaration.members];
  }

  private object(members: readonly ts.TypeElement[]): JsonSchema {
    const properties: Record<string, JsonSchema> = {};
    const required = new Set<string>();
    let additionalProperties: boolean | JsonSchema = false;
    for (const member of members) {
      if (ts.isIndexSignatureDeclaration(member)) {
        additionalProperties = this.schema(member.type);
      } else if (
        ts.isPropertySignature(member) &&
        member.type !== undefined &&
        !ts.isComputedPropertyName(member.name)
      ) {
        const { text } = member.name as ts.Identifier | ts.StringLiteral;
        const schema = this.schema(member.type);
        properties[text] = schema.type === 'integer' && FRACTIONS.has(text) ? { type: 'number' } : schema;
        if (member.questionToken === undefined) required.add(text);
      } else {
        throw untranslatable(member);
      }
    }
    return { type: 'object', properties, required: [...required], additionalProperties };
  }

  private schema(type: ts.TypeNode): JsonSchema {
    if (ts.isArrayTypeNode(type)) return { type: 'array', items: this.schema(type.elementType) };
    if (ts.isUnionTypeNode(type)) return union(type.types.map(each => this.schema(each)));
    if (ts.isTypeLiteralNode(type)) return this.object([...type.members]);
    if (ts.isParenthesizedTypeNode(type)) return this.schema(type.type);
    // `readonly T[]`
    if (ts.isTypeOperatorNode(type)) return this.schema(type.type);
    if (ts.isTypeReferenceNode(type)) return this.reference(type);
    if (ts.isLiteralTypeNode(type)) return literal(type.literal);
    return keyword(type);
  }

  private reference(type: ts.TypeReferenceNode): JsonSchema {
    const name = type.typeName.getText();
    const [first, second] = type.typeArguments ?? [];
    if (name === 'Readonly' && first !== undefined) return this.schema(first);
    if (name === 'Record' && second !== undefined) return { type: 'object', additionalProperties: this.schema(second) };
    // Our own declarations may name the protocol's: `D.Source`.
    return { $ref: `#/$defs/${name.replace(/^D\./, '')}` };
  }
}

/** `'step' | 'entry' | string` is any text. */
function union(schemas: readonly JsonSchema[]): JsonSchema {
  const anyText = schemas.some(({ type, const: value }) => type === 'string' && value === undefined);
  const rest = anyText ? schemas.filter(({ const: value }) => typeof value !== 'string') : schemas;
  const [only] = rest;
  return rest.length === 1 && only !== undefined ? only : { anyOf: rest };
}

function literal(node: ts.LiteralTypeNode['literal']): JsonSchema {
  if (ts.isStringLiteral(node)) return { type: 'string', const: node.text };
  if (node.kind === ts.SyntaxKind.NullKeyword) return { type: 'null' };
  if (node.kind === ts.SyntaxKind.TrueKeyword) return { type: 'boolean', const: true };
  if (node.kind === ts.SyntaxKind.FalseKeyword) return { type: 'boolean', const: false };
  throw untranslatable(node);
}

const KEYWORDS: ReadonlyMap<ts.SyntaxKind, JsonSchema> = new Map<ts.SyntaxKind, JsonSchema>([
  [ts.SyntaxKind.AnyKeyword, {}],
  [ts.SyntaxKind.UnknownKeyword, {}],
  [ts.SyntaxKind.StringKeyword, { type: 'string' }],
  [ts.SyntaxKind.NumberKeyword, { type: 'integer' }],
  [ts.SyntaxKind.BooleanKeyword, { type: 'boolean' }],
  [ts.SyntaxKind.ObjectKeyword, { type: 'object' }],
]);

function keyword(type: ts.TypeNode): JsonSchema {
  const schema = KEYWORDS.get(type.kind);
  if (schema === undefined) throw untranslatable(type);
  return schema;
}

function untranslatable(node: ts.Node): Error {
  return new Error(`The declarations of the protocol use what has no translation yet: ${node.getText()}`);
}
