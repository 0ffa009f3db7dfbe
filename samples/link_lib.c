/* The regions are in a shared library that is loaded at the start: libpercpu.so. */
#define _GNU_SOURCE
#include "percpu.h"

struct percpu_long counters[MAX_CPUS];
long commits, aborts, retries;

int main(int argc, char **argv)
{
	long iterations = sample_start(argc, argv, 100);

	for (long i = 0; i < iterations; i++) {          // @loop
		percpu_inc(counters, &commits, &aborts, &retries);           // @step-here
		percpu_inc_points(counters, &commits, &aborts, &retries);    // @step-points-here
	}
	return sample_report(percpu_sum(counters), 2 * iterations, aborts, retries); // @done
}
