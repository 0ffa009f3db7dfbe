import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { DapConnection } from '../../../src/dap/connection.js';
import type { RouteTable } from '../../../src/dap/route.js';
import { capabilitiesOf } from '../../../src/session/capabilities.js';
import { createSession } from '../../../src/session/session.js';
import { Logger } from '../../../src/util/log.js';
import { readDapSchema } from '../../support/dapSchema.js';
import { ROOT } from '../../support/debugSession.js';

/** A row of `docs/features.md`: what it is about, whether the adapter does it, and the note behind. */
interface Row {
  readonly name: string;
  readonly status: string;
  readonly note: string;
}

const DOCUMENT = readFileSync(join(ROOT, 'docs', 'features.md'), 'utf8');
const SCHEMA = readDapSchema();

/** Flags that a `capabilities` event announces when their time has come: gdb goes back while it records. */
const LATER: ReadonlySet<string> = new Set(['supportsStepBack']);

/** The text of all of src. */
function sourceText(): string {
  return readdirSync(join(ROOT, 'src'), { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile() && entry.name.endsWith('.ts'))
    .map(entry => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
    .join('\n');
}

/** A session without a client and without gdb: what it would answer. */
function sessionRoutes(): RouteTable {
  const log = new Logger(() => undefined, 'error');
  return createSession(new DapConnection(new PassThrough(), new PassThrough(), log)).routes;
}

/** The rows of the table below a heading. */
function rowsOf(heading: string): readonly Row[] {
  const section = DOCUMENT.split(/^## /m).find(part => part.startsWith(`${heading}\n`)) ?? '';
  return [...section.matchAll(/^\| `([^`]+)` *\| (\w+) *\| *(.*?) *\|$/gm)].map(([, name, status, note]) => ({
    name: name ?? '',
    status: status ?? '',
    note: note ?? '',
  }));
}

function namesOf(rows: readonly Row[]): string[] {
  return rows.map(({ name }) => name).sort();
}

function checkNotes(rows: readonly Row[]): void {
  for (const { name, status, note } of rows) {
    assert.match(status, /^(yes|partly|no)$/, name);
    if (status !== 'yes') assert.notEqual(note, '', `${name} is '${status}': say why`);
  }
}

describe('docs/features.md', () => {
  const routes = sessionRoutes();
  /** `cancel` is answered by the dispatcher. */
  const served = new Set([...Object.keys(routes), 'cancel']);
  const capabilities = capabilitiesOf(routes) as Readonly<Record<string, unknown>>;

  it('has a row for every request of the protocol and of our own, and says of each whether it is answered', () => {
    const rows = rowsOf('Requests');
    const own = Object.keys(routes).filter(name => name.includes('/'));
    assert.deepEqual(namesOf(rows), [...Object.keys(SCHEMA.requests), ...own].sort());
    checkNotes(rows);
    for (const { name, status } of rows) {
      assert.equal(status !== 'no', served.has(name), `the row of '${name}' says '${status}'`);
    }
  });

  it('has a row for every request to the client, and says of each whether it is sent', () => {
    const rows = rowsOf('Requests to the client');
    assert.deepEqual(namesOf(rows), ['runInTerminal', 'startDebugging']);
    const sources = sourceText();
    for (const { name, status } of rows) {
      assert.equal(status !== 'no', sources.includes(`sendRequest('${name}'`), `the row of '${name}' says '${status}'`);
    }
  });

  it('has a row for every event, and says of each whether it is sent', () => {
    const rows = rowsOf('Events');
    assert.deepEqual(namesOf(rows), Object.keys(SCHEMA.events).sort());
    checkNotes(rows);
    const sources = sourceText();
    for (const { name, status } of rows) {
      assert.equal(status !== 'no', sources.includes(`emit('${name}'`), `the row of '${name}' says '${status}'`);
    }
  });

  it('has a row for every capability, and says of each whether it is advertised', () => {
    const rows = rowsOf('Capabilities');
    assert.deepEqual(namesOf(rows), Object.keys(SCHEMA.$defs.Capabilities?.properties ?? {}).sort());
    checkNotes(rows);
    for (const { name, status } of rows) {
      assert.equal(status !== 'no', name in capabilities || LATER.has(name), `the row of '${name}' says '${status}'`);
    }
  });
});

describe('the capabilities of the whole session', () => {
  const routes = sessionRoutes();
  const capabilities = capabilitiesOf(routes) as Readonly<Record<string, unknown>>;
  const flags = Object.keys(SCHEMA.$defs.Capabilities?.properties ?? {});

  /** Flags that do not bear the name of the request that they stand for. */
  const RENAMED: Readonly<Record<string, string>> = {
    goto: 'supportsGotoTargetsRequest',
    reverseContinue: 'supportsStepBack',
    dataBreakpointInfo: 'supportsDataBreakpoints',
    setDataBreakpoints: 'supportsDataBreakpoints',
    setFunctionBreakpoints: 'supportsFunctionBreakpoints',
    setInstructionBreakpoints: 'supportsInstructionBreakpoints',
    setExceptionBreakpoints: 'exceptionBreakpointFilters',
  };

  for (const command of Object.keys(SCHEMA.requests)) {
    const name = command.charAt(0).toUpperCase() + command.slice(1);
    const flag = RENAMED[command] ?? flags.find(each => [`supports${name}Request`, `supports${name}`].includes(each));
    if (flag === undefined) continue;
    it(`advertise ${flag} exactly where '${command}' is answered`, () => {
      const isServed = command === 'cancel' || command in routes;
      const isAnnounced = LATER.has(flag) && sourceText().includes(`emit('capabilities', { capabilities: { ${flag}:`);
      assert.equal(flag in capabilities || isAnnounced, isServed);
    });
  }

  it('leave no flag of a request out of the check', () => {
    const ofRequests = flags.filter(flag => /^supports\w+Request$/.test(flag)).map(flag => flag.slice(8, -7));
    const commands = ofRequests.map(name => name.charAt(0).toLowerCase() + name.slice(1));
    assert.deepEqual(
      commands.filter(command => !(command in SCHEMA.requests)),
      [],
    );
  });
});
