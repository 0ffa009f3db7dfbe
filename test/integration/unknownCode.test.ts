import assert from 'node:assert/strict';
import type { DebugProtocol as D } from '@vscode/debugprotocol';
import { compiledProgram } from '../support/compiled.js';
import { closeLeftSessions, DebugSession } from '../support/debugSession.js';

const PROGRAM = `
#include <string.h>
#include <sys/mman.h>
int main(void) {
  static const unsigned char code[] = {0x90, 0x90, 0x90, 0xc3};   // nop; nop; nop; ret
  void *page = mmap(0, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  memcpy(page, code, sizeof code);
  ((void (*)(void))page)();        // @call
  return 0;
}
`;

const { program, source } = compiledProgram('made', PROGRAM);

afterEach(closeLeftSessions);

describe('code that no symbol names', function () {
  this.timeout(60_000);

  for (const step of ['next', 'stepIn'] as const) {
    it(`is gone through by instruction where the user asks for lines: ${step}`, async () => {
      const session = await DebugSession.start();
      await session.client.request('launch', { program });
      await session.breakAt(source, 'call');
      const { threadId = 0 } = await session.run();
      const place = async (): Promise<D.StackFrame> => (await session.frames(threadId, 1))[0]!;
      while ((await place()).name === 'main') await session.step('stepIn', threadId, 'instruction');
      const from = BigInt((await place()).instructionPointerReference!);
      for (const offset of [1n, 2n, 3n]) {
        assert.equal((await session.step(step, threadId)).reason, 'step');
        assert.equal(BigInt((await place()).instructionPointerReference!), from + offset);
      }
      await session.step(step, threadId);
      assert.equal((await place()).name, 'main');
      await session.close();
    });
  }
});
