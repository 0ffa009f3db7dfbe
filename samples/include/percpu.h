/* SPDX-License-Identifier: MIT */
/*
 * libpercpu.so. The counters and the counts are the caller's, so that they
 * outlive a dlclose.
 */
#ifndef PERCPU_H
#define PERCPU_H

#include "rseq_area.h"

/* Adds one to the current CPU's counter; the region is listed in __rseq_cs_ptr_array. */
void percpu_inc(struct percpu_long *counters, long *commits, long *aborts, long *retries);

/* The same; the region is known by its key table alone. */
void percpu_inc_points(struct percpu_long *counters, long *commits, long *aborts, long *retries);

/* Must be called, in each thread that called the others, before the library is unloaded. */
void percpu_leave(void);

#endif
