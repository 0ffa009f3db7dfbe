/*
 * The rseq area is registered by the program itself and lies on the heap: it is not
 * where glibc's __rseq_offset says, and glibc's own area is stale. rseq_cs is not
 * cleared after a commit: it goes on naming a descriptor while the thread is far
 * outside the region.
 */
#define _GNU_SOURCE
#include "own_area.h"

struct percpu_long counters[MAX_CPUS];
long commits, aborts, retries;
struct rseq *own_area;

__attribute__((noinline)) static void counter_inc(void)
{
	struct rseq *area = own_area;
	uint32_t cpu;

again:
	cpu = *(volatile uint32_t *)&area->cpu_id_start; // @before-region
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
		"movq %%rax, 8(%[area])\n\t"
		"1:\n\t"
		"cmpl %[cpu], 4(%[area])\n\t"
		"jnz %l[moved]\n\t"
		"incq %[value]\n\t"
		"2:\n\t"
		".pushsection __rseq_failure, \"ax\"\n\t"
		ABORT_SIGNATURE
		"4:\n\t"
		"jmp %l[aborted]\n\t"
		".popsection\n\t"
		:
		: [area] "r"(area), [cpu] "r"(cpu), [value] "m"(counters[cpu].value)
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
	long iterations = sample_number(argc, argv, 1, 100);

	sample_check_cpus();
	if (sample_flag(argc, argv, "--pin"))
		sample_pin();
	own_area = aligned_alloc(64, 64); /* a line of its own; lives as long as the thread */
	if (own_area == NULL) {
		perror("aligned_alloc");
		return 2;
	}
	memset(own_area, 0, 64);
	own_area_register(own_area);              // @register

	for (long i = 0; i < iterations; i++) {   // @loop
		counter_inc();                    // @step-here
	}
	return sample_report(percpu_sum(counters), iterations, aborts, retries); // @done
}
