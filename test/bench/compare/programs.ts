import { execFileSync } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../support/debugSession.js';
import { keyCopies } from '../../support/keyCopies.js';

/** Where programs of the benchmark are built; nothing in it is kept in the repository. */
export const BENCH_FOLDER = join(ROOT, '.cache', 'bench');

const SOURCES = join(ROOT, 'test', 'bench', 'compare', 'programs');

/** A program, and the source file in which its breakpoints are set. */
export interface Program {
  readonly program: string;
  readonly source: string;
}

/** Builds a program unless it is newer than what it is made from. */
function built(name: string, source: string, build: (program: string) => void): Program {
  mkdirSync(BENCH_FOLDER, { recursive: true });
  const program = join(BENCH_FOLDER, name);
  const isCurrent = existsSync(program) && statSync(program).mtimeMs > statSync(source).mtimeMs;
  if (!isCurrent) build(program);
  return { program, source };
}

function compile(program: string, ...inputs: readonly string[]): void {
  execFileSync('gcc', ['-g', '-O0', '-pthread', '-I', join(ROOT, 'samples', 'include'), '-o', program, ...inputs]);
}

/** Written once: what generates it is this file. */
function generated(name: string, text: () => string): string {
  mkdirSync(BENCH_FOLDER, { recursive: true });
  const path = join(BENCH_FOLDER, name);
  if (!existsSync(path)) writeFileSync(path, text());
  return path;
}

/** Steps, threads, deep stacks, arrays, output: `programs/work.c`. */
export function work(): Program {
  const source = join(SOURCES, 'work.c');
  return built('work', source, program => {
    compile(program, source);
  });
}

/** The first of the lines of {@link lines} that hold code; the others follow without a gap. */
export const FIRST_LINE = 5;

/** A source with a thousand lines of code. */
export function lines(): Program {
  const source = generated('lines.c', () => {
    const statements = Array.from({ length: 1000 }, (_, index) => `\tx += ${index};`);
    return ['static volatile int x;', '', 'static void lines(void)', '{', ...statements, '}', ...MAIN_OF('lines')].join(
      '\n',
    );
  });
  return built('lines', source, program => {
    compile(program, source);
  });
}

/** How many points behind its region the key of {@link points} has. */
export const POINTS = 1000;

/** A region whose key has a thousand FINISH and ABORT points in its function, of which each run meets one. */
export function points(): Program {
  const source = generated('points.c', pointsSource);
  return built('points', source, program => {
    compile(program, source);
  });
}

/** As many FINISH and ABORT points of one key, those of five hundred functions with the same region: a thread meets three. */
export function copies(): Program {
  const source = generated('copies.c', () => keyCopies(POINTS / 2));
  return built('copies', source, program => {
    compile(program, source);
  });
}

/** 100 MB with half a million symbols. */
export function big(): Program {
  const source = generated('big.c', () => MAIN_OF('').join('\n'));
  return built('big', source, program => {
    const assembly = join(BENCH_FOLDER, 'big.s');
    writeFunctions(assembly);
    compile(program, source, assembly);
    rmSync(assembly);
  });
}

const MAIN_OF = (callee: string): string[] => [
  'int main(void)',
  '{',
  `\t${callee === '' ? '' : `${callee}()`}; // @main`,
  '\treturn 0;',
  '}',
  '',
];

function pointsSource(): string {
  const cases = Array.from({ length: POINTS - 1 }, (_, index) => {
    const point = index % 2 === 0 ? 'rseq_finish' : 'rseq_abort';
    return `\tcase ${index + 1}:\n\t\t${point}(&key);\n\t\tsink = ${index};\n\t\tbreak;`;
  });
  return `#define _GNU_SOURCE
#include "rseq_area.h"
#include "rseq_points.h"

static struct percpu_long counters[MAX_CPUS];
static char key;
static volatile int way, sink;

__attribute__((noinline)) static void counter_inc(void)
{
	uint32_t cpu;
	struct percpu_long *counter;

again:
	cpu = rseq_cpu_start();            // @before-region
	counter = &counters[cpu];
	rseq_start(&key);                  // @region-start
	__asm__ goto(                      // @region
		".pushsection .data, \\"aw\\"\\n\\t"
		".balign 32\\n\\t"
		"3:\\n\\t"
		".long 0, 0\\n\\t"
		".quad 1f, 2f - 1f, 4f\\n\\t"
		".popsection\\n\\t"
		"leaq 3b(%%rip), %%rax\\n\\t"
		"movq %%rax, %%fs:8(%[area])\\n\\t"
		"1:\\n\\t"
		"cmpl %[cpu], %%fs:4(%[area])\\n\\t"
		"jnz %l[again]\\n\\t"
		"incq %[value]\\n\\t"
		"2:\\n\\t"
		".pushsection __rseq_failure, \\"ax\\"\\n\\t"
		ABORT_SIGNATURE
		"4:\\n\\t"
		"jmp %l[again]\\n\\t"
		".popsection\\n\\t"
		:
		: [area] "r"(__rseq_offset), [cpu] "r"(cpu), [value] "m"(counter->value)
		: "rax", "memory", "cc"
		: again);
	switch (way) {                     // @after-region
${cases.join('\n')}
	default:
		rseq_finish(&key);
		sink = -1;
	}
}

int main(void)
{
	for (;;) {
		sink = 0;                  // @loop
		counter_inc();
	}
}
`;
}

const SYMBOLS = 500_000;

/** Assembly of half a million functions of 200 bytes. */
function writeFunctions(path: string): void {
  const file = openSync(path, 'w');
  for (let i = 0; i < SYMBOLS; i++) {
    const name = `_ZN5bench9allocator${i}E`;
    writeSync(file, `.globl ${name}\n.type ${name},@function\n${name}:\n.fill 200,1,0x90\n.size ${name},.-${name}\n`);
  }
  writeSync(file, '.section .note.GNU-stack,"",@progbits\n');
  closeSync(file);
}
