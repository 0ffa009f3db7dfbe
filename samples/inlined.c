/*
 * Two always-inline sections at -O2, inlined into several callers: one marked with
 * __rseq_cs, one by its key alone. Every copy has a descriptor or a START point of
 * its own; one source line stands for several regions, and the frames shown are
 * inlined ones.
 */
#define _GNU_SOURCE
#include "rseq_area.h"
#include "rseq_points.h"

struct percpu_long counters[MAX_CPUS];
long commits, aborts, retries;

static char points_key;

/* 1: committed. */
static inline __attribute__((always_inline)) int try_inc_cs(void)
{
	uint32_t cpu = rseq_cpu_start();   // @cs-before-region

	__asm__ goto(                      // @cs-region
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
	commits++;                         // @cs-after-region
	return 1;
aborted:
	aborts++;                          // @cs-abort
	return 0;
moved:
	retries++;                         // @cs-retry
	return 0;
}

/* The same with points and a descriptor that no table lists. */
static inline __attribute__((always_inline)) int try_inc_points(void)
{
	uint32_t cpu = rseq_cpu_start();   // @points-before-region

	rseq_start(&points_key);           // @points-region-start
	__asm__ goto(                      // @points-region
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
		: [area] "r"(__rseq_offset), [cpu] "r"(cpu), [value] "m"(counters[cpu].value)
		: "rax", "memory", "cc"
		: moved, aborted);
	rseq_finish(&points_key);          // @points-region-finish
	commits++;                         // @points-after-region
	return 1;
aborted:
	rseq_abort(&points_key);           // @points-region-abort
	aborts++;
	return 0;
moved:
	rseq_abort(&points_key);           // @points-region-retry
	retries++;
	return 0;
}

__attribute__((noinline)) static void alpha(void)
{
	while (!try_inc_cs()) {}           // @alpha-cs
	while (!try_inc_points()) {}       // @alpha-points
}

__attribute__((noinline)) static void beta(void)
{
	while (!try_inc_cs()) {}           // @beta-cs-first
	while (!try_inc_cs()) {}           // @beta-cs-second
}

__attribute__((noinline)) static void gamma_points(void)
{
	while (!try_inc_points()) {}       // @gamma-points
}

int main(int argc, char **argv)
{
	long iterations = sample_start(argc, argv, 100);

	for (long i = 0; i < iterations; i++) {   // @loop
		alpha();                          // @step-alpha
		beta();                           // @step-beta
		gamma_points();                   // @step-gamma
	}
	return sample_report(percpu_sum(counters), 5 * iterations, aborts, retries); // @done
}
