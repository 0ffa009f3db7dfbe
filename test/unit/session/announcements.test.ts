import assert from 'node:assert/strict';
import { Announcements } from '../../../src/session/announcements.js';

function strip(...records: readonly string[]): string {
  const announcements = new Announcements();
  return records.map(record => announcements.strip(record)).join('');
}

/** What gdb 13 prints at a stop at a watchpoint, record by record. */
const WATCHED = [
  '\n',
  'Hardware watchpoint 9: sum\n',
  '\nOld value = ',
  '30\nNew value = ',
  '50\n',
  'list_sum (head=0x55555555b2f0) at plain.c:87\n',
  '87\t\tfor (n = head; n != NULL; n = n->next) {\n',
];

describe('the announcement of a stop at a watchpoint', () => {
  it('is stripped up to the stop, and what comes behind it is not', () => {
    const announcements = new Announcements();
    assert.equal(WATCHED.map(text => announcements.strip(text)).join(''), '');
    announcements.stopped();
    assert.equal(announcements.strip('what a script prints\n'), 'what a script prints\n');
  });

  it('is that of the end of its scope, too', () => {
    const announcements = new Announcements();
    const text = '\nWatchpoint 9 deleted because the program has left the block in\nwhich its expression is valid.\n';
    assert.equal(announcements.strip(text), '');
  });
});

describe("the announcements of stops in gdb's console text", () => {
  it('are left out, with the empty line before and the source line behind', () => {
    const records = [
      '\n',
      'Thread 3 "a b" hit Temporary breakpoint 8, 0x0000555555555581 in f () at f.c:40\n',
      '40\t  asm();\n',
    ];
    assert.equal(strip(...records), '');
    assert.equal(strip('\n', 'Breakpoint 1, main () at a.c:3\n', '3\t  f();\n'), '');
    assert.equal(strip('Stopped due to shared library event:\n', '  Inferior loaded /lib/libc.so.6\n'), '');
    assert.equal(strip('[Switching to Thread 0x7ffff6dce6c0 (LWP 12885)]\n'), '');
  });

  it('are left out at signals and catchpoints too, and where libraries are loaded', () => {
    const frame = 'act (what=0x7ffe "--null") at a.c:75\n';
    assert.equal(strip('\nProgram', ' received signal SIGSEGV, Segmentation fault.\n', frame, '75\t  f();\n'), '');
    assert.equal(strip('\nThread 2 "a b"', ' received signal SIGUSR1, User defined signal 1.\n', '31\t{\n'), '');
    assert.equal(strip('\n', 'Catchpoint 1 (exception thrown), 0x00007f in __cxa_throw () from /lib/c.so\n'), '');
    assert.equal(strip('Stopped due to shared library event:\n', '  Inferior loaded /lib/c.so\n'), '');
    assert.equal(strip('Catchpoint 6\n', '  Inferior loaded /lib/c.so\n'), '');
  });

  it('leave all other text as it is, a listing of lines too', () => {
    const records = [
      '[New Thread 0x7ffff6dce6c0 (LWP 12885)]\n',
      '40\t  asm();\n',
      'Breakpoint 1 at 0x1141: file a.c, line 5.\n',
      'Catchpoint 3 (fork)\n',
      'act (what=1) at a.c:75\n',
      '\nProgram terminated with signal ',
    ];
    assert.equal(strip(...records), records.join(''));
  });
});
