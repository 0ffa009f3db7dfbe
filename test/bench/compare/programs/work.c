/*
 * What the benchmark debugs. argv[1] says what it does, argv[2] how much of it:
 * step, threads N, deep N, run, flood MB.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int numbers_10k[10000];
int numbers_1m[1000000];

/* Seven locals and arguments. */
static void seven(long a, const char *name)
{
	int i = 0;
	long sum = 0;
	double mean = 0;
	unsigned flags = 0;
	long *where = &sum;

	for (;;) {
		i++;                          // @seven
		sum += a;
		mean = (double)sum / i;
		flags ^= (unsigned)i;
		flags += (unsigned)(mean > 1) + (unsigned)(name[0] == *where);
	}
}

#define TEN(p)                                                                                        \
	long p##0 = 0, p##1 = 1, p##2 = 2, p##3 = 3, p##4 = 4, p##5 = 5, p##6 = 6, p##7 = 7, p##8 = 8, p##9 = 9; \
	(void)p##0, (void)p##1, (void)p##2, (void)p##3, (void)p##4, (void)p##5, (void)p##6, (void)p##7, (void)p##8, (void)p##9;

static void two_hundred(void)
{
	TEN(a) TEN(b) TEN(c) TEN(d) TEN(e) TEN(f) TEN(g) TEN(h) TEN(i) TEN(j)
	TEN(k) TEN(l) TEN(m) TEN(n) TEN(o) TEN(p) TEN(q) TEN(r) TEN(s) TEN(t)

	for (;;) {
		a0++;                         // @two-hundred
		b1 += a0;
		c2 ^= b1;
	}
}

struct point {
	int x, y;
};

static void structures(void)
{
	struct point origin = { 0, 0 }, corner = { 3, 4 }, far_away = { 100, 200 };
	int row[8] = { 1, 2, 3 };
	char text[16] = "text";

	for (;;) {
		origin.x++;                   // @structures
		corner.y += row[origin.x & 7];
		far_away.x += text[0];
	}
}

static volatile int sink;

static void deep(int depth)
{
	if (depth == 0)
		sink++;                       // @deep
	else
		deep(depth - 1);
	sink++;
}

static void *wait_for_ever(void *unused)
{
	for (;;)
		pause();
	return unused;
}

static void run(void)
{
	for (;;) {
		usleep(1000);
		if (sink < 0) {
			sink = 1;                 // @never
			sink = 2;
			sink = 3;
			sink = 4;
			sink = 5;
			sink = 6;
			sink = 7;
			sink = 8;
			sink = 9;
			sink = 10;
		}
	}
}

static void flood(long megabytes)
{
	static char block[1 << 20];

	for (size_t i = 0; i < sizeof block; i++)
		block[i] = i % 64 == 63 ? '\n' : 'x';
	for (long i = 0; i < megabytes; i++)
		for (size_t done = 0; done < sizeof block;)
			done += (size_t)write(1, block + done, sizeof block - done);
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	long amount = argc > 2 ? atol(argv[2]) : 0;

	for (int i = 0; i < 10000; i++)     // @main
		numbers_10k[i] = i;
	for (int i = 0; i < 1000000; i++)
		numbers_1m[i] = i;
	if (strcmp(what, "threads") == 0)
		for (long i = 1; i < amount; i++) {
			pthread_t thread;
			pthread_attr_t attributes;

			pthread_attr_init(&attributes);
			pthread_attr_setstacksize(&attributes, 64 * 1024);
			pthread_create(&thread, &attributes, wait_for_ever, NULL);
		}
	if (strcmp(what, "deep") == 0)
		deep((int)amount);
	if (strcmp(what, "locals") == 0)
		two_hundred();
	if (strcmp(what, "structures") == 0)
		structures();
	if (strcmp(what, "run") == 0)
		run();
	if (strcmp(what, "flood") == 0)
		flood(amount);
	else
		seven(amount, what);
	return 0;
}
