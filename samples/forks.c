/*
 * A program that forks: each process hammers its own counter through the
 * region of libpercpu.so and reports. The parent tells the child's end.
 *
 *     forks [ITERATIONS] [--pin] [--spawn] [--linger]
 *
 * --spawn:  runs /bin/true by posix_spawn (a vfork) before it forks
 * --linger: both processes stay until they are killed
 */
#define _GNU_SOURCE
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "percpu.h"

extern char **environ;

struct percpu_long counters[MAX_CPUS];
long commits, aborts, retries;
pid_t other; /* the child in the parent, the parent in the child */

static int work(const char *who, long iterations)
{
	int status;

	for (long i = 0; i < iterations; i++)
		percpu_inc(counters, &commits, &aborts, &retries); // @work
	printf("%s %d ", who, (int)getpid());                      // @report
	status = sample_report(percpu_sum(counters), iterations, aborts, retries);
	fflush(stdout);
	return status;
}

static void spawn_true(void)
{
	char *const arguments[] = {"true", NULL};
	pid_t child;

	if (posix_spawn(&child, "/bin/true", NULL, NULL, arguments, environ) != 0) // @spawn
		abort();
	waitpid(child, NULL, 0);
}

int main(int argc, char **argv)
{
	long iterations = sample_start(argc, argv, 100);
	pid_t parent = getpid();
	int status = 0, wrong;

	if (sample_flag(argc, argv, "--spawn"))
		spawn_true();
	other = fork();                              // @fork
	if (other == 0) {                            // @forked
		other = parent;
		wrong = work("child", iterations);   // @child
		if (sample_flag(argc, argv, "--linger"))
			pause();
		_exit(wrong ? 1 : 3);                // @child-end
	}
	wrong = work("parent", iterations);          // @parent
	if (sample_flag(argc, argv, "--linger"))
		pause();
	waitpid(other, &status, 0);
	printf("the child's exit code: %d\n", WEXITSTATUS(status)); // @done
	return wrong;
}
