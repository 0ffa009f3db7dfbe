/*
 * A per-CPU counter as librseq writes it: descriptor in __rseq_cs, pointer to it in
 * __rseq_cs_ptr_array, the CPU comparison's way out in __rseq_exit_point_array.
 */
#define _GNU_SOURCE
#include "rseq_area.h"

struct percpu_long counters[MAX_CPUS];
long commits, aborts, retries;

__attribute__((noinline)) static void counter_inc(void)
{
	uint32_t cpu;
	struct percpu_long *counter;

again:
	cpu = rseq_cpu_start();            // @before-region
	counter = &counters[cpu];
	__asm__ goto(                      // @region
		".pushsection __rseq_cs, \"aw\"\n\t"
		".balign 32\n\t"
		"3:\n\t"
		".long 0, 0\n\t"
		".quad 1f, 2f - 1f, 4f\n\t"
		".popsection\n\t"
		".pushsection __rseq_cs_ptr_array, \"aw\"\n\t"
		".quad 3b\n\t"
		".popsection\n\t"
		".pushsection __rseq_exit_point_array, \"aw\"\n\t"
		".quad 1f, %l[moved]\n\t"
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
	commits++;                         // @after-region
	return;

aborted:
	aborts++;                          // @region-abort
	goto again;

moved:
	retries++;                         // @region-retry
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
