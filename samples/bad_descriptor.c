/*
 * A descriptor that the kernel refuses: instead of an abort the thread gets a
 * SIGSEGV, at the next preemption or signal and not where the mistake is made.
 *
 *     bad_descriptor [--signature | --abort-inside | --version | --flags | --overflow | --address]
 *
 * Each option breaks one thing; without any the descriptor is good, and the region is
 * aborted once by the timer's signal.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <sys/time.h>

#include "rseq_area.h"

/* Of the asm below. */
extern char region_start[], region_end[], region_abort[];

/* Ordinary data, filled at run time as a JIT compiler would: no table names it. */
static struct rseq_cs descriptor;
long aborts;

__attribute__((noinline)) static void wait_inside(struct rseq_cs *armed)
{
	__asm__ goto(                              // @region
		"movq %[armed], %%fs:8(%[area])\n"
		"region_start:\n\t"
		"1:\tpause\n\t"                    /* until the kernel has a look at the descriptor */
		"jmp 1b\n"
		"region_end:\n\t"
		".pushsection __rseq_failure, \"ax\"\n\t"
		ABORT_SIGNATURE
		"region_abort:\n\t"
		"jmp %l[aborted]\n\t"
		".popsection\n\t"
		:
		: [armed] "r"(armed), [area] "r"(__rseq_offset)
		: "memory", "cc"
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
	struct itimerval once = {{0, 0}, {0, 10000}};
	struct rseq_cs *armed = &descriptor;

	sample_start(argc, argv, 0);
	descriptor.start_ip = (uintptr_t)region_start;
	descriptor.post_commit_offset = (uintptr_t)(region_end - region_start);
	descriptor.abort_ip = (uintptr_t)region_abort;
	if (sample_flag(argc, argv, "--signature"))
		descriptor.abort_ip--;             // @wrong-signature
	if (sample_flag(argc, argv, "--abort-inside"))
		descriptor.abort_ip = descriptor.start_ip;
	if (sample_flag(argc, argv, "--version"))
		descriptor.version = 1;
	if (sample_flag(argc, argv, "--flags"))
		descriptor.flags = 1;
	if (sample_flag(argc, argv, "--overflow"))
		descriptor.post_commit_offset = -1;
	if (sample_flag(argc, argv, "--address"))
		armed = (struct rseq_cs *)32;
	signal(SIGALRM, on_alarm);
	setitimer(ITIMER_REAL, &once, NULL);
	wait_inside(armed);                        // @step-here
	return sample_report(1, 1, aborts, 0);     // @done
}
