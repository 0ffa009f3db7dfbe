/** One of several functions that hold the same critical section; the first bears the markers. */
function copy(index: number): string {
  const mark = (name: string): string => (index === 0 ? ` // @${name}` : '');
  return `__attribute__((noinline)) static void counter_inc_${index}(void)
{
	uint32_t cpu;
	struct percpu_long *counter;

again:
	cpu = rseq_cpu_start();${mark('before-region')}
	counter = &counters[cpu];
	rseq_start(&key);${mark('region-start')}
	__asm__ goto(
		".pushsection __rseq_cs, \\"aw\\"\\n\\t"
		".balign 32\\n\\t"
		"3:\\n\\t"
		".long 0, 0\\n\\t"
		".quad 1f, 2f - 1f, 4f\\n\\t"
		".popsection\\n\\t"
		".pushsection __rseq_cs_ptr_array, \\"aw\\"\\n\\t"
		".quad 3b\\n\\t"
		".popsection\\n\\t"
		"leaq 3b(%%rip), %%rax\\n\\t"
		"movq %%rax, %%fs:8(%[area])\\n\\t"
		"1:\\n\\t"
		"cmpl %[cpu], %%fs:4(%[area])\\n\\t"
		"jnz %l[moved]\\n\\t"
		"incq %[value]\\n\\t"
		"2:\\n\\t"
		".pushsection __rseq_failure, \\"ax\\"\\n\\t"
		ABORT_SIGNATURE
		"4:\\n\\t"
		"jmp %l[aborted]\\n\\t"
		".popsection\\n\\t"
		:
		: [area] "r"(__rseq_offset), [cpu] "r"(cpu), [value] "m"(counter->value)
		: "rax", "memory", "cc"
		: moved, aborted);
	rseq_finish(&key);
	commits++;${mark('after-region')}
	return;

aborted:
	rseq_abort(&key);
	aborts++;
	goto again;

moved:
	retries++;
	goto again;
}
`;
}

/**
 * A program in which `copies` functions share one key, as those of a header's inline function do: each region gets the
 * points of all. It runs the first one, as often as its argument says, and reports as the samples do.
 */
export function keyCopies(copies: number): string {
  const all = Array.from({ length: copies }, (_, index) => index);
  return `#define _GNU_SOURCE
#include "rseq_area.h"
#include "rseq_points.h"

struct percpu_long counters[MAX_CPUS];
long commits, aborts, retries;
static char key;

${all.map(copy).join('\n')}
void (*const others[])(void) = { ${all.map(index => `counter_inc_${index}`).join(', ')} };

int main(int argc, char **argv)
{
	long iterations = sample_start(argc, argv, 100);

	for (long i = 0; i < iterations; i++) { // @loop
		counter_inc_0();
	}
	return sample_report(percpu_sum(counters), iterations, aborts, retries);
}
`;
}
