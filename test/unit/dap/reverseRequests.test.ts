import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';

describe('ReverseRequestTable', () => {
  it('leaves no timer behind when the answer has come, which would keep the process alive', () => {
    const module = new URL('../../../src/dap/reverseRequests.js', import.meta.url).href;
    const script = `
      import { ReverseRequestTable } from ${JSON.stringify(module)};
      const table = new ReverseRequestTable(() => 1);
      const asked = table.send('runInTerminal', {}, 600_000);
      table.settle({ request_seq: 1, success: true, body: {} });
      await asked;`;
    const { status, signal } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { timeout: 5000 });
    assert.deepEqual([status, signal], [0, null]);
  });
});
