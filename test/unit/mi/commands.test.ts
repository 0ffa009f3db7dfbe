import assert from 'node:assert/strict';
import fc from 'fast-check';
import { complete, console, gdbSet, type MiCommand } from '../../../src/mi/commands.js';
import * as breakpoints from '../../../src/mi/commandsBreakpoints.js';
import * as execution from '../../../src/mi/commandsExecution.js';
import * as inspection from '../../../src/mi/commandsInspection.js';
import * as target from '../../../src/mi/commandsTarget.js';
import { parseRecord } from '../../../src/mi/parser.js';
import { RequestError } from '../../../src/util/errors.js';

const address = 0x401136n;

describe('MI commands', () => {
  const spelled: [command: MiCommand, text: string][] = [
    [console('print "a\\n"'), '-interpreter-exec console "print \\"a\\\\n\\""'],
    [console('frame', { thread: 2, frame: 1 }), '-interpreter-exec --thread 2 --frame 1 console frame'],
    [console("set args 'a\nb'"), '-interpreter-exec console "set args \'a\\nb\'"'],
    [gdbSet('print elements', 200), '-gdb-set print elements 200'],
    [complete('--all'), '-complete "--all"'],
    [target.fileExecAndSymbols('/a b/"c\\d'), '-file-exec-and-symbols "/a b/\\"c\\\\d"'],
    [target.fileExecAndSymbols('/a\nb'), '-interpreter-exec console "file \\"/a\\nb\\""'],
    [target.environmentCd('/a b'), '-environment-cd "/a b"'],
    [target.inferiorTtySet('/dev/pts/3'), '-inferior-tty-set "/dev/pts/3"'],
    [target.execArguments("'a b' 2>x"), "-exec-arguments 'a b' 2>x"],
    [target.execArguments("'a\nb'"), '-interpreter-exec console "set args \'a\\nb\'"'],
    [target.setEnvironment('A', ' b=$c'), '-interpreter-exec console "set environment A =  b=$c"'],
    [target.targetAttach(42), '-target-attach 42'],
    [target.targetSelect('remote', 'host:1234'), '-target-select remote host:1234'],
    [execution.execRun(), '-exec-run'],
    [execution.execRun({ stopAtMain: true }), '-exec-run --start'],
    [execution.execContinue({ thread: 3 }), '-exec-continue --thread 3'],
    [execution.execContinue({ all: true }), '-exec-continue --all'],
    [execution.execNext({ thread: 3, reverse: true }), '-exec-next --thread 3 --reverse'],
    [execution.execStepInstruction({ thread: 3 }), '-exec-step-instruction --thread 3'],
    [execution.execFinish({ thread: 3, frame: 1 }), '-exec-finish --thread 3 --frame 1'],
    [execution.execJump(3, address), '-exec-jump --thread 3 *0x401136'],
    [execution.threadInfo(), '-thread-info'],
    [
      breakpoints.breakInsert({ location: { kind: 'source', file: 'C:/a "b".c', line: 3 } }),
      '-break-insert --source "C:/a \\"b\\".c" --line 3',
    ],
    [
      breakpoints.breakInsert({ location: { kind: 'function', name: 'a::b(int)' } }),
      '-break-insert --function "a::b(int)"',
    ],
    [breakpoints.breakInsert({ location: { kind: 'raw', text: '-source x' } }), '-break-insert -- "-source x"'],
    [
      breakpoints.breakInsert({
        location: { kind: 'address', address },
        temporary: true,
        hardware: true,
        pending: true,
        disabled: true,
        condition: 'a == "b"[0]',
        ignoreCount: 2,
        thread: 1,
      }),
      '-break-insert -h -t -f -d -c "a == \\"b\\"[0]" -i 2 -p 1 *0x401136',
    ],
    [
      breakpoints.dprintfInsert({ location: { kind: 'address', address } }, 'x=%d\\n', ['x + 1']),
      '-dprintf-insert *0x401136 "x=%d\\\\n" "x + 1"',
    ],
    [breakpoints.breakCondition('2', '--force'), '-break-condition 2 "--force"'],
    [breakpoints.breakCondition('2'), '-break-condition 2'],
    [breakpoints.breakWatch('-a', 'read'), '-break-watch -r -- "-a"'],
    [breakpoints.catchException('rethrow', { temporary: true }), '-catch-rethrow -t'],
    [inspection.stackListFrames(1, { start: 0, end: 20 }), '-stack-list-frames --thread 1 0 19'],
    [
      inspection.stackListVariables({ thread: 1, frame: 0 }),
      '-stack-list-variables --thread 1 --frame 0 --simple-values',
    ],
    [inspection.varCreate('-', '*p', 'fixed', { thread: 1, frame: 2 }), '-var-create --thread 1 --frame 2 - * *p'],
    [inspection.varCreate('v', '--x', 'floating'), '-var-create v @ "--x"'],
    [inspection.varListChildren('v.a', { start: 0, end: 100 }), '-var-list-children --simple-values v.a 0 100'],
    [
      inspection.dataEvaluateExpression('x->y ? "ä\t" : 0', { thread: 1, frame: 0 }),
      '-data-evaluate-expression --thread 1 --frame 0 "x->y ? \\"ä\\t\\" : 0"',
    ],
    [inspection.dataReadMemoryBytes(address, 8), '-data-read-memory-bytes 0x401136 8'],
    [inspection.dataWriteMemoryBytes(address, Uint8Array.of(1, 255)), '-data-write-memory-bytes 0x401136 01ff'],
    [
      inspection.dataDisassemble({ kind: 'range', start: address, end: 0x401140n }),
      '-data-disassemble -s 0x401136 -e 0x401140 -- 0',
    ],
    [
      inspection.dataDisassemble({ kind: 'function', around: address }, { opcodes: true }),
      '-data-disassemble -a 0x401136 -- 2',
    ],
    [
      inspection.dataListRegisterValues({ thread: 1, frame: 0 }, 'x', [0, 16]),
      '-data-list-register-values --thread 1 --frame 0 --skip-unavailable x 0 16',
    ],
  ];
  for (const [command, text] of spelled) {
    it(`spell ${text}`, () => {
      assert.equal(command, text);
    });
  }

  it('hold any text of a user in one argument of one line', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), text => {
        fc.pre(!text.includes('\0'));
        const command = inspection.dataEvaluateExpression(text);
        assert.ok(!/[\n\r]/.test(command));
        const argument = command.slice('-data-evaluate-expression '.length);
        // gdb reads C strings as it writes them.
        const record = parseRecord(`~${argument.startsWith('"') ? argument : `"${argument}"`}`);
        assert.deepEqual(record, { kind: 'console', text: Buffer.from(text).toString() });
      }),
    );
  });

  it('refuse a NUL, at which gdb would cut the text', () => {
    assert.throws(
      () => inspection.dataEvaluateExpression('a\0b'),
      (error: unknown) => error instanceof RequestError && error.code === 'nulInText',
    );
  });

  it('refuse a newline where it would begin another command', () => {
    assert.throws(
      () => gdbSet('x', '1\n-gdb-exit'),
      (error: unknown) => error instanceof RequestError && error.code === 'newlineInText',
    );
  });
});
