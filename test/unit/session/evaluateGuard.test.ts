import { CallGuard, mayCall } from '../../../src/session/evaluateGuard.js';
import { Pause } from '../../../src/session/pause.js';
import { FakeGdb } from '../../support/fakeGdb.js';

const INSIDE = 0x100n;

/** Threads at one stop, of which one has called a function or not. */
class Stopped {
  readonly gdb = new FakeGdb();
  private readonly pause = new Pause({
    kind: 'stopped',
    reasons: [],
    stoppedThreads: 'all',
    watches: [],
    threadId: 1,
  });
  private readonly guard = new CallGuard({
    gdb: this.gdb.client,
    mayCall: caller =>
      mayCall(caller, {
        gdb: this.gdb.client,
        places: {
          pcOf: thread => this.pause.pcOf(thread),
          rememberFrames: (thread, frames) => {
            this.pause.remember(thread, frames);
          },
          othersRan: () => undefined,
        },
        anyRegion: () => true,
        whyNoCall: pc => (pc === INSIDE ? 'it stands inside.' : undefined),
      }),
    calling: (caller, _isNamed, job) =>
      job().finally(() => {
        this.pause.keepOnly(caller === 'several' ? undefined : caller);
      }),
  });

  /** gdb will be asked where a thread stands. */
  asked(thread: number, pc: string): this {
    const frame = `frame={level="0",addr="${pc}",func="f"}`;
    this.gdb.expect(new RegExp(`^-stack-list-frames --thread ${thread} `), `TOKEN^done,stack=[${frame}]`);
    return this;
  }

  /** gdb will be kept from calling. */
  refused(): this {
    this.gdb
      .expect('-gdb-show may-call-functions', 'TOKEN^done,value="on"')
      .expect('-gdb-set may-call-functions off', 'TOKEN^done')
      .expect('-gdb-set may-call-functions on', 'TOKEN^done');
    return this;
  }

  call(thread: number): Promise<string> {
    return this.guard.run(thread, 'unnamed', () => Promise.resolve('called'));
  }
}

describe('a call of a function of the program', () => {
  it('is not made by a thread of which nothing is known before gdb was asked where it stands', async () => {
    const stopped = new Stopped().asked(2, '0x100').refused();
    await stopped.call(2);
    stopped.gdb.verify();
  });

  it('asks nothing again for the thread that has called', async () => {
    const stopped = new Stopped().asked(1, '0x10');
    await stopped.call(1);
    await stopped.call(1);
    stopped.gdb.verify();
  });

  it('lets every other thread run: where those stand is asked again before one of them calls', async () => {
    const stopped = new Stopped().asked(2, '0x10').asked(1, '0x10').asked(2, '0x100').refused();
    await stopped.call(2);
    await stopped.call(1);
    await stopped.call(2);
    stopped.gdb.verify();
  });
});
