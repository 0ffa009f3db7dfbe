/*
 * A region that ends by aborts alone: it waits inside until a timer's signal aborts
 * it. So each attempt is one abort, and a debugger that looks for aborts must find
 * exactly these.
 *
 *     until_abort [ITERATIONS]
 */
#define _GNU_SOURCE
#include <signal.h>
#include <sys/time.h>

#include "rseq_area.h"

long aborts;

__attribute__((noinline)) static void wait_for_abort(void)
{
	__asm__ goto(                              // @region
		".pushsection __rseq_cs, \"aw\"\n\t"
		".balign 32\n\t"
		"3:\n\t"
		".long 0, 0\n\t"
		".quad 1f, 2f - 1f, 4f\n\t"
		".popsection\n\t"
		".pushsection __rseq_cs_ptr_array, \"aw\"\n\t"
		".quad 3b\n\t"
		".popsection\n\t"
		"leaq 3b(%%rip), %%rax\n\t"
		"movq %%rax, %%fs:8(%[area])\n\t"
		"1:\n\t"
		"pause\n\t"
		"jmp 1b\n\t"
		"2:\n\t"
		".pushsection __rseq_failure, \"ax\"\n\t"
		ABORT_SIGNATURE
		"4:\n\t"
		"jmp %l[aborted]\n\t"
		".popsection\n\t"
		:
		: [area] "r"(__rseq_offset)
		: "rax", "memory", "cc"
		: aborted);
aborted:
	aborts++;                                  // @region-abort
}

static void on_alarm(int number)
{
	(void)number;                              // @handler
}

int main(int argc, char **argv)
{
	struct itimerval every_20_ms = {{0, 20000}, {0, 20000}}, never = {{0, 0}, {0, 0}};
	long iterations = sample_start(argc, argv, 5);

	signal(SIGALRM, on_alarm);
	setitimer(ITIMER_REAL, &every_20_ms, NULL);
	for (long i = 0; i < iterations; i++) {    // @loop
		wait_for_abort();                  // @step-here
	}
	setitimer(ITIMER_REAL, &never, NULL);
	return sample_report(aborts, iterations, aborts, 0); // @done
}
