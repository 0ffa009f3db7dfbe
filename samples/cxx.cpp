/*
 * A region in a member function of a C++ template, instantiated twice: one source
 * line, two functions, two regions, and a key for each instance. Marked both ways,
 * with __rseq_cs and with points.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "rseq_area.h"
#include "rseq_points.h"

long commits, aborts, retries;

template <typename T> class PerCpu {
public:
	__attribute__((noinline)) void add(T amount)
	{
		uint32_t cpu;

	again:
		cpu = rseq_cpu_start();                    // @before-region
		rseq_start(&key);                          // @region-start
		__asm__ goto(                              // @region
			".pushsection __rseq_cs, \"aw?\"\n\t"
			".balign 32\n\t"
			"3:\n\t"
			".long 0, 0\n\t"
			".quad 1f, 2f - 1f, 4f\n\t"
			".popsection\n\t"
			".pushsection __rseq_cs_ptr_array, \"aw?\"\n\t"
			".quad 3b\n\t"
			".popsection\n\t"
			".pushsection __rseq_exit_point_array, \"aw?\"\n\t"
			".quad 1f, %l[moved]\n\t"
			".popsection\n\t"
			"leaq 3b(%%rip), %%rax\n\t"
			"movq %%rax, %%fs:8(%[area])\n\t"
			"1:\n\t"
			"cmpl %[cpu], %%fs:4(%[area])\n\t"
			"jnz %l[moved]\n\t"
			"add %[amount], %[value]\n\t"      /* the register tells the size */
			"2:\n\t"
			".pushsection __rseq_failure, \"ax?\"\n\t"
			ABORT_SIGNATURE
			"4:\n\t"
			"jmp %l[aborted]\n\t"
			".popsection\n\t"
			:
			: [area] "r"(__rseq_offset), [cpu] "r"(cpu), [amount] "r"(amount), [value] "m"(slots[cpu].value)
			: "rax", "memory", "cc"
			: moved, aborted);
		rseq_finish(&key);                         // @region-finish
		commits++;                                 // @after-region
		return;
	aborted:
		rseq_abort(&key);                          // @region-abort
		aborts++;
		goto again;
	moved:
		rseq_abort(&key);                          // @region-retry
		retries++;
		goto again;
	}

	T sum() const
	{
		T total = 0;
		for (const Slot &slot : slots)
			total += slot.value;
		return total;
	}

private:
	struct alignas(64) Slot {
		T value = 0;
	};

	static char key;
	Slot slots[MAX_CPUS];
};

template <typename T> char PerCpu<T>::key;

PerCpu<long> longs;
PerCpu<int> ints;

int main(int argc, char **argv)
{
	long iterations = sample_start(argc, argv, 100);

	for (long i = 0; i < iterations; i++) {           // @loop
		longs.add(2);                             // @step-long
		ints.add(1);                              // @step-int
	}
	return sample_report(longs.sum() + ints.sum(), 3 * iterations, aborts, retries); // @done
}
