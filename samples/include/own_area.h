/* SPDX-License-Identifier: MIT */
/*
 * Takes the calling thread's rseq registration away from glibc, for the samples
 * that register an area of their own as allocators do (there under
 * GLIBC_TUNABLES=glibc.pthread.rseq=0; these samples need no tunable).
 */
#ifndef OWN_AREA_H
#define OWN_AREA_H

#include <sys/auxv.h>
#include <sys/syscall.h>

#include "rseq_area.h"

#ifndef AT_RSEQ_FEATURE_SIZE
#define AT_RSEQ_FEATURE_SIZE 27
#define AT_RSEQ_ALIGN 28
#endif

/* What the kernel first required, and what glibc registered before it knew of extensions. */
#define OWN_AREA_SIZE 32

static inline void own_area_register(struct rseq *area)
{
	unsigned long align = getauxval(AT_RSEQ_ALIGN);
	unsigned long size = getauxval(AT_RSEQ_FEATURE_SIZE);

	if (align != 0)
		size = (size + align - 1) / align * align;
	/* The kernel wants back the length that was registered; glibc does not tell it. */
	if (__rseq_size != 0 && syscall(SYS_rseq, rseq_area(), OWN_AREA_SIZE, RSEQ_FLAG_UNREGISTER, RSEQ_SIG) != 0 &&
	    syscall(SYS_rseq, rseq_area(), size, RSEQ_FLAG_UNREGISTER, RSEQ_SIG) != 0) {
		perror("rseq: unregister glibc's area");
		exit(2);
	}
	area->cpu_id = RSEQ_CPU_ID_UNINITIALIZED;
	if (syscall(SYS_rseq, area, OWN_AREA_SIZE, 0, RSEQ_SIG) != 0) {
		perror("rseq: register own area");
		exit(2);
	}
}

#endif
