/*
 * A loop inside the region: a record of eight longs is copied into a per-CPU ring
 * before the one store that commits it. A branch backwards that stays in the region
 * is no exit, and a region may be many instructions long at run time.
 */
#define _GNU_SOURCE
#include "rseq_area.h"

#define RECORD_LONGS 8
#define RING_RECORDS 16 /* the asm below knows both */

struct percpu_ring {
	long count; /* records ever written */
	long records[RING_RECORDS][RECORD_LONGS];
} __attribute__((aligned(64)));

struct percpu_ring rings[MAX_CPUS];
long commits, aborts, retries;

__attribute__((noinline)) static void ring_write(const long *record)
{
	uint32_t cpu;
	struct percpu_ring *ring;

again:
	cpu = rseq_cpu_start();            // @before-region
	ring = &rings[cpu];
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
		"movq (%[ring]), %%rdx\n\t"
		"andl $15, %%edx\n\t"
		"shlq $6, %%rdx\n\t"
		"leaq 8(%[ring], %%rdx), %%rdx\n\t"
		"xorl %%eax, %%eax\n\t"
		"7:\n\t"
		"movq (%[record], %%rax, 8), %%rcx\n\t"
		"movq %%rcx, (%%rdx, %%rax, 8)\n\t"
		"incl %%eax\n\t"
		"cmpl $8, %%eax\n\t"
		"jb 7b\n\t"
		"incq (%[ring])\n\t"
		"2:\n\t"
		".pushsection __rseq_failure, \"ax\"\n\t"
		ABORT_SIGNATURE
		"4:\n\t"
		"jmp %l[aborted]\n\t"
		".popsection\n\t"
		:
		: [area] "r"(__rseq_offset), [cpu] "r"(cpu), [ring] "r"(ring), [record] "r"(record)
		: "rax", "rcx", "rdx", "memory", "cc"
		: moved, aborted);
	commits++;                         // @after-region
	return;

aborted:
	aborts++;                          // @region-abort
	goto again;

moved:
	retries++;                         // @region-retry
	goto again;
}

/* Records that do not hold eight times the same number. */
static long ring_torn(const struct percpu_ring *ring)
{
	long torn = 0;

	for (long r = 0; r < RING_RECORDS && r < ring->count; r++) {
		/* The next to be overwritten: an attempt that was aborted may have begun to. */
		if (r == ring->count % RING_RECORDS)
			continue;
		for (int i = 1; i < RECORD_LONGS; i++)
			if (ring->records[r][i] != ring->records[r][0]) {
				torn++;
				break;
			}
	}
	return torn;
}

int main(int argc, char **argv)
{
	long iterations = sample_start(argc, argv, 100);
	long sum = 0, torn = 0;

	for (long i = 0; i < iterations; i++) {   // @loop
		long record[RECORD_LONGS];

		for (int k = 0; k < RECORD_LONGS; k++)
			record[k] = i;
		ring_write(record);               // @step-here
	}
	for (int cpu = 0; cpu < MAX_CPUS; cpu++) {
		sum += rings[cpu].count;
		torn += ring_torn(&rings[cpu]);
	}
	printf("torn=%ld\n", torn);
	return sample_report(sum, iterations, aborts, retries) || torn != 0; // @done
}
