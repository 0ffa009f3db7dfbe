import assert from 'node:assert/strict';
import { parseBreakpoint, parseBreakpointTable } from '../../../src/mi/breakpoint.js';
import { parseEvent, type MiEvent } from '../../../src/mi/events.js';
import { tupleAt } from '../../../src/mi/fields.js';
import { parseFrame } from '../../../src/mi/frame.js';
import { parseVersion } from '../../../src/mi/gdbProcess.js';
import { parseRecord } from '../../../src/mi/parser.js';
import type { MiTuple } from '../../../src/mi/record.js';

function event(line: string): MiEvent {
  const record = parseRecord(line);
  assert.ok(record.kind === 'exec' || record.kind === 'notify', line);
  return parseEvent(record);
}

function results(line: string): MiTuple {
  const record = parseRecord(line);
  assert.ok(record.kind === 'result', line);
  return record.results;
}

describe('MI events', () => {
  const plain: [line: string, event: MiEvent][] = [
    ['*running,thread-id="all"', { kind: 'running', threadId: 'all' }],
    ['*running,thread-id="2"', { kind: 'running', threadId: 2 }],
    ['=thread-created,id="1",group-id="i1"', { kind: 'threadCreated', threadId: 1, groupId: 'i1' }],
    ['=thread-exited,id="1",group-id="i1"', { kind: 'threadExited', threadId: 1, groupId: 'i1' }],
    [
      '=thread-selected,id="2",frame={level="0",addr="0x1",func="f",args=[]}',
      { kind: 'threadSelected', threadId: 2, frame: { level: 0, address: 1n, func: 'f', args: [] } },
    ],
    ['=thread-group-started,id="i1",pid="7149"', { kind: 'groupStarted', groupId: 'i1', pid: 7149 }],
    ['=thread-group-exited,id="i1",exit-code="013"', { kind: 'groupExited', groupId: 'i1', exitCode: 11 }],
    ['=thread-group-exited,id="i1"', { kind: 'groupExited', groupId: 'i1' }],
    [
      '=library-loaded,id="/l.so",target-name="/t/l.so",host-name="/h/l.so",symbols-loaded="1",thread-group="i1",ranges=[{from="0x10",to="0x20"}]',
      {
        kind: 'libraryLoaded',
        symbolsLoaded: true,
        library: { id: '/l.so', targetName: '/t/l.so', hostName: '/h/l.so', ranges: [{ start: 16n, end: 32n }] },
      },
    ],
    [
      '=library-unloaded,id="/l.so"',
      { kind: 'libraryUnloaded', library: { id: '/l.so', targetName: '/l.so', hostName: '/l.so', ranges: [] } },
    ],
    ['=breakpoint-deleted,id="3"', { kind: 'breakpointDeleted', number: '3' }],
    [
      '=cmd-param-changed,param="scheduler-locking",value="on"',
      { kind: 'parameterChanged', name: 'scheduler-locking', value: 'on' },
    ],
    [
      '=memory-changed,thread-group="i1",addr="0x10",len="0x2",type="code"',
      { kind: 'memoryChanged', address: 16n, length: 2, isCode: true },
    ],
    ['*stopped', { kind: 'stopped', reasons: [], stoppedThreads: 'all', watches: [] }],
    [
      '*stopped,reason="exited",exit-code="0377"',
      { kind: 'stopped', reasons: ['exited'], reason: 'exited', exitCode: 255, stoppedThreads: 'all', watches: [] },
    ],
    [
      '*stopped,reason="exited-normally"',
      {
        kind: 'stopped',
        reasons: ['exited-normally'],
        reason: 'exited-normally',
        exitCode: 0,
        stoppedThreads: 'all',
        watches: [],
      },
    ],
    [
      '*stopped,reason="new-in-gdb-99",stopped-threads=["1","3"]',
      { kind: 'stopped', reasons: ['new-in-gdb-99'], stoppedThreads: [1, 3], watches: [] },
    ],
    [
      '*stopped,reason="signal-received",signal-name="SIGSEGV",signal-meaning="Segmentation fault",frame={addr="0x1",func="??",args=[]},thread-id="1",stopped-threads="all",core="3"',
      {
        kind: 'stopped',
        reasons: ['signal-received'],
        reason: 'signal-received',
        signalName: 'SIGSEGV',
        signalMeaning: 'Segmentation fault',
        frame: { address: 1n, args: [] },
        threadId: 1,
        core: 3,
        stoppedThreads: 'all',
        watches: [],
      },
    ],
    [
      '*stopped,reason="function-finished",reason="breakpoint-hit",disp="keep",bkptno="2",gdb-result-var="$1",return-value="8"',
      {
        kind: 'stopped',
        reasons: ['function-finished', 'breakpoint-hit'],
        reason: 'breakpoint-hit',
        disposition: 'keep',
        breakpointNumber: '2',
        returned: { variable: '$1', value: '8' },
        stoppedThreads: 'all',
        watches: [],
      },
    ],
    [
      '*stopped,reason="watchpoint-trigger",wpt={number="8",exp="a"},value={old="0",new="1"},reason="access-watchpoint-trigger",hw-awpt={number="9",exp="b"},value={old="2",new="3"}',
      {
        kind: 'stopped',
        reasons: ['watchpoint-trigger', 'access-watchpoint-trigger'],
        reason: 'access-watchpoint-trigger',
        watches: [
          { number: '8', expression: 'a', old: '0', new: '1' },
          { number: '9', expression: 'b', old: '2', new: '3' },
        ],
        stoppedThreads: 'all',
      },
    ],
    [
      '*stopped,reason="watchpoint-scope",wpnum="5"',
      {
        kind: 'stopped',
        reasons: ['watchpoint-scope'],
        reason: 'watchpoint-scope',
        watches: [{ number: '5' }],
        stoppedThreads: 'all',
      },
    ],
  ];
  for (const [line, expected] of plain) {
    it(`read ${line}`, () => {
      assert.deepEqual(event(line), expected);
    });
  }

  it('keep what they do not know, and what lacks its parts', () => {
    for (const line of [
      '=traceframe-changed,num="1"',
      '*running',
      '=thread-created',
      '=thread-group-started,id="i1"',
      '=library-loaded',
      '=breakpoint-created,bkpt={}',
      '=memory-changed',
    ]) {
      assert.equal(event(line).kind, 'unknown', line);
    }
  });

  it('read a breakpoint that is created or modified', () => {
    const created = event(
      '=breakpoint-created,bkpt={number="1",type="breakpoint",disp="keep",enabled="y",addr="0x10",times="0"}',
    );
    assert.ok(created.kind === 'breakpointCreated');
    const modified = event(
      '=breakpoint-modified,bkpt={number="1",type="breakpoint",disp="keep",enabled="n",addr="0x10",times="4"}',
    );
    assert.ok(modified.kind === 'breakpointModified');
    assert.deepEqual(
      [created.breakpoint.enabled, modified.breakpoint.enabled, modified.breakpoint.times],
      [true, false, 4],
    );
  });
});

describe('a breakpoint of gdb', () => {
  const read = (fields: string) => parseBreakpoint(tupleAt(results(`^done,bkpt={${fields}}`), 'bkpt')!);

  it('is read with all that gdb tells', () => {
    const site = { number: '9', enabled: false, address: 0x1163n, func: 'g', file: 'a.c', fullname: '/s/a.c', line: 4 };
    assert.deepEqual(
      read(
        'number="9",type="hw breakpoint",disp="del",enabled="n",addr="0x0000000000001163",func="g",file="a.c",fullname="/s/a.c",line="4",thread-groups=["i1"],cond="x",thread="1",thread="1",times="2",ignore="3",script={"silent"},original-location="*0x1163"',
      ),
      {
        ...site,
        type: 'hw breakpoint',
        disposition: 'del',
        state: 'resolved',
        locations: [site],
        times: 2,
        ignore: 3,
        condition: 'x',
        thread: 1,
        originalLocation: '*0x1163',
        script: ['silent'],
      },
    );
  });

  it('may have several places, none yet, or none at all', () => {
    const several = read(
      'number="2",type="breakpoint",addr="<MULTIPLE>",locations=[{number="2.1",enabled="y",addr="0x10"},{number="2.2",enabled="N",addr="0x20"}]',
    );
    assert.deepEqual(
      [several?.state, several?.locations],
      [
        'multiple',
        [
          { number: '2.1', enabled: true, address: 16n },
          { number: '2.2', enabled: false, address: 32n },
        ],
      ],
    );
    const pending = read('number="4",type="breakpoint",addr="<PENDING>",pending="nope"');
    assert.deepEqual([pending?.state, pending?.pending, pending?.locations], ['pending', 'nope', []]);
    const watch = read('number="8",type="hw watchpoint",what="a"');
    assert.deepEqual([watch?.state, watch?.what, watch?.locations], ['none', 'a', []]);
  });

  it('is found in a table', () => {
    const table = tupleAt(
      results('^done,BreakpointTable={nr_rows="2",hdr=[{width="7"}],body=[bkpt={number="1"},bkpt={number="2"}]}'),
      'BreakpointTable',
    )!;
    assert.deepEqual(
      parseBreakpointTable(table).map(({ number }) => number),
      ['1', '2'],
    );
  });
});

describe('a frame of gdb', () => {
  it('is read with its arguments, and without what gdb does not know', () => {
    const frame = tupleAt(
      results(
        '^done,frame={level="1",addr="0x10",func="f",args=[{name="x",value="1"},{name="y"}],file="a.c",fullname="/a.c",line="3",from="/l.so",arch="i386:x86-64"}',
      ),
      'frame',
    )!;
    assert.deepEqual(parseFrame(frame), {
      level: 1,
      address: 16n,
      func: 'f',
      args: [{ name: 'x', value: '1' }, { name: 'y' }],
      file: 'a.c',
      fullname: '/a.c',
      line: 3,
      from: '/l.so',
      arch: 'i386:x86-64',
    });
    assert.deepEqual(parseFrame({ addr: '<unavailable>', func: '??' }), { args: [] });
  });
});

describe("gdb's version", () => {
  const versions: [text: string, major: number, minor: number][] = [
    ['GNU gdb (Debian 13.1-3) 13.1', 13, 1],
    ['GNU gdb (GDB) 18.0.50.20260101-git', 18, 0],
    ['GNU gdb (Ubuntu 12.1-0ubuntu1~22.04) 12.1', 12, 1],
    ['GNU gdb (GDB) Red Hat Enterprise Linux 8.2-20.el8', 8, 2],
  ];
  for (const [text, major, minor] of versions) {
    it(`is ${major}.${minor} in '${text}'`, () => {
      assert.deepEqual(parseVersion(`${text}\nCopyright`), { major, minor, text });
    });
  }

  it('is not read from the words of another program', () => {
    assert.throws(() => parseVersion('lldb version 14.0\n'), /it says it is 'lldb version 14\.0'/);
  });
});
