/*
 * The whole retry loop stands on ONE source line: the region, its abort path and
 * the jump back never leave the line, so a debugger's "until the line changes"
 * alone says nothing about progress.
 */
#define _GNU_SOURCE
#include "rseq_area.h"

struct percpu_long counters[MAX_CPUS];
long commits, aborts, retries;

/* 1: committed. A macro, so that its instructions belong to the line that uses it. */
#define TRY_INC()                                                                                                      \
	({                                                                                                             \
		__label__ moved, aborted, out;                                                                         \
		uint32_t cpu = rseq_cpu_start();                                                                       \
		int committed = 0;                                                                                     \
		__asm__ goto(".pushsection __rseq_cs, \"aw\"\n\t"                                                      \
			     ".balign 32\n\t"                                                                          \
			     "3:\n\t"                                                                                  \
			     ".long 0, 0\n\t"                                                                          \
			     ".quad 1f, 2f - 1f, 4f\n\t"                                                               \
			     ".popsection\n\t"                                                                         \
			     ".pushsection __rseq_cs_ptr_array, \"aw\"\n\t"                                            \
			     ".quad 3b\n\t"                                                                            \
			     ".popsection\n\t"                                                                         \
			     ".pushsection __rseq_exit_point_array, \"aw\"\n\t"                                        \
			     ".quad 1f, %l[moved]\n\t"                                                                 \
			     ".popsection\n\t"                                                                         \
			     "leaq 3b(%%rip), %%rax\n\t"                                                               \
			     "movq %%rax, %%fs:8(%[area])\n\t"                                                         \
			     "1:\n\t"                                                                                  \
			     "cmpl %[cpu], %%fs:4(%[area])\n\t"                                                        \
			     "jnz %l[moved]\n\t"                                                                       \
			     "incq %[value]\n\t"                                                                       \
			     "2:\n\t"                                                                                  \
			     ".pushsection __rseq_failure, \"ax\"\n\t"                                                 \
			     ABORT_SIGNATURE                                                                           \
			     "4:\n\t"                                                                                  \
			     "jmp %l[aborted]\n\t"                                                                     \
			     ".popsection\n\t"                                                                         \
			     :                                                                                         \
			     : [area] "r"(__rseq_offset), [cpu] "r"(cpu), [value] "m"(counters[cpu].value)             \
			     : "rax", "memory", "cc"                                                                   \
			     : moved, aborted);                                                                        \
		committed = 1;                                                                                         \
		commits++;                                                                                             \
		goto out;                                                                                              \
	aborted:                                                                                                       \
		aborts++;                                                                                              \
		goto out;                                                                                              \
	moved:                                                                                                         \
		retries++;                                                                                             \
	out:                                                                                                           \
		committed;                                                                                             \
	})

int main(int argc, char **argv)
{
	long iterations = sample_start(argc, argv, 100);
	long done = 0;

	while (done < iterations) {               // @loop
		while (!TRY_INC()) {}             // @step-here
		done++;                           // @after-region
	}
	return sample_report(percpu_sum(counters), iterations, aborts, retries); // @done
}
