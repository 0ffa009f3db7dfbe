import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { closeLeftSessions, DebugSession } from '../support/debugSession.js';

/** The gdb processes that have this process's grandchildren for a parent: what the adapters of this test have started. */
function gdbs(): number[] {
  const adapters = new Set(childrenOf(process.pid));
  return [...adapters].flatMap(childrenOf).filter(pid => nameOf(pid) === 'gdb');
}

function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(Number)
    .filter(pid => statusOf(pid)?.includes(`\nPPid:\t${parent}\n`));
}

function nameOf(pid: number): string | undefined {
  return /^Name:\t(.*)$/m.exec(statusOf(pid) ?? '')?.[1];
}

/** Undefined for a process that has just ended. */
function statusOf(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return undefined;
  }
}

describe('the gdb that is started ahead', () => {
  afterEach(closeLeftSessions);

  it('is there when the client has said hello, and is the one that a launch gets', async () => {
    const session = await DebugSession.start();
    const before = gdbs();
    assert.equal(before.length, 1);
    await session.launch('plain', { args: [] });
    assert.deepEqual(gdbs(), before);
    await session.close();
    assert.deepEqual(gdbs(), []);
  });

  it('is ended by a launch that wants another one', async () => {
    const session = await DebugSession.start();
    const [before] = gdbs();
    await session.launch('plain', { args: [], gdbArguments: ['-iex', 'set verbose off'] });
    const after = gdbs();
    assert.equal(after.length, 1);
    assert.notEqual(after[0], before);
    await session.close();
  });

  it('ends with a client that goes without a launch', async () => {
    const session = await DebugSession.start();
    assert.equal(gdbs().length, 1);
    await session.close();
    assert.deepEqual(gdbs(), []);
  });
});
