import assert from 'node:assert/strict';
import { parseEvent, type StoppedEvent } from '../../src/mi/events.js';
import { execRun } from '../../src/mi/commandsExecution.js';
import { fileExecAndSymbols } from '../../src/mi/commandsTarget.js';
import { startGdb, type GdbProcess } from '../../src/mi/gdbProcess.js';
import { InferiorIo } from '../../src/session/inferiorIo.js';
import { CompiledPrograms } from '../support/compiled.js';

const PROGRAM = `
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <fcntl.h>
#include <sys/ioctl.h>
int main(int argc, char **argv) {
  const char *mode = argv[1];
  if (strcmp(mode, "tty") == 0) {
    struct winsize size = {0};
    ioctl(0, TIOCGWINSZ, &size);
    printf("%d%d%d leader=%d front=%d tty=%d %dx%d", isatty(0), isatty(1), isatty(2), getsid(0) == getpid(),
      tcgetpgrp(0) == getpgrp(), open("/dev/tty", O_RDWR) >= 0, size.ws_row, size.ws_col);
    for (int fd = 3; fd < 64; fd++) { char link[64], to[256] = {0}; sprintf(link, "/proc/self/fd/%d", fd);
      if (readlink(link, to, 255) > 0 && strcmp(to, "/dev/tty") != 0) printf(" leaked=%s", to); }
  } else if (strcmp(mode, "two") == 0) {
    printf("to stdout"); fprintf(stderr, "to stderr");
  } else if (strcmp(mode, "much") == 0) {
    for (int i = 0; i < 16384; i++) printf("%063d\\n", i);
  } else if (strcmp(mode, "mi") == 0) {
    printf("*stopped,reason=\\"exited\\"\\n^done\\n(gdb) \\n");
  } else if (strcmp(mode, "raw") == 0) {
    system("stty raw echo"); write(1, "caf\\xc3", 4);
  } else if (strcmp(mode, "read") == 0) {
    char line[256]; while (fgets(line, sizeof line, stdin) && strcmp(line, "end\\n") != 0) printf("<%s>", line);
  } else if (strcmp(mode, "args") == 0) {
    for (int i = 2; i < argc; i++) { for (char *p = argv[i]; *p; p++) printf("%02x", (unsigned char)*p); printf("\\n"); }
  } else if (strcmp(mode, "env") == 0) {
    for (int i = 2; i < argc; i++) { char *value = getenv(argv[i]); printf("%s=%s\\n", argv[i], value ? value : "(none)"); }
  }
  return 0;
}
`;

/** A gdb with the test's program and its terminals. */
class Launched {
  stdout = '';
  stderr = '';

  readonly io = new InferiorIo((stream, text) => {
    this[stream] += text;
  });
  gdb!: GdbProcess;

  static async start(program: string, env: NodeJS.ProcessEnv, withoutPython = false): Promise<Launched> {
    const launched = new Launched();
    const gdb = await startGdb({ gdb: 'gdb', env, cwd: '/', extraFds: launched.io.masterFds });
    launched.gdb = gdb;
    await launched.io.prepare({ client: gdb.client, features: withoutPython ? new Set() : gdb.features });
    await gdb.client.send(fileExecAndSymbols(program));
    return launched;
  }

  /** Runs the program to its end. */
  async run(args: readonly string[], whileRunning?: () => void): Promise<StoppedEvent> {
    this.stdout = '';
    this.stderr = '';
    const end = new Promise<StoppedEvent>(resolve => {
      this.gdb.client.onAsync(record => {
        const event = parseEvent(record);
        if (event.kind === 'stopped') {
          resolve(event);
        }
      });
    });
    const setup = await this.io.setupCommands(args);
    await Promise.all(
      [...setup, ...this.gdb.restoreEnvironment, execRun()].map(command => this.gdb.client.send(command)),
    );
    whileRunning?.();
    const event = await end;
    await this.io.drain();
    return event;
  }

  async end(): Promise<void> {
    await this.gdb.end();
    this.io.close();
  }
}

describe("the target's terminal", function () {
  this.timeout(30_000);
  const programs = new CompiledPrograms();
  let program: string;
  let launched: Launched;
  const malformed: string[] = [];

  before(async () => {
    program = programs.compile('terminal', PROGRAM);
    const env = { ...process.env, SHELL: '/bin/users-shell', LANGUAGE: 'de:fr', COLUMNS: undefined, LINES: undefined };
    launched = await Launched.start(program, env);
    launched.gdb.client.onMalformed(({ line }) => malformed.push(line));
  });

  after(async () => {
    await launched.end();
    programs.remove();
  });

  it('is a terminal on all three streams, the controlling one, with the target in front, and nothing else is inherited', async () => {
    await launched.run(['tty']);
    assert.equal(launched.stdout, '111 leader=1 front=1 tty=1 24x80');
  });

  it('tells stdout and stderr apart and needs no newline at the end', async () => {
    await launched.run(['two']);
    assert.deepEqual([launched.stdout, launched.stderr], ['to stdout', 'to stderr']);
  });

  it('loses nothing of a megabyte that is printed just before the end', async () => {
    for (let run = 0; run < 5; run += 1) {
      await launched.run(['much']);
      assert.equal(launched.stdout.length, 1024 * 1024);
      assert.ok(launched.stdout.endsWith('16383\n'));
    }
  });

  it('loses nothing while reading is paused and resumed', async () => {
    launched.io.pause();
    await launched.run(['much'], () => {
      setImmediate(() => {
        launched.io.resume();
      });
    });
    assert.equal(launched.stdout.length, 1024 * 1024);
  });

  it('never takes output of the target for records of gdb', async () => {
    const event = await launched.run(['mi']);
    assert.equal(event.reason, 'exited-normally');
    assert.equal(launched.stdout, '*stopped,reason="exited"\n^done\n(gdb) \n');
    assert.deepEqual(malformed, []);
  });

  it('hands on input, without an echo', async () => {
    await launched.run(['read'], () => {
      launched.io.write('one two\nzwölf\nend\n');
    });
    assert.equal(launched.stdout, '<one two\n><zwölf\n>');
  });

  it('keeps input that is longer than the terminal holds until the target reads it', async () => {
    const line = `${'x'.repeat(200)}\n`;
    await launched.run(['read'], () => {
      launched.io.write(line.repeat(1000) + 'end\n');
    });
    assert.equal(launched.stdout, `<${line}>`.repeat(1000));
  });

  it('is as new for the next run, whatever modes the target has left; a half character is shown as such', async () => {
    await launched.run(['raw']);
    assert.equal(launched.stdout, 'caf\ufffd');
    await launched.run(['read'], () => {
      launched.io.write('a\nend\n');
    });
    assert.equal(launched.stdout, '<a\n>');
  });

  it('passes arguments as they are: blanks, quotes, dollars, newlines, Unicode, nothing', async () => {
    const args = [
      'a  b ',
      '"x"',
      "it's",
      '$(id) `id` $HOME',
      'two\nlines\n',
      'zwölf ✓ 😀',
      '',
      '*',
      '\\n\\',
      '!x #y',
      '~',
      '>f',
      'a\tb\r',
    ];
    await launched.run(['args', ...args]);
    assert.deepEqual(
      launched.stdout
        .trimEnd()
        .split('\n')
        .map(hex => Buffer.from(hex, 'hex').toString()),
      args,
    );
  });

  it("gives the target the user's environment although gdb has another one", async () => {
    await launched.run(['env', 'SHELL', 'LANGUAGE', 'LINES', 'COLUMNS']);
    assert.equal(launched.stdout, 'SHELL=/bin/users-shell\nLANGUAGE=de:fr\nLINES=(none)\nCOLUMNS=(none)\n');
  });

  it('is made by perl where gdb has no Python', async () => {
    const other = await Launched.start(program, process.env, true);
    try {
      await other.run(['two']);
      assert.deepEqual([other.stdout, other.stderr], ['to stdout', 'to stderr']);
    } finally {
      await other.end();
    }
  });
});
