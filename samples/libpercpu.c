/*
 * A shared library with two regions, one for each marking: its tables are at the
 * library's addresses, and come and go with dlopen and dlclose.
 */
#define _GNU_SOURCE
#include "percpu.h"
#include "rseq_points.h"

static char inc_key;

void percpu_inc(struct percpu_long *counters, long *commits, long *aborts, long *retries)
{
	uint32_t cpu;

again:
	cpu = rseq_cpu_start();            // @cs-before-region
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
	++*commits;                       // @cs-after-region
	return;
aborted:
	++*aborts;                        // @cs-abort
	goto again;
moved:
	++*retries;                       // @cs-retry
	goto again;
}

void percpu_inc_points(struct percpu_long *counters, long *commits, long *aborts, long *retries)
{
	uint32_t cpu;

again:
	cpu = rseq_cpu_start();            // @points-before-region
	rseq_start(&inc_key);              // @points-region-start
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
	rseq_finish(&inc_key);             // @points-region-finish
	++*commits;                       // @points-after-region
	return;
aborted:
	rseq_abort(&inc_key);              // @points-region-abort
	++*aborts;
	goto again;
moved:
	rseq_abort(&inc_key);              // @points-region-retry
	++*retries;
	goto again;
}

void percpu_leave(void)
{
	/* The kernel reads the descriptor that rseq_cs names: it must not be unmapped under it. */
	*(volatile uint64_t *)&rseq_area()->rseq_cs = 0;
}
