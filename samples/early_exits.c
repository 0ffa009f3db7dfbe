/*
 * Conditional branches that leave the region into code of __rseq_failure and
 * .text.unlikely that has no line information. The abort handler is a 5-byte jump
 * that is a local function of its own, outside the user's function.
 *
 * Built twice. As early_exits NO table declares these exits, as in allocators: only
 * the region's code tells where they are (`rseq-dap inspect --lint` finds them; it is
 * the one sample that is wrong on purpose). As declared_exits the exit point array does.
 */
#define _GNU_SOURCE
#include "rseq_area.h"

#ifdef DECLARED_EXITS
#define EXIT_POINTS                                                                                                    \
	".pushsection __rseq_exit_point_array, \"aw\"\n\t"                                                             \
	".quad 1f, 5f\n\t"                                                                                            \
	".quad 1f, 6f\n\t"                                                                                            \
	".popsection\n\t"
#else
#define EXIT_POINTS
#endif

struct percpu_long counters[MAX_CPUS];
long commits, aborts, retries;
long limit;    /* a counter that has reached it takes no more ... */
long overflow; /* ... the rest is counted here */

__attribute__((noinline)) static void counter_inc(void)
{
	uint32_t cpu;

again:
	cpu = rseq_cpu_start();            // @before-region
	__asm__ goto(                      // @region
		".pushsection __rseq_cs, \"aw\"\n\t"
		".balign 32\n\t"
		"3:\n\t"
		".long 0, 0\n\t"
		".quad 1f, 2f - 1f, counter_inc_abort\n\t"
		".popsection\n\t"
		".pushsection __rseq_cs_ptr_array, \"aw\"\n\t"
		".quad 3b\n\t"
		".popsection\n\t"
		EXIT_POINTS
		"leaq 3b(%%rip), %%rax\n\t"
		"movq %%rax, %%fs:8(%[area])\n\t"
		"1:\n\t"
		"cmpl %[cpu], %%fs:4(%[area])\n\t"
		"jnz 5f\n\t"
		"cmpq %[limit], %[value]\n\t"
		"jge 6f\n\t"
		"incq %[value]\n\t"
		"2:\n\t"
		".pushsection __rseq_failure, \"ax\"\n\t"
		"5:\n\t"
		"jmp %l[moved]\n\t"
		ABORT_SIGNATURE
		".type counter_inc_abort, @function\n"
		"counter_inc_abort:\n\t"
		"jmp %l[aborted]\n\t"
		".size counter_inc_abort, . - counter_inc_abort\n\t"
		".popsection\n\t"
		".pushsection .text.unlikely, \"ax\"\n\t"
		"6:\n\t"
		"nop\n\t"
		"jmp %l[full]\n\t"
		".popsection\n\t"
		:
		: [area] "r"(__rseq_offset), [cpu] "r"(cpu), [limit] "r"(limit), [value] "m"(counters[cpu].value)
		: "rax", "memory", "cc"
		: moved, full, aborted);
	commits++;                         // @after-region
	return;

full:
	overflow++;                        // @region-full
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

	limit = iterations / 2;
	for (long i = 0; i < iterations; i++) {   // @loop
		counter_inc();                    // @step-here
	}
	printf("overflow=%ld\n", overflow);
	return sample_report(percpu_sum(counters) + overflow, iterations, aborts, retries); // @done
}
