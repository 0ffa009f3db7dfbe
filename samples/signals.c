/*
 * A signal handler with a region of its own interrupts code that is in a region: the
 * kernel aborts the interrupted one before the handler runs, and rseq_cs names the
 * handler's descriptor on return. SIGUSR1 comes once every 1000 iterations (raised
 * by the program, so that each run has some), SIGALRM every millisecond.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <sys/time.h>

#include "rseq_area.h"

struct percpu_long counters[MAX_CPUS];
struct percpu_long handler_counters[MAX_CPUS];
long commits, aborts, retries;
volatile long handler_commits, handler_aborts, handler_retries;
volatile long signals; /* handler calls */

/* Inlined into main's path and into the handler: two regions. */
static inline __attribute__((always_inline)) void inc(struct percpu_long *values, volatile long *committed,
						      volatile long *aborted_count, volatile long *retried)
{
	uint32_t cpu;

again:
	cpu = rseq_cpu_start();            // @before-region
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
		"movq %[value], %%rax\n\t"
		"addq $1, %%rax\n\t"
		"movq %%rax, %[value]\n\t"
		"2:\n\t"
		".pushsection __rseq_failure, \"ax\"\n\t"
		ABORT_SIGNATURE
		"4:\n\t"
		"jmp %l[aborted]\n\t"
		".popsection\n\t"
		:
		: [area] "r"(__rseq_offset), [cpu] "r"(cpu), [value] "m"(values[cpu].value)
		: "rax", "memory", "cc"
		: moved, aborted);
	++*committed;                      // @after-region
	return;
aborted:
	++*aborted_count;                  // @region-abort
	goto again;
moved:
	++*retried;                        // @region-retry
	goto again;
}

static void on_signal(int number)
{
	(void)number;                      // @handler
	inc(handler_counters, &handler_commits, &handler_aborts, &handler_retries); // @handler-region
	signals++;                         // @handler-after-region
}

__attribute__((noinline)) static void counter_inc(void)
{
	inc(counters, &commits, &aborts, &retries); // @main-region
}

int main(int argc, char **argv)
{
	long iterations = sample_start(argc, argv, 100000);
	struct itimerval every_ms = {{0, 1000}, {0, 1000}}, never = {{0, 0}, {0, 0}};
	struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
	int wrong;

	sigaddset(&action.sa_mask, SIGALRM); /* the handler does not interrupt itself */
	sigaddset(&action.sa_mask, SIGUSR1);
	sigaction(SIGALRM, &action, NULL);
	sigaction(SIGUSR1, &action, NULL);
	if (!sample_flag(argc, argv, "--no-timer"))
		setitimer(ITIMER_REAL, &every_ms, NULL);

	for (long i = 0; i < iterations; i++) {   // @loop
		counter_inc();                    // @step-here
		if (i % 1000 == 0)
			raise(SIGUSR1);           // @raise
	}
	setitimer(ITIMER_REAL, &never, NULL);

	printf("signals=%ld handler-sum=%ld handler-aborts=%ld handler-retries=%ld\n", signals,
	       percpu_sum(handler_counters), handler_aborts, handler_retries);
	wrong = percpu_sum(handler_counters) != signals;
	return sample_report(percpu_sum(counters), iterations, aborts, retries) || wrong; // @done
}
