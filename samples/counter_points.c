/*
 * A per-CPU counter known by its key table alone: the descriptor lies in ordinary
 * data, there is no __rseq_cs section for a debugger to find.
 */
#define _GNU_SOURCE
#include "rseq_area.h"
#include "rseq_points.h"

struct percpu_long counters[MAX_CPUS];
long commits, aborts, retries;

static char counter_key;

__attribute__((noinline)) static void counter_inc(void)
{
	uint32_t cpu;
	struct percpu_long *counter;

again:
	cpu = rseq_cpu_start();            // @before-region
	counter = &counters[cpu];
	rseq_start(&counter_key);          // @region-start
	__asm__ goto(                      // @region
		".pushsection .data, \"aw\"\n\t"
		".balign 32\n\t"
		"3:\n\t"
		".long 0, 0\n\t"
		".quad 1f, 2f - 1f, 4f\n\t"
		".popsection\n\t"
		"leaq 3b(%%rip), %%rax\n\t"
		"movq %%rax, %%fs:8(%[area])\n\t"
		"1:\n\t"
		"cmpl %[cpu], %%fs:4(%[area])\n\t"
		"jnz %l[moved]\n\t"
		"incq %[value]\n\t"
		"2:\n\t"
		".pushsection __rseq_failure, \"ax\"\n\t"
		ABORT_SIGNATURE
		"4:\n\t"
		"jmp %l[aborted]\n\t"
		".popsection\n\t"
		:
		: [area] "r"(__rseq_offset), [cpu] "r"(cpu), [value] "m"(counter->value)
		: "rax", "memory", "cc"
		: moved, aborted);
	rseq_finish(&counter_key);         // @region-finish
	commits++;                         // @after-region
	return;

aborted:
	rseq_abort(&counter_key);          // @region-abort
	aborts++;
	goto again;

moved:
	rseq_abort(&counter_key);          // @region-retry
	retries++;
	goto again;
}

int main(int argc, char **argv)
{
	long iterations = sample_start(argc, argv, 100);

	for (long i = 0; i < iterations; i++) {   // @loop
		counter_inc();                    // @step-here
	}
	return sample_report(percpu_sum(counters), iterations, aborts, retries); // @done
}
