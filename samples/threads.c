/*
 * Threads (four by default, the main one among them) that hammer one per-CPU
 * counter: stepping one must neither lose an update nor keep the others from
 * committing.
 *
 *     threads [ITERATIONS [THREADS]] [--hammer] [--pin]
 *
 * --hammer: the workers go on until the main thread has done its iterations,
 * so that they are inside the region at any time while the main thread is
 * stepped. --pin pins the main thread, not the workers.
 */
#define _GNU_SOURCE
#include <pthread.h>

#include "rseq_area.h"

#define MAX_THREADS 64

struct worker {
	pthread_t thread;
	int index;
	long iterations; /* -1: until main_done */
	volatile long commits, aborts, retries;
} __attribute__((aligned(64)));

struct percpu_long counters[MAX_CPUS];
struct worker workers[MAX_THREADS];
long commits, aborts, retries; /* sums over all threads, at the end */
int main_done;
static pthread_barrier_t all_started;

__attribute__((noinline)) static void counter_inc(struct worker *self)
{
	uint32_t cpu;
	struct percpu_long *counter;

again:
	cpu = rseq_cpu_start();            // @before-region
	counter = &counters[cpu];
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
		: [area] "r"(__rseq_offset), [cpu] "r"(cpu), [value] "m"(counter->value)
		: "rax", "memory", "cc"
		: moved, aborted);
	self->commits++;                   // @after-region
	return;

aborted:
	self->aborts++;                    // @region-abort
	goto again;

moved:
	self->retries++;                   // @region-retry
	goto again;
}

static void *work(void *argument)
{
	struct worker *self = argument;            // @thread-start

	pthread_barrier_wait(&all_started);
	while (self->iterations < 0 ? !__atomic_load_n(&main_done, __ATOMIC_ACQUIRE)
				    : self->commits < self->iterations) {
		counter_inc(self);                 // @thread-step-here
	}
	return NULL;                               // @thread-done
}

int main(int argc, char **argv)
{
	int pin = sample_flag(argc, argv, "--pin");
	int hammer = sample_flag(argc, argv, "--hammer");
	long iterations = sample_number(argc, argv, 1, 1000);
	long threads = sample_number(argc, argv, 2, 4);
	long expected = 0;

	if (threads < 1 || threads > MAX_THREADS) {
		fprintf(stderr, "threads: 1 to %d\n", MAX_THREADS);
		return 2;
	}
	sample_start(0, NULL, 0);
	pthread_barrier_init(&all_started, NULL, threads);
	for (int t = 0; t < threads; t++) {
		workers[t].index = t;
		workers[t].iterations = t > 0 && hammer ? -1 : iterations;
		if (t > 0 && pthread_create(&workers[t].thread, NULL, work, &workers[t]) != 0) {
			perror("pthread_create");
			return 2;
		}
	}
	pthread_barrier_wait(&all_started);
	if (pin)
		sample_pin();

	for (long i = 0; i < iterations; i++) {    // @loop
		counter_inc(&workers[0]);          // @step-here
	}
	__atomic_store_n(&main_done, 1, __ATOMIC_RELEASE); // @main-done

	for (int t = 1; t < threads; t++)
		pthread_join(workers[t].thread, NULL);
	for (int t = 0; t < threads; t++) {
		struct worker *w = &workers[t];

		printf("thread %d: commits=%ld aborts=%ld retries=%ld\n", t, w->commits, w->aborts, w->retries);
		commits += w->commits;
		aborts += w->aborts;
		retries += w->retries;
		expected += w->iterations < 0 ? w->commits : w->iterations;
	}
	return sample_report(percpu_sum(counters), expected, aborts, retries); // @done
}
