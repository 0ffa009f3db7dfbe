/* SPDX-License-Identifier: MIT */
/*
 * What every sample needs and no sample is about: the thread's rseq area, a
 * per-CPU long, the command line, the closing report.
 */
#ifndef RSEQ_AREA_H
#define RSEQ_AREA_H

#ifndef _GNU_SOURCE
#error "define _GNU_SOURCE before the first #include"
#endif

#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/rseq.h>
#include <unistd.h>

#ifndef __x86_64__
#error "the samples are written for x86-64"
#endif

#define MAX_CPUS 1024

/* A value for each CPU, on cache lines of its own. The samples' asm knows that the stride is 64 bytes. */
struct percpu_long {
	long value;
} __attribute__((aligned(64)));

/*
 * The signature that the kernel demands in the 4 bytes before abort_ip, as the
 * operand of an instruction (ud1), so that disassembly stays in step.
 */
#define ABORT_SIGNATURE ".byte 0x0f, 0xb9, 0x3d\n\t.long 0x53053053\n\t"

/* The calling thread's area as registered by glibc >= 2.35. */
static inline struct rseq *rseq_area(void)
{
	char *thread_pointer;

	__asm__("movq %%fs:0, %0" : "=r"(thread_pointer));
	return (struct rseq *)(thread_pointer + __rseq_offset);
}

/* The CPU to try; the region compares it with cpu_id. */
static inline uint32_t rseq_cpu_start(void)
{
	return *(volatile uint32_t *)&rseq_area()->cpu_id_start;
}

static inline void sample_pin(void)
{
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET(sched_getcpu(), &one);
	if (sched_setaffinity(0, sizeof(one), &one) != 0) {
		perror("sched_setaffinity");
		exit(2);
	}
}

static inline int sample_flag(int argc, char **argv, const char *flag)
{
	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], flag) == 0)
			return 1;
	return 0;
}

/* The nth number (from 1) among the arguments, flags apart. */
static inline long sample_number(int argc, char **argv, int nth, long otherwise)
{
	for (int i = 1; i < argc; i++)
		if (argv[i][0] != '-' && --nth == 0)
			return atol(argv[i]);
	return otherwise;
}

static inline void sample_check_cpus(void)
{
	if (sysconf(_SC_NPROCESSORS_CONF) > MAX_CPUS) {
		fprintf(stderr, "more than %d CPUs: raise MAX_CPUS\n", MAX_CPUS);
		exit(2);
	}
}

/* Checks that glibc registered the area, pins if `--pin` is given; returns the number of iterations. */
static inline long sample_start(int argc, char **argv, long iterations)
{
	if (__rseq_size == 0) {
		fprintf(stderr, "glibc registered no rseq area (glibc.pthread.rseq=0, or no kernel support)\n");
		exit(2);
	}
	sample_check_cpus();
	if (sample_flag(argc, argv, "--pin"))
		sample_pin();
	return sample_number(argc, argv, 1, iterations);
}

static inline long percpu_sum(const struct percpu_long *counters)
{
	long sum = 0;

	for (int cpu = 0; cpu < MAX_CPUS; cpu++)
		sum += counters[cpu].value;
	return sum;
}

/* The closing line and the exit code: 0 if no update was lost or made twice. */
static inline int sample_report(long sum, long expected, long aborts, long retries)
{
	printf("sum=%ld expected=%ld aborts=%ld retries=%ld\n", sum, expected, aborts, retries);
	return sum == expected ? 0 : 1;
}

#endif
