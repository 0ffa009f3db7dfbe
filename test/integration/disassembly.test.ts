import type { DebugProtocol as D } from '@vscode/debugprotocol';
import assert from 'node:assert/strict';
import { InspectedProgram } from '../support/inspectedProgram.js';
import { C_PROGRAM } from '../support/inspectedPrograms.js';

describe('instructions', function () {
  this.timeout(60_000);
  const program = new InspectedProgram('c', C_PROGRAM);
  before(() => program.start());
  beforeEach(() => program.lookAgain());
  after(() => program.end());

  it('are disassembled around an address, instruction for instruction', async () => {
    const { stackFrames } = await program.inspection.request('stackTrace', { threadId: 1, levels: 1 });
    const memoryReference = stackFrames[0]!.instructionPointerReference!;
    const ask = async (instructionOffset: number, instructionCount: number): Promise<D.DisassembledInstruction[]> =>
      (await program.inspection.request('disassemble', { memoryReference, instructionOffset, instructionCount }))
        .instructions;
    const around = await ask(-400, 800);
    assert.equal(around.length, 800);
    assert.equal(around[400]?.address, memoryReference);
    assert.deepEqual(
      (await ask(-20, 30)).map(({ address }) => address),
      around.slice(380, 410).map(({ address }) => address),
    );
    assert.deepEqual(
      (await ask(5, 10)).map(({ address }) => address),
      around.slice(405, 415).map(({ address }) => address),
    );
    const addresses = around.map(({ address }) => BigInt(address));
    assert.ok(addresses.every((address, index) => index === 0 || address > addresses[index - 1]!));
    assert.equal((await ask(0, 1))[0]?.location?.path, program.sourcePath);
  });

  it('fill a disassembly up where nothing can be read', async () => {
    const { instructions } = await program.inspection.request('disassemble', {
      memoryReference: '0x10',
      instructionOffset: -1,
      instructionCount: 3,
    });
    assert.deepEqual(
      instructions.map(({ address, presentationHint }) => [address, presentationHint]),
      ['0xf', '0x10', '0x11'].map(address => [address, 'invalid']),
    );
  });
});

/** `bare` lies in front of everything that has lines. */
const BARE = `
__asm__(".text\\n.type bare, @function\\nbare: push %rbp\\nmov %rsp, %rbp\\ncall callback\\npop %rbp\\nret\\n.size bare, .-bare");
void bare(void);
int calls;
void callback(void) {
  calls++; /* stop */
}
int main(void) { bare(); return calls; }
`;

describe('code without lines', function () {
  this.timeout(60_000);
  const program = new InspectedProgram('c', BARE);
  before(() => program.start());
  beforeEach(() => program.lookAgain());
  after(() => program.end());

  it('is a source of its own: its line is known before the text is asked for', async () => {
    const { stackFrames } = await program.inspection.request('stackTrace', { threadId: 1 });
    const outer = stackFrames.find(({ source }) => source?.sourceReference !== undefined);
    assert.ok(outer?.source, 'no frame without a source file');
    assert.equal(program.sent(/-data-disassemble/), 0);
    const { sourceReference } = outer.source;
    const text = async (): Promise<string[]> =>
      (await program.inspection.request('source', { sourceReference: sourceReference! })).content.split('\n');
    const lines = await text();
    assert.ok(lines[outer.line - 1]?.startsWith(outer.instructionPointerReference!), lines[outer.line - 1]);
    const next = lines[outer.line]!.split(' ')[0]!;
    const place = program.inspection.composition.assemblyAt(BigInt(next), 'x');
    assert.deepEqual([place.source.sourceReference, place.line], [sourceReference, outer.line + 1]);
  });
});
