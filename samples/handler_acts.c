/*
 * What a signal handler can do while its thread is on the way through a region: wait for
 * another thread, end the process or its own thread, fork, or become another program. A
 * debugger that holds the other threads at that moment must notice.
 *
 *     handler_acts [ITERATIONS] [--wait | --exit | --thread-exit | --fork | --exec] [--pin]
 *
 * The handler of SIGUSR2 acts once, whoever sends it; without an option it returns. A
 * worker counts in the same region until the main thread is done.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>

#include "rseq_area.h"

struct percpu_long counters[MAX_CPUS];
long commits, aborts, retries;      /* the main thread's */
volatile long worker_commits;
volatile int main_done, handled;
static long done_by_main;
static char **arguments;
static int waits, exits, thread_exits, forks, execs;

__attribute__((noinline)) static void counter_inc(volatile long *committed, long *aborted_count, long *retried)
{
	uint32_t cpu;

again:
	cpu = rseq_cpu_start();            // @before-region
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
		"incq %[value]\n\t"
		"2:\n\t"
		".pushsection __rseq_failure, \"ax\"\n\t"
		ABORT_SIGNATURE
		"4:\n\t"
		"jmp %l[aborted]\n\t"
		".popsection\n\t"
		:
		: [area] "r"(__rseq_offset), [cpu] "r"(cpu), [value] "m"(counters[cpu].value)
		: "rax", "memory", "cc"
		: moved, aborted);
	++*committed;                      // @after-region
	return;

aborted:
	++*aborted_count;                  // @region-abort
	goto again;

moved:
	++*retried;                        // @region-retry
	goto again;
}

static void fork_and_wait(void)
{
	pid_t child = fork();
	int status;

	if (child == 0) {
		volatile long mine = 0;
		long lost = 0, again = 0;

		for (int i = 0; i < 1000; i++)
			counter_inc(&mine, &lost, &again);
		_exit(mine == 1000 ? 0 : 1);
	}
	if (child < 0 || waitpid(child, &status, 0) < 0 || status != 0)
		_exit(4);
}

static void on_signal(int number)
{
	(void)number;                      // @handler
	if (handled++)
		return;
	if (waits)
		for (long before = worker_commits; worker_commits < before + 1000;)
			sched_yield();     // @handler-waits
	if (exits)
		_exit(3);                  // @handler-exits
	if (thread_exits) {
		done_by_main = commits;
		main_done = 1;
		pthread_exit(NULL);        // @handler-leaves
	}
	if (forks)
		fork_and_wait();           // @handler-forks
	if (execs) {
		char *again[] = {arguments[0], "50", NULL};
		sigset_t none;

		sigemptyset(&none);
		sigprocmask(SIG_SETMASK, &none, NULL);
		execv("/proc/self/exe", again); // @handler-execs
	}
}

static void *work(void *unused)
{
	long lost = 0, again = 0;
	sigset_t usr2;

	(void)unused;
	sigemptyset(&usr2);
	sigaddset(&usr2, SIGUSR2);
	pthread_sigmask(SIG_BLOCK, &usr2, NULL);
	while (!main_done)
		counter_inc(&worker_commits, &lost, &again); // @worker
	if (thread_exits && handled)
		/* The main thread may have been on either side of its last commit. */
		exit(percpu_sum(counters) - worker_commits - done_by_main <= 1 ? 0 : 1);
	return NULL;
}

int main(int argc, char **argv)
{
	struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
	long iterations = sample_number(argc, argv, 1, 100);
	pthread_t worker;

	sample_start(0, NULL, 0);
	arguments = argv;
	waits = sample_flag(argc, argv, "--wait");
	exits = sample_flag(argc, argv, "--exit");
	thread_exits = sample_flag(argc, argv, "--thread-exit");
	forks = sample_flag(argc, argv, "--fork");
	execs = sample_flag(argc, argv, "--exec");
	sigaction(SIGUSR2, &action, NULL);
	if (pthread_create(&worker, NULL, work, NULL) != 0) {
		perror("pthread_create");
		return 2;
	}
	if (sample_flag(argc, argv, "--pin"))
		sample_pin();

	for (long i = 0; i < iterations; i++) {                  // @loop
		counter_inc(&commits, &aborts, &retries);        // @step-here
	}
	main_done = 1;
	pthread_join(worker, NULL);
	return sample_report(percpu_sum(counters), iterations + worker_commits, aborts, retries); // @done
}
