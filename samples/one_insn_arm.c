/*
 * Arming by ONE instruction, as compilers make of an allocator's fast path in an
 * executable at fixed addresses: the area is a TLS symbol of the program, the
 * descriptor's address an immediate. The abort handler jumps ONTO the arming store,
 * and is a 5-byte function of its own. What stands before the arming store is
 * ordinary compiler code.
 *
 * The CPU is read inside the region, so there is nothing to compare and no retry;
 * aborts are the attempts (a register counts them) that did not commit.
 */
#define _GNU_SOURCE
#include <pthread.h>

#include "own_area.h"

__thread struct rseq own_area __attribute__((aligned(32), tls_model("local-exec")));
struct percpu_long counters[MAX_CPUS];
long commits, aborts, retries;

__attribute__((noinline, noclone)) static long counter_inc(void)
{
	long attempts = 0;                 // @before-region

	__asm__ volatile(                  // @region
		".pushsection __rseq_cs, \"aw\"\n\t"
		".balign 32\n\t"
		"3:\n\t"
		".long 0, 0\n\t"
		".quad 1f, 2f - 1f, counter_inc_abort\n\t"
		".popsection\n\t"
		".pushsection __rseq_cs_ptr_array, \"aw\"\n\t"
		".quad 3b\n\t"
		".popsection\n\t"
		"0:\n\t"
		"movq $3b, %%fs:own_area@tpoff + 8\n\t"
		"1:\n\t"
		"addq $1, %[attempts]\n\t"
		"movl %%fs:own_area@tpoff + 4, %%ecx\n\t"
		"shlq $6, %%rcx\n\t"
		"incq counters(%%rcx)\n\t"
		"2:\n\t"
		".pushsection __rseq_failure, \"ax\"\n\t"
		ABORT_SIGNATURE
		".type counter_inc_abort, @function\n"
		"counter_inc_abort:\n\t"
		"jmp 0b\n\t"
		".size counter_inc_abort, . - counter_inc_abort\n\t"
		".popsection\n\t"
		: [attempts] "+r"(attempts)
		:
		: "rcx", "memory", "cc");
	return attempts;                   // @after-region
}

static void run(long iterations)
{
	long attempts = 0;

	own_area_register(&own_area);
	for (long i = 0; i < iterations; i++) {   // @loop
		attempts += counter_inc();        // @step-here
		__atomic_fetch_add(&commits, 1, __ATOMIC_RELAXED);
		__atomic_fetch_add(&aborts, attempts - 1, __ATOMIC_RELAXED);
		attempts = 0;
	}
}

static void *work(void *iterations)
{
	run((long)iterations);
	return NULL;
}

int main(int argc, char **argv)
{
	long iterations = sample_number(argc, argv, 1, 100);
	pthread_t other;

	sample_check_cpus();
	if (pthread_create(&other, NULL, work, (void *)iterations) != 0) {
		perror("pthread_create");
		return 2;
	}
	if (sample_flag(argc, argv, "--pin"))
		sample_pin();
	run(iterations);                          // @main-run
	pthread_join(other, NULL);
	return sample_report(percpu_sum(counters), 2 * iterations, aborts, retries); // @done
}
