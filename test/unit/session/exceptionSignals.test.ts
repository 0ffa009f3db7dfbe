import assert from 'node:assert/strict';
import type { MiCommand } from '../../../src/mi/commands.js';
import { FILTERED_SIGNALS } from '../../../src/session/exceptionFilters.js';
import { ExceptionSignals } from '../../../src/session/exceptionSignals.js';

/** What gdb was told, without the words around. */
function recorded(): { readonly signals: ExceptionSignals; readonly told: () => string[] } {
  const told: string[] = [];
  const send = (command: MiCommand): Promise<never> => {
    told.push(/"handle (.*)"/.exec(command)?.[1] ?? command);
    return Promise.resolve({} as never);
  };
  return { signals: new ExceptionSignals({ send }), told: () => told.splice(0) };
}

const HANDLING = { stop: undefined, pass: undefined, print: undefined };
const DEFAULTS = new Set(FILTERED_SIGNALS.filter(name => !['SIGALRM', 'SIGCHLD'].includes(name)));

function without(...names: readonly string[]): Set<string> {
  return new Set([...DEFAULTS].filter(name => !names.includes(name)));
}

describe('the filters for signals', () => {
  it('tell gdb nothing as long as they say what it does anyway', async () => {
    const { signals, told } = recorded();
    await signals.start();
    await signals.stopAt(DEFAULTS, true);
    assert.deepEqual(told(), []);
  });

  it('tell gdb what has changed, and no more', async () => {
    const { signals, told } = recorded();
    await signals.stopAt(without('SIGUSR1'), true);
    assert.deepEqual(told(), ['SIGUSR1 nostop noprint pass']);
    await signals.stopAt(new Set([...DEFAULTS, 'SIGCHLD']), true);
    assert.deepEqual(told(), ['SIGUSR1 stop print pass', 'SIGCHLD stop print pass']);
  });

  it("let the program have Ctrl+C where it does not stop, and are gdb's default again where it does", async () => {
    const { signals, told } = recorded();
    await signals.stopAt(without('SIGINT'), true);
    await signals.stopAt(DEFAULTS, true);
    assert.deepEqual(told(), ['SIGINT nostop noprint pass', 'SIGINT stop print nopass']);
  });

  it('wait for gdb', async () => {
    const { signals, told } = recorded();
    await signals.stopAt(without('SIGTERM'), false);
    assert.deepEqual(told(), []);
    await signals.start();
    assert.deepEqual(told(), ['SIGTERM nostop noprint pass']);
  });

  it('do not undo the configuration by their defaults, but by being switched', async () => {
    const { signals, told } = recorded();
    signals.configure(new Map([['SIGUSR1', { ...HANDLING, stop: false }]]));
    await signals.start();
    await signals.stopAt(DEFAULTS, true);
    assert.deepEqual(told(), ['SIGUSR1 nostop']);
    assert.match(signals.problemOf('SIGUSR1') ?? '', /"signals" says not to stop at SIGUSR1/);
    await signals.stopAt(without('SIGUSR1'), true);
    await signals.stopAt(DEFAULTS, true);
    assert.deepEqual(told(), ['SIGUSR1 stop print pass']);
    assert.equal(signals.problemOf('SIGUSR1'), undefined);
  });

  it('keep what the configuration says of passing', async () => {
    const { signals, told } = recorded();
    signals.configure(new Map([['SIGUSR2', { ...HANDLING, pass: false, print: true }]]));
    await signals.start();
    await signals.stopAt(without('SIGUSR2'), true);
    assert.deepEqual(told(), ['SIGUSR2 print nopass', 'SIGUSR2 nostop noprint nopass']);
  });
});
