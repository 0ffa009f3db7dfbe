import type { Attribute, Request } from './attribute.js';
import { ATTRIBUTES, GROUPS, UNSUPPORTED } from './schema.js';
import { memberSchema, type JsonSchema, type Member } from './shapes.js';

/** What package.json tells the editor of the attributes: `configurationAttributes` of the debugger. */
export function configurationAttributes(): Readonly<Record<Request, JsonSchema>> {
  return { launch: schemaFor('launch'), attach: schemaFor('attach') };
}

function schemaFor(request: Request): JsonSchema {
  const own = Object.entries<Attribute<unknown>>(ATTRIBUTES).filter(([, { on }]) => on.includes(request));
  const names = new Set(own.map(([name]) => name));
  const properties = own.map(([name, attribute]) => [name, memberSchema(attribute)] as const);
  const others = own.flatMap(([name, { aliases }]) =>
    aliases
      .filter(alias => !names.has(alias.name))
      .map(({ name: other, of }) => [other, otherName(name, of.join(', '))] as const),
  );
  return { properties: Object.fromEntries([...properties, ...others]) };
}

/** Taken as it is from a configuration for another adapter, but not offered. */
function otherName(name: string, peers: string): JsonSchema {
  return { markdownDescription: `The name that ${peers} has for \`${name}\`.`, doNotSuggest: true };
}

/** The text of docs/configuration.md. */
export function configurationReference(): string {
  const groups = GROUPS.map(({ title, attributes }) => {
    const rows = Object.entries(attributes).flatMap(([name, attribute]) => rowsOf(name, attribute));
    return `## ${title}\n\n${table(['attribute', 'type', 'default', 'meaning'], rows)}`;
  });
  return `${[INTRODUCTION, ...groups, otherNames(), unsupported()].join('\n\n')}\n`;
}

const INTRODUCTION = `# Configuration

<!-- Written by scripts/configuration.mjs from src/session/config: change it there. -->

The attributes of \`launch\` and \`attach\`. A wrong value is an error that names the attribute; an attribute that is not known
is told in the debug console and has no effect. Configurations for other gdb adapters work as they are: [their
names](#names-of-other-adapters) are understood. Where a name and its other name are both given, the one of this page counts.
The members of an object \`linux\` go before the others.`;

function rowsOf(name: string, attribute: Attribute<unknown>): string[][] {
  const { on, shape, description, members = {}, usually } = attribute;
  const only = on.length === 1 ? ` (\`${on[0] ?? ''}\`)` : '';
  const whole = [`\`${name}\`${only}`, shape.type, usually ?? defaultOf(attribute), description];
  return [whole, ...Object.entries(members).map(([member, each]) => memberRow(`${name}.${member}`, each))];
}

function memberRow(path: string, member: Member<unknown>): string[] {
  return [`\`${path}\``, member.shape.type, defaultOf(member), `${member.description}${wordsOf(member)}`];
}

/** The meaning of each word that a value may be. */
function wordsOf({ shape }: Member<unknown>): string {
  const { enum: words, enumDescriptions } = shape.json as { enum?: string[]; enumDescriptions?: string[] };
  const meanings = words?.map((word, index) => `\`${word}\`: ${enumDescriptions?.[index] ?? ''}`) ?? [];
  return meanings.length === 0 ? '' : ` ${meanings.join('; ')}.`;
}

function defaultOf({ fallback }: Member<unknown>): string {
  return fallback === undefined ? '' : `\`${JSON.stringify(fallback)}\``;
}

function otherNames(): string {
  const rows = Object.entries<Attribute<unknown>>(ATTRIBUTES).flatMap(([name, { aliases }]) =>
    aliases.map(({ name: other, of, note }) => [`\`${other}\``, of.join(', '), `\`${name}\``, note ?? '']),
  );
  return `## Names of other adapters\n\n${table(['name', 'of', 'stands for', 'form'], rows)}`;
}

function unsupported(): string {
  const rows = Object.entries(UNSUPPORTED).map(([name, { of, advice }]) => [`\`${name}\``, of, advice]);
  return `These have no effect; the debug console says so:\n\n${table(['name', 'of', 'instead'], rows)}`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), `|${head.map(() => '---|').join('')}`, ...rows.map(line)].join('\n');
}
