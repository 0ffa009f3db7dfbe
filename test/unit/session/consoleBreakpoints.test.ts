import assert from 'node:assert/strict';
import type { Breakpoint } from '../../../src/mi/breakpoint.js';
import { whyRefused } from '../../../src/session/consoleBreakpoints.js';

function breakpoint(more: Partial<Breakpoint>): Breakpoint {
  return {
    number: '7',
    enabled: true,
    type: 'hw watchpoint',
    disposition: 'keep',
    state: 'none',
    locations: [],
    times: 0,
    ignore: 0,
    what: 'counter',
    script: [],
    ...more,
  };
}

describe('what the debug console sets while restartable sequences are known', () => {
  it('stays where gdb stops at each hit', () => {
    assert.equal(
      whyRefused(breakpoint({}), () => true),
      undefined,
    );
  });

  it('is refused where gdb would pass over triggers inside of them by itself', () => {
    assert.match(
      whyRefused(breakpoint({ condition: 'counter > 3' }), () => true) ?? '',
      /7 \(counter\).*data breakpoint/,
    );
    assert.match(whyRefused(breakpoint({ type: 'read watchpoint', ignore: 2 }), () => true) ?? '', /without a stop/);
  });

  it('is refused where gdb would single-step', () => {
    assert.match(whyRefused(breakpoint({ type: 'watchpoint' }), () => true) ?? '', /single steps/);
  });
});
