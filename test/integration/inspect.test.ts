import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { runInspect } from '../../src/cli/inspect.js';
import { fixturePath } from '../unit/elf/fixtures.js';

/** A sound region; its key points; labels that `nm` shows. The faults below are changes of this text. */
const SOUND = `
.globl work
.type work,@function
work:
point_start: nop
prelude: lea cs(%rip),%rax
arming: mov %rax,%fs:8
start: cmpl $0,(%rdx)
jne abort
addq $1,(%rdx)
post:
point_finish: nop
point_abort: ret
.size work,.-work
.section __rseq_failure,"ax"
.long 0x53053053
abort: jmp prelude
.section __rseq_cs,"aw"
.balign 32
cs: .long 0,0
.quad start,post-start,abort
.section __rseq_cs_ptr_array,"aw"
.quad cs
.section __rseq_points,""
.long 1,0
.quad point_start,key
.long 2,0
.quad point_finish,key
.long 3,0
.quad point_abort,key
.bss
key: .byte 0
.section .note.GNU-stack,"",@progbits
`;

/** Each fault that \`--lint\` must find: a change of the sound text, and the code. */
const FAULTS: [code: string, from: string, to: string][] = [
  ['undeclared-exit', 'jne abort', 'jne prelude'],
  ['missing-pointer', '.quad cs', ''],
  ['wrong-signature', '.long 0x53053053', '.long 0x12345678'],
  ['abort-inside', 'post-start,abort', 'post-start,start+2'],
  ['empty-region', 'post-start', '0'],
  ['end-before-start', 'post-start', '-1'],
  ['overlap', 'start,post-start,abort', 'start,post-start,abort\n.long 0,0\n.quad start+3,post-start,abort'],
  ['out-of-range', '.quad start,post', '.quad cs,post'],
  ['bad-version', 'cs: .long 0,0', 'cs: .long 1,0'],
  ['odd-size', 'post-start,abort', 'post-start,abort\n.long 0'],
  ['long-region', 'jne abort', 'jne abort\n.fill 5000,1,0x90'],
  ['system-call', 'jne abort', 'syscall'],
  ['call', 'jne abort', 'call work'],
  ['indirect-branch', 'jne abort', 'jmp *%rcx'],
  ['return', 'jne abort', 'ret'],
  ['commit-not-last', 'post:', 'nop\npost:'],
  ['no-arming-store', 'mov %rax,%fs:8', 'nop'],
  ['no-finish', '.long 2,0', '.long 3,0'],
  ['no-start', '.long 1,0', '.long 2,0'],
  ['unknown-type', '.long 1,0', '.long 9,0'],
  ['null-pointer', '.quad cs', '.quad 0'],
];

/** What a run wrote and its exit code. */
interface Run {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function inspect(...args: string[]): Promise<Run> {
  const text = { out: '', err: '' };
  const sink = (name: 'out' | 'err'): Writable =>
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        text[name] += chunk.toString();
        done();
      },
    });
  return { code: await runInspect(args, sink('out'), sink('err')), ...text };
}

describe('rseq-dap inspect', function () {
  this.timeout(60_000);
  let folder: string;
  let sound: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'inspect-'));
    sound = build('sound', SOUND);
  });

  after(() => {
    rmSync(folder, { recursive: true });
  });

  /** Builds a shared library, which has link-time addresses of its own; with line information. */
  function build(name: string, source: string, ...options: string[]): string {
    writeFileSync(join(folder, `${name}.s`), source);
    const path = join(folder, `${name}.so`);
    execFileSync('gcc', ['-g', '-shared', '-nostdlib', ...options, '-o', path, `${name}.s`], { cwd: folder });
    return path;
  }

  /** Link-time addresses of the labels, as inspect spells them. */
  function labels(path: string): (name: string) => string {
    const lines = execFileSync('nm', [path], { encoding: 'utf8' }).split('\n');
    const values = new Map(lines.map(line => line.split(' ')).map(([value, , name]) => [name, value]));
    return name => `0x${BigInt(`0x${values.get(name) ?? ''}`).toString(16)}`;
  }

  it('prints the documented JSON form', async () => {
    const at = labels(sound);
    const { code, out, err } = await inspect('--json', sound);
    assert.equal(code, 0);
    assert.equal(err, '');
    assert.deepEqual(JSON.parse(out), {
      file: sound,
      regions: [
        {
          kind: 'descriptor',
          start: at('start'),
          postCommit: at('post'),
          abort: at('abort'),
          preludes: [at('point_start'), at('prelude')],
          exits: [
            { address: at('post'), origin: 'postCommit' },
            { address: at('abort'), origin: 'abort' },
            { address: at('point_abort'), origin: 'abort' },
          ],
          function: 'work',
          source: { file: join(folder, 'sound.s'), line: SOUND.split('\n').findIndex(l => l.startsWith('start:')) + 1 },
          flags: 0,
        },
      ],
      keys: [
        {
          key: at('key'),
          starts: [at('point_start')],
          finishes: [at('point_finish')],
          aborts: [at('point_abort')],
        },
      ],
      warnings: [],
    });
  });

  it('prints a paragraph for each region and key', async () => {
    const at = labels(sound);
    const { out } = await inspect(sound);
    assert.match(out, /sound\.so: 1 region, 1 key/);
    assert.match(out, new RegExp(`region sound\\.so\\+${at('start')} in work, .*sound\\.s:\\d+`));
    assert.match(out, new RegExp(`armed at +${at('arming')}`));
    assert.match(out, new RegExp(`prelude +${at('point_start')}, ${at('prelude')}`));
    assert.match(out, new RegExp(`${at('post')} post-commit`));
    assert.match(out, new RegExp(`FINISH +${at('point_finish')}`));
  });

  it('reads tables alone with --no-code, where preludes are unknown and not absent', async () => {
    const { code, out } = await inspect('--json', '--no-code', sound);
    const { regions, warnings } = JSON.parse(out) as { regions: Record<string, unknown>[]; warnings: unknown[] };
    assert.equal(code, 0);
    assert.deepEqual(warnings, []);
    assert.deepEqual(
      regions.map(r => [r.kind, r.source, r.preludes === null]),
      [
        ['key', null, false],
        ['descriptor', null, true],
      ],
    );
  });

  it('finds nothing in a sound file with --lint', async () => {
    const { code, out } = await inspect('--lint', sound);
    assert.equal(code, 0, out);
    assert.doesNotMatch(out, /finding|note|warning/);
  });

  for (const [fault, from, to] of FAULTS) {
    it(`finds ${fault} with --lint, and only says so without it`, async () => {
      assert.ok(SOUND.includes(from));
      const file = build(fault, SOUND.replace(from, to));
      const { code, out } = await inspect('--lint', '--json', file);
      const { findings } = JSON.parse(out) as { findings: { code: string; message: string }[] };
      assert.equal(code, 1);
      assert.ok(
        findings.some(f => f.code === fault && f.message.startsWith(`${file}: `)),
        JSON.stringify(findings),
      );
      assert.equal((await inspect('--no-code', file)).code, 0);
    });
  }

  it('finds that there is no room for a signature before an abort handler at the very start of the code', async () => {
    // A file of one segment of code whose first byte is the handler.
    const source = SOUND.replace('.globl work', '.text\nabort: jmp prelude\n.globl work').replace(
      '.long 0x53053053\nabort: jmp prelude',
      '',
    );
    const file = build('first', source, '-Wl,-z,separate-code', '-Wl,--no-ld-generated-unwind-info');
    const { code, out } = await inspect('--lint', file);
    assert.equal(code, 1);
    assert.match(out, /^finding: .*no signature 0x53053053 before abort_ip .*\[wrong-signature\]$/m);
  });

  it('notes further visible stores without making the exit code 1', async () => {
    const file = build('stores', SOUND.replace('jne abort', 'jne abort\nmovq $1,8(%rdx)'));
    const { code, out } = await inspect('--lint', file);
    assert.equal(code, 0);
    assert.match(out, /^note: .*\[several-stores\]$/m);
  });

  it('does not take points of discarded functions for a fault', async () => {
    const file = build('discarded', SOUND.replace('.long 1,0', '.long 1,0\n.quad 0,0\n.long 1,0'));
    const { code, out } = await inspect('--lint', file);
    assert.equal(code, 0);
    assert.match(out, /\[discarded-points\]/);
  });

  it('gives an array for several files, and exit code 2 where one cannot be used', async () => {
    const { code, out, err } = await inspect(
      '--json',
      '--no-code',
      sound,
      join(folder, 'missing'),
      join(folder, 'sound.s'),
    );
    const reports = JSON.parse(out) as { file: string; warnings: { code: string }[] }[];
    assert.equal(code, 2);
    assert.deepEqual(
      reports.map(r => r.warnings.map(w => w.code).join()),
      ['', 'unreadable', 'notElf'],
    );
    assert.match(err, /missing cannot be read: ENOENT/);
    assert.match(err, /sound\.s is not an ELF file/);
  });

  it('refuses object files, whose addresses are not known yet', async () => {
    build('object', SOUND);
    execFileSync('gcc', ['-c', '-o', join(folder, 'object.o'), join(folder, 'object.s')]);
    const { code, err } = await inspect(join(folder, 'object.o'));
    assert.equal(code, 2);
    assert.match(err, /object\.o is an object file/);
  });

  it('follows relocations against symbols that another library may replace', async () => {
    const file = build(
      'replaceable',
      SOUND.replace('\nstart: ', '\n.globl start\nstart: ')
        .replace('.quad start', '.quad start+4')
        .replace('post-start', '2'),
    );
    const relocations = execFileSync('readelf', ['-rW', file], { encoding: 'utf8' });
    assert.match(relocations, /R_X86_64_64 .* start \+ 4/);
    const { out } = await inspect('--json', '--no-code', file);
    const { regions } = JSON.parse(out) as { regions: { kind: string; start: string }[] };
    const start = BigInt(labels(file)('start')) + 4n;
    assert.equal(regions.find(r => r.kind === 'descriptor')?.start, `0x${start.toString(16)}`);
  });

  it('reads the first of a million entries, says so, and stays small', async () => {
    const many = SOUND.replace(
      '.section __rseq_cs_ptr_array',
      '.fill 4000000,8,0\n.section __rseq_cs_ptr_array',
    ).replace('.section __rseq_points,""', '.fill 1000000,8,0\n.section __rseq_points,""');
    const file = build('million', many.replace('key\n.bss', 'key\n.fill 3000000,8,0\n.bss'));
    const before = process.memoryUsage.rss();
    const { code, out } = await inspect('--json', '--no-code', file);
    const grown = process.memoryUsage.rss() - before;
    const { regions, keys, warnings } = JSON.parse(out) as {
      regions: unknown[];
      keys: unknown[];
      warnings: { code: string }[];
    };
    assert.equal(code, 0);
    assert.equal(regions.length, 2);
    assert.equal(keys.length, 1);
    assert.equal(warnings.filter(w => w.code === 'too-many').length, 3);
    assert.ok(warnings.length < 100, `${warnings.length} warnings`);
    assert.ok(grown < 150 * 2 ** 20, `grew by ${grown} bytes`);
  });

  it('answers a wrong command line with exit code 2 and a hint', async () => {
    for (const args of [[], ['--wrong', sound]]) {
      const { code, out, err } = await inspect(...args);
      assert.equal(code, 2);
      assert.equal(out, '');
      assert.match(err, /Try 'rseq-dap inspect --help'/);
    }
    const help = await inspect('--help');
    assert.equal(help.code, 0);
    assert.match(help.out, /Exit codes:/);
  });

  it('warns where no gdb reads the code, and keeps what the tables say', async () => {
    const { code, out } = await inspect('--json', '--gdb=/no/such/gdb', sound);
    const { regions, warnings } = JSON.parse(out) as { regions: { preludes: unknown }[]; warnings: { code: string }[] };
    assert.equal(code, 0);
    assert.equal(regions.length, 2);
    assert.deepEqual(
      warnings.map(w => w.code),
      ['code-not-read'],
    );
    assert.equal((await inspect('--lint', '--gdb=/no/such/gdb', sound)).code, 1);
  });

  it('does not trust a gdb that takes a foreign file for its own machine', async () => {
    // An aarch64 file whose code is nops, given to a gdb that says it is i386: Debian's plain gdb, or this stand-in for one.
    const gdb = join(folder, 'gdb');
    writeFileSync(gdb, '#!/bin/sh\nexec gdb -iex "set architecture i386" "$@"\n', { mode: 0o755 });
    const { out } = await inspect('--json', `--gdb=${gdb}`, fixturePath('aarch64-exec'));
    const { regions, warnings } = JSON.parse(out) as {
      regions: { kind: string; preludes: unknown }[];
      warnings: { code: string }[];
    };
    assert.deepEqual(
      regions.filter(r => r.kind === 'descriptor').map(r => r.preludes),
      [null, null],
    );
    assert.ok(warnings.some(w => w.code === 'code-not-read'));
  });

  describe('with separate debug files', () => {
    /** The sound library stripped of all that its debug file has, the key table too. */
    function split(name: string, link: boolean): { library: string; debug: string; home: string } {
      const home = join(folder, name);
      mkdirSync(home);
      const whole = build(name, SOUND, '-Wl,--build-id=sha1');
      const [library, debug] = [join(home, 'library.so'), join(home, 'library.so.debug')];
      execFileSync('objcopy', ['--only-keep-debug', whole, debug]);
      execFileSync('strip', ['-R', '__rseq_points', '-o', library, whole]);
      if (link) execFileSync('objcopy', [`--add-gnu-debuglink=${debug}`, library]);
      return { library, debug, home };
    }

    async function keysOf(library: string, ...options: string[]): Promise<{ keys: number; name: unknown }> {
      const { out } = await inspect('--json', '--no-code', ...options, library);
      const report = JSON.parse(out) as { keys: unknown[]; regions: { kind: string; function: unknown }[] };
      return { keys: report.keys.length, name: report.regions.find(r => r.kind === 'descriptor')?.function };
    }

    it('reads the key table and symbols that are only there, found by .gnu_debuglink', async () => {
      const { library, debug } = split('linked', true);
      assert.deepEqual(await keysOf(library), { keys: 1, name: 'work' });
      rmSync(debug);
      assert.equal((await keysOf(library)).keys, 0);
    });

    it('finds them by build-id in a folder of debug files', async () => {
      const { library, debug, home } = split('identified', false);
      const notes = execFileSync('readelf', ['-n', library], { encoding: 'utf8' });
      const id = /Build ID: ([0-9a-f]+)/.exec(notes)?.[1] ?? '';
      const place = join(home, 'store', '.build-id', id.slice(0, 2));
      mkdirSync(place, { recursive: true });
      execFileSync('mv', [debug, join(place, `${id.slice(2)}.debug`)]);
      assert.equal((await keysOf(library)).keys, 0);
      assert.deepEqual(await keysOf(library, `--debug-directory=${join(home, 'store')}`), { keys: 1, name: 'work' });
    });

    it('ignores a debug file that belongs to another build, and says so', async () => {
      const { library, debug } = split('strange', true);
      const other = build('other', SOUND.replace('nop', 'nop\nnop'), '-Wl,--build-id=sha1');
      execFileSync('objcopy', ['--only-keep-debug', other, debug]);
      const { out } = await inspect('--json', '--no-code', library);
      const { keys, warnings } = JSON.parse(out) as { keys: unknown[]; warnings: { code: string }[] };
      assert.equal(keys.length, 0);
      assert.deepEqual(
        warnings.map(w => w.code),
        ['wrong-debug-file'],
      );
    });
  });
});
