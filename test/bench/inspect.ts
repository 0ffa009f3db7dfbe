/**
 * Prints how fast `rseq-dap inspect` and the region index are. Run it with `node dist/test/bench/inspect.js`; it needs
 * gcc, half a minute and 300 MB in the temporary folder.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { runInspect } from '../../src/cli/inspect.js';
import type { Region } from '../../src/rseq/region.js';
import { RegionIndex } from '../../src/rseq/regionIndex.js';

const SYMBOLS = 500_000;
const REGIONS = 111;
const INDEXED = 100_000;
const RUNS = 7;

/** Assembly of half a million functions of 200 bytes; some of them hold a region. */
function writeSource(path: string): void {
  const file = openSync(path, 'w');
  const every = Math.floor(SYMBOLS / REGIONS);
  for (let i = 0; i < SYMBOLS; i++) {
    const name = `_ZN5bench9allocator${i}E`;
    const region = i % every === 0 && i / every < REGIONS ? regionSource(i) : '';
    writeSync(
      file,
      `.globl ${name}\n.type ${name},@function\n${name}:\n${region}.fill 200,1,0x90\n.size ${name},.-${name}\n`,
    );
  }
  writeSync(file, '.globl _start\n_start: ret\n.section .note.GNU-stack,"",@progbits\n');
  closeSync(file);
}

function regionSource(n: number): string {
  return `lea .Lcs${n}(%rip),%rax
mov %rax,%fs:8
.Ls${n}: addq $1,(%rdx)
.Lp${n}:
.pushsection __rseq_cs,"aw"
.balign 32
.Lcs${n}: .long 0,0
.quad .Ls${n},.Lp${n}-.Ls${n},.La${n}
.popsection
.pushsection __rseq_cs_ptr_array,"aw"
.quad .Lcs${n}
.popsection
.pushsection __rseq_failure,"ax"
.long 0x53053053
.La${n}: jmp .Ls${n}
.popsection
`;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

/** Wall time of a Node process in ms, and what it wrote to stderr. */
function timeNode(args: readonly string[]): { ms: number; stderr: string } {
  const begin = performance.now();
  const { stderr, status } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  if (status !== 0) throw new Error(`node ${args.join(' ')} failed: ${stderr}`);
  return { ms: performance.now() - begin, stderr };
}

/** The process that is measured: inspects and tells its own peak memory. */
async function measuredProcess(file: string): Promise<void> {
  const nothing = new Writable({
    write(_chunk, _encoding, done) {
      done();
    },
  });
  await runInspect(['--no-code', '--json', file], nothing, process.stderr);
  process.stderr.write(`${process.resourceUsage().maxRSS}`); // in kB
}

function benchInspect(): void {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  try {
    const source = join(folder, 'big.s');
    const program = join(folder, 'big');
    writeSource(source);
    execFileSync('gcc', ['-nostdlib', '-pie', '-o', program, source]);
    rmSync(source);
    const own = fileURLToPath(import.meta.url);
    const bare: number[] = [];
    const whole: number[] = [];
    let rss = 0;
    for (let i = 0; i < RUNS; i++) {
      bare.push(timeNode(['-e', '0']).ms);
      const { ms, stderr } = timeNode([own, program]);
      whole.push(ms);
      rss = Math.max(rss, Number(stderr) / 1024);
    }
    const size = statSync(program).size / 2 ** 20;
    console.log(`file: ${size.toFixed(0)} MiB, ${SYMBOLS} symbols, ${REGIONS} regions`);
    console.log(`Node's own start:            ${median(bare).toFixed(0)} ms (median of ${RUNS})`);
    console.log(`inspect --no-code above it:  ${(median(whole) - median(bare)).toFixed(0)} ms (goal: under 300)`);
    console.log(`peak resident memory:        ${rss.toFixed(0)} MiB (goal: under 150)`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function someRegions(): Region[] {
  return Array.from({ length: INDEXED }, (_, i) => {
    const start = 0x5555_0000_0000n + BigInt(i) * 512n;
    return {
      id: `bench+${i}`,
      kind: 'descriptor',
      range: { start, end: start + 24n },
      abort: start + 400n,
      flags: 0,
      armingStore: start - 9n,
      preludes: [start - 16n],
      exits: [
        { address: start + 24n, origin: 'postCommit' },
        { address: start + 400n, origin: 'abort' },
      ],
      functions: [{ start: start - 64n, end: start + 256n }],
      limits: [],
    };
  });
}

function benchIndex(): void {
  const regions = someRegions();
  const index = new RegionIndex();
  const begin = performance.now();
  index.add('bench', regions);
  index.inside(0n);
  const built = performance.now() - begin;
  const addresses = Array.from(
    { length: 100_000 },
    (_, i) => 0x5555_0000_0000n + BigInt((i * 7919) % INDEXED) * 512n + BigInt(i % 64),
  );
  console.log(`\nindex of ${INDEXED} regions:    ${built.toFixed(0)} ms (goal: under 1000)`);
  const lookups: [string, (address: bigint) => unknown][] = [
    ['inside', address => index.inside(address)],
    ['atPrelude', address => index.atPrelude(address)],
    ['exitsAt', address => index.exitsAt(address)],
    ['near', address => index.near([address])],
  ];
  for (const [name, lookup] of lookups) {
    for (const address of addresses) lookup(address); // warm up
    const from = performance.now();
    for (const address of addresses) lookup(address);
    const nanoseconds = ((performance.now() - from) * 1e6) / addresses.length;
    console.log(`look-up by address, ${name.padEnd(9)} ${nanoseconds.toFixed(0)} ns (goal: under 2000)`);
  }
}

const [, , file] = process.argv;
if (file === undefined) {
  benchInspect();
  benchIndex();
} else await measuredProcess(file);
