/* The C side of counter_asm.S. */
#define _GNU_SOURCE
#include "rseq_area.h"

struct percpu_long counters[MAX_CPUS];
long commits, aborts, retries;

void counter_inc(struct percpu_long *counters, long *aborts, long *retries);

int main(int argc, char **argv)
{
	long iterations = sample_start(argc, argv, 100);

	for (long i = 0; i < iterations; i++) {                // @loop
		counter_inc(counters, &aborts, &retries);      // @step-here
		commits++;                                     // @after-call
	}
	return sample_report(percpu_sum(counters), iterations, aborts, retries); // @done
}
