import assert from 'node:assert/strict';
import { Announcements } from '../../../src/session/announcements.js';

function strip(...records: readonly string[]): string {
  const announcements = new Announcements();
  return records.map(record => announcements.strip(record)).join('');
}

describe("the announcements of stops in gdb's console text", () => {
  it('are left out, with the empty line before and the source line behind', () => {
    const records = [
      '\n',
      'Thread 3 "a b" hit Temporary breakpoint 8, 0x0000555555555581 in f () at f.c:40\n',
      '40\t  asm();\n',
    ];
    assert.equal(strip(...records), '');
    assert.equal(strip('\n', 'Breakpoint 1, main () at a.c:3\n', '3\t  f();\n'), '');
    assert.equal(strip('[Switching to Thread 0x7ffff6dce6c0 (LWP 12885)]\n'), '');
  });

  it('leave all other text as it is, a listing of lines too', () => {
    const records = [
      '[New Thread 0x7ffff6dce6c0 (LWP 12885)]\n',
      '40\t  asm();\n',
      'Breakpoint 1 at 0x1141: file a.c, line 5.\n',
    ];
    assert.equal(strip(...records), records.join(''));
  });
});
