import assert from 'node:assert/strict';
import { FakeGdb } from '../../support/fakeGdb.js';
import { Inspection } from '../../support/inspection.js';

function piece(begin: string, end: string, contents: string): string {
  return `{begin="${begin}",offset="0x0",end="${end}",contents="${contents}"}`;
}

describe('reading memory', () => {
  it('gives the bytes at reference and offset', async () => {
    const gdb = new FakeGdb().expect(
      '-data-read-memory-bytes 0xffe 2',
      `TOKEN^done,memory=[${piece('0xffe', '0x1000', '0aff')}]`,
    );
    const body = await new Inspection(gdb.client).request('readMemory', {
      memoryReference: '0x1000',
      offset: -2,
      count: 2,
    });
    assert.deepEqual(body, { address: '0xffe', data: Buffer.from([0x0a, 0xff]).toString('base64') });
  });

  it('ends at the first gap, and says how far it reaches', async () => {
    const memory = [piece('0x1000', '0x1002', '0102'), piece('0x1005', '0x1008', '030405')].join(',');
    const gdb = new FakeGdb().expect(/./, `TOKEN^done,memory=[${memory}]`);
    const body = await new Inspection(gdb.client).request('readMemory', { memoryReference: '0x1000', count: 8 });
    assert.deepEqual(body, { address: '0x1000', data: 'AQI=', unreadableBytes: 3 });
  });

  it('tells where the readable part begins, and where there is none', async () => {
    const gdb = new FakeGdb()
      .expect(/./, `TOKEN^done,memory=[${piece('0x1004', '0x1008', '01020304')}]`)
      .expect(/./, 'TOKEN^error,msg="Unable to read memory."');
    const inspection = new Inspection(gdb.client);
    const ask = { memoryReference: '0x1000', count: 8 };
    assert.deepEqual(await inspection.request('readMemory', ask), { address: '0x1000', unreadableBytes: 4 });
    assert.deepEqual(await inspection.request('readMemory', ask), { address: '0x1000', unreadableBytes: 8 });
  });

  it('refuses what is no address, and more than can be held', async () => {
    const inspection = new Inspection(new FakeGdb().client);
    await assert.rejects(
      inspection.request('readMemory', { memoryReference: 'main', count: 8 }),
      /'main' is no address/,
    );
    await assert.rejects(
      inspection.request('readMemory', { memoryReference: '0x1', count: 2 ** 40 }),
      /bytes can be asked/,
    );
    await assert.rejects(
      inspection.request('readMemory', { memoryReference: '0x1', offset: -2, count: 1 }),
      /out of the address/,
    );
  });
});

describe('writing memory', () => {
  it('writes the bytes, and has the client ask again for what it shows', async () => {
    const gdb = new FakeGdb().expect('-data-write-memory-bytes 0x1004 0102', 'TOKEN^done');
    const inspection = new Inspection(gdb.client);
    const body = await inspection.request('writeMemory', { memoryReference: '0x1000', offset: 4, data: 'AQI=' });
    assert.deepEqual(body, { bytesWritten: 2 });
    assert.deepEqual(inspection.events, [
      { event: 'memory', body: { memoryReference: '0x1004', offset: 0, count: 2 } },
      { event: 'invalidated', body: { areas: ['variables'] } },
    ]);
    gdb.verify();
  });

  it('tells by the reference that the client has read the memory with, and of no other', async () => {
    const inspection = new Inspection(new FakeGdb().allow(/./, 'TOKEN^done').client);
    for (const memoryReference of ['0x1000', '4096', '0x2000']) {
      await inspection.request('readMemory', { memoryReference, offset: 16, count: 16 });
    }
    await inspection.request('writeMemory', { memoryReference: '0x1010', data: 'AQI=' });
    assert.deepEqual(
      inspection.events.filter(({ event }) => event === 'memory').map(({ body }) => body),
      ['0x1000', '4096'].map(memoryReference => ({ memoryReference, offset: 16, count: 2 })),
    );
  });

  it('writes the first part that can be, where the client is content with that', async () => {
    const gdb = new FakeGdb()
      .expect(/data-write-memory-bytes 0x1000 /, 'TOKEN^error,msg="Could not write memory"')
      .expect('-data-read-memory-bytes 0x1000 4', `TOKEN^done,memory=[${piece('0x1001', '0x1003', '0000')}]`)
      .expect('-data-write-memory-bytes 0x1001 0203', 'TOKEN^done');
    const inspection = new Inspection(gdb.client);
    const args = { memoryReference: '0x1000', data: Buffer.from([1, 2, 3, 4]).toString('base64') };
    assert.deepEqual(await inspection.request('writeMemory', { ...args, allowPartial: true }), {
      offset: 1,
      bytesWritten: 2,
    });
    gdb.verify();
    const whole = new FakeGdb().expect(/./, 'TOKEN^error,msg="Could not write memory"');
    await assert.rejects(new Inspection(whole.client).request('writeMemory', args), /Could not write memory/);
    whole.verify();
  });

  it('does not trouble a client that knows no such event', async () => {
    const inspection = new Inspection(new FakeGdb().allow(/./, 'TOKEN^done').client);
    inspection.supportsInvalidated = false;
    inspection.supportsMemory = false;
    await inspection.request('writeMemory', { memoryReference: '0x1000', data: 'AQI=' });
    assert.deepEqual(inspection.events, []);
  });

  it('refuses text that is no base64', async () => {
    const inspection = new Inspection(new FakeGdb().client);
    await assert.rejects(inspection.request('writeMemory', { memoryReference: '0x1000', data: '*' }), /base64/);
  });
});
