/*
 * Signals of every origin that a debugger must explain: faults, failed checks, other
 * processes, timers, children.
 *
 *     signalled --null | --wild | --stack | --divide | --bus | --assert | --heap | --raise | --child | --pipe | --wait
 *
 * --wait: waits to be sent signals; SIGUSR1 and SIGINT are counted, SIGTERM ends it well.
 */
#define _GNU_SOURCE
#include <assert.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile int zero, sink, done;
static volatile int counted[65];

static void count(int number)
{
	counted[number]++;                         // @handler
	if (number == SIGTERM)
		done = 1;
}

__attribute__((noinline)) static int recurse(int depth)
{
	volatile char frame[4096];

	frame[0] = (char)depth;
	return depth < 0 ? 0 : recurse(depth + 1) + frame[0]; // @recursion
}

static void past_file(void)
{
	char *page = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fileno(tmpfile()), 0);

	sink = *(volatile char *)page;             // @bus
}

static void to_nobody(void)
{
	int ends[2];

	if (pipe(ends) != 0)
		exit(2);
	close(ends[0]);
	sink = (int)write(ends[1], "x", 1);        // @pipe
}

static void child(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(3);
	waitpid(pid, NULL, 0);                     // @child
}

static void wait_for_signals(void)
{
	puts("waiting");
	fflush(stdout);
	while (!done)
		pause();                           // @wait
}

static void act(const char *what)
{
	if (strcmp(what, "--null") == 0)
		*(volatile int *)(uintptr_t)(zero + 16) = 1; // @null
	else if (strcmp(what, "--wild") == 0)
		sink = *(volatile int *)(uintptr_t)(0x8000000000000000 + zero); // @wild
	else if (strcmp(what, "--stack") == 0)
		sink = recurse(0);
	else if (strcmp(what, "--divide") == 0)
		sink = 10 / zero;                  // @divide
	else if (strcmp(what, "--bus") == 0)
		past_file();
	else if (strcmp(what, "--assert") == 0)
		assert(zero == 1);                 // @assert
	else if (strcmp(what, "--heap") == 0)
		free((char *)malloc(24) + zero + 8); // @heap
	else if (strcmp(what, "--raise") == 0)
		raise(SIGUSR2);                    // @raise
	else if (strcmp(what, "--child") == 0)
		child();
	else if (strcmp(what, "--pipe") == 0)
		to_nobody();
	else if (strcmp(what, "--wait") == 0)
		wait_for_signals();
}

int main(int argc, char **argv)
{
	signal(SIGUSR1, count);
	signal(SIGINT, count);
	signal(SIGTERM, count);
	if (argc > 1)
		act(argv[1]);                      // @act
	printf("usr1=%d int=%d term=%d\n", counted[SIGUSR1], counted[SIGINT], counted[SIGTERM]);
	return 0;                                  // @done
}
