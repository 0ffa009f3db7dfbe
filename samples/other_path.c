/*
 * After an abort the retry takes another path: another inlined copy of the region,
 * and after that an atomic slow path without one. Control need never come back to
 * the first region's commit: a step that waits for it alone waits forever.
 */
#define _GNU_SOURCE
#include "rseq_area.h"

struct percpu_long counters[MAX_CPUS];
long commits, aborts, retries;
long slow; /* updates that took the slow path */

/* 1: committed. */
static inline __attribute__((always_inline)) int try_inc(void)
{
	uint32_t cpu = rseq_cpu_start();   // @before-region

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
		: [area] "r"(__rseq_offset), [cpu] "r"(cpu), [value] "m"(counters[cpu].value)
		: "rax", "memory", "cc"
		: moved, aborted);
	commits++;                         // @after-region
	return 1;
aborted:
	aborts++;                          // @region-abort
	return 0;
moved:
	retries++;                         // @region-retry
	return 0;
}

__attribute__((noinline)) static void inc_slow(void)
{
	__atomic_fetch_add(&slow, 1, __ATOMIC_RELAXED); // @slow-path
}

__attribute__((noinline)) static void counter_inc(void)
{
	if (try_inc())                     // @first-copy
		return;
	if (try_inc())                     // @second-copy
		return;
	inc_slow();                        // @call-slow
}

int main(int argc, char **argv)
{
	long iterations = sample_start(argc, argv, 100);

	for (long i = 0; i < iterations; i++) {   // @loop
		counter_inc();                    // @step-here
	}
	printf("slow=%ld\n", slow);
	return sample_report(percpu_sum(counters) + slow, iterations, aborts, retries); // @done
}
