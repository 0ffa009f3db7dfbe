import assert from 'node:assert/strict';
import { MiError } from '../../../src/mi/client.js';
import { breakEnable } from '../../../src/mi/commandsBreakpoints.js';
import { clientPort } from '../../../src/session/clientPort.js';
import { createRig } from '../dap/rig.js';

/** Above the kernel's largest process number. */
const NO_PROCESS = 2 ** 22 + 1;

describe('a reaction that fails', () => {
  const failing = async (error: Error, processId: number | undefined): Promise<string> => {
    const rig = createRig({});
    clientPort(rig.connection, () => processId).post(() => Promise.reject(error));
    await new Promise<void>(resolve => {
      clientPort(rig.connection, () => processId).post(() => {
        resolve();
        return Promise.resolve();
      });
    });
    return rig.log.filter(line => line.startsWith('error')).join('\n');
  };
  const refusal = new MiError('Cannot access memory at address 0x1', breakEnable(['4']));

  it('is a defect where gdb refuses with the program alive, or with none', async () => {
    for (const processId of [process.pid, undefined])
      assert.match(await failing(refusal, processId), /defect of the adapter.*Cannot access memory/s);
  });

  it('is none where gdb refuses since the program has been killed', async () => {
    assert.equal(await failing(refusal, NO_PROCESS), '');
  });

  it('is one all the same where it is not gdb that refuses', async () => {
    assert.match(await failing(new TypeError('x is not a function'), NO_PROCESS), /defect of the adapter/);
  });
});
