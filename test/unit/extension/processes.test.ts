import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listProcesses } from '../../../src/extension/processes.js';

describe('the list of processes to attach to', () => {
  let proc: string;

  async function add(pid: string, commandLine: string, comm: string): Promise<void> {
    await mkdir(join(proc, pid));
    await writeFile(join(proc, pid, 'cmdline'), commandLine);
    await writeFile(join(proc, pid, 'comm'), `${comm}\n`);
  }

  beforeEach(async () => {
    proc = await mkdtemp(join(tmpdir(), 'proc-'));
  });

  afterEach(() => rm(proc, { recursive: true }));

  it('names the program and its arguments, the youngest process first', async () => {
    await add('41', '/usr/bin/server\0--port\0--x\0', 'server');
    await add('300', './worker\0', 'worker');
    const list = await listProcesses(proc);
    assert.deepEqual(
      list.map(({ pid, name, commandLine }) => ({ pid, name, commandLine })),
      [
        { pid: 300, name: 'worker', commandLine: ['./worker'] },
        { pid: 41, name: 'server', commandLine: ['/usr/bin/server', '--port', '--x'] },
      ],
    );
  });

  it('leaves out kernel threads, what is no process, and processes that end meanwhile', async () => {
    await add('2', '', 'kthreadd');
    await mkdir(join(proc, 'sys'));
    await mkdir(join(proc, '77'));
    assert.deepEqual(await listProcesses(proc), []);
  });

  it('tells the processes of the user from those of others', async () => {
    await add('5', 'a\0', 'a');
    const uid = process.getuid!();
    assert.equal((await listProcesses(proc, uid))[0]?.isOwn, true);
    assert.equal((await listProcesses(proc, uid + 1))[0]?.isOwn, false);
  });

  it('finds this very process on this machine', async () => {
    const self = (await listProcesses()).find(({ pid }) => pid === process.pid);
    assert.equal(self?.isOwn, true);
    assert.ok(self.commandLine.length > 1);
  });
});
