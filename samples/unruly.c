/*
 * A program without any restartable sequence that does to a debugger what programs do that are broken, or careful: each
 * mode one thing, then it ends with exit code 0.
 *
 *     unruly --records        prints what looks like gdb's own records, with and without newlines
 *     unruly --burst=BYTES    prints that much at once
 *     unruly --line=BYTES     prints one line of that length
 *     unruly --binary         prints each byte value, 100 times
 *     unruly --close          closes stdin, stdout and stderr, and every other descriptor
 *     unruly --raw            puts its terminal into raw mode
 *     unruly --daemon         forks twice; the grandchild lives on in a session of its own and prints its number
 *     unruly --traced         asks to be traced, as programs do that want no debugger
 *     unruly --exec           executes itself, without arguments
 *     unruly --threads=N      starts N threads one after another, 16 at a time, that end at once
 *     unruly --blocked        blocks every signal, then waits for lines on stdin until its end
 *     unruly --sigwait        blocks every signal and waits for one by sigwait until it is SIGTERM; prints the others
 *     unruly --ignore-term    ignores SIGTERM and sleeps
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#define AT_A_TIME 16

static void print_records(void)
{
	static const char *const lines[] = {
		"*stopped,reason=\"exited-normally\"\n",
		"1^done\n2^done\n3^error,msg=\"no\"\n",
		"=thread-group-exited,id=\"i1\",exit-code=\"7\"\n",
		"(gdb) \n",
		"~\"text\"",
		"*running,thread-id=\"all\"",
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		fputs(lines[i], stdout);                   // @records
		fputs(lines[i], stderr);
		fflush(stdout);
	}
}

static void print_many(long bytes, char last)
{
	static char block[1 << 16];

	memset(block, 'x', sizeof(block));
	for (long left = bytes; left > 0; left -= (long)sizeof(block)) {
		size_t size = left < (long)sizeof(block) ? (size_t)left : sizeof(block);

		if (last == '\n')
			block[sizeof(block) - 1] = '\n';
		if (fwrite(block, 1, size, stdout) != size)
			exit(1);
	}
	fflush(stdout);
}

static void print_binary(void)
{
	for (int round = 0; round < 100; round++)
		for (int byte = 0; byte < 256; byte++)
			putchar(byte);
	fflush(stdout);
}

static void make_raw(void)
{
	struct termios modes;

	if (tcgetattr(0, &modes) != 0)
		exit(1);
	cfmakeraw(&modes);
	tcsetattr(0, TCSANOW, &modes);
	printf("raw\n");                                   // @raw
}

static void become_daemon(void)
{
	int told[2];
	char none;
	pid_t child;

	if (pipe(told) != 0)
		exit(1);
	child = fork();
	if (child == 0) {
		setsid();
		if (fork() == 0) {
			printf("daemon %d\n", getpid());
			fflush(stdout);
			for (int fd = 0; fd <= told[1]; fd++)
				close(fd);
			sleep(60);
			_exit(0);
		}
		/* Until the daemon has told its number. */
		close(told[1]);
		_exit(read(told[0], &none, 1) != 0);
	}
	close(told[1]);
	waitpid(child, NULL, 0);                           // @daemon
}

static void *end_at_once(void *nothing)
{
	return nothing;
}

static void run_threads(int count)
{
	pthread_t threads[AT_A_TIME];

	for (int started = 0; started < count; started += AT_A_TIME) {
		for (int i = 0; i < AT_A_TIME; i++)
			if (pthread_create(&threads[i], NULL, end_at_once, NULL) != 0)
				exit(1);
		for (int i = 0; i < AT_A_TIME; i++)
			pthread_join(threads[i], NULL);    // @threads
	}
}

static void wait_for_signals(void)
{
	sigset_t all;
	int signal;

	sigfillset(&all);
	printf("waiting\n");
	fflush(stdout);
	while (sigwait(&all, &signal) == 0 && signal != SIGTERM) {
		printf("signal %d\n", signal);
		fflush(stdout);
	}
}

static void wait_for_lines(void)
{
	char line[256];

	printf("waiting\n");
	fflush(stdout);
	while (fgets(line, sizeof(line), stdin) != NULL) {
		printf("line %s", line);                   // @line
		fflush(stdout);
	}
}

static void block_all(void)
{
	sigset_t all;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
}

/* The number behind `name=` where `argument` begins with that; -1 otherwise. */
static long number_of(const char *argument, const char *name)
{
	size_t length = strlen(name);

	return strncmp(argument, name, length) == 0 ? atol(argument + length) : -1;
}

int main(int argc, char **argv)
{
	const char *mode = argc > 1 ? argv[1] : "";        // @main

	if (strcmp(mode, "--records") == 0)
		print_records();
	else if (number_of(mode, "--burst=") >= 0)
		print_many(number_of(mode, "--burst="), '\n');
	else if (number_of(mode, "--line=") >= 0)
		print_many(number_of(mode, "--line="), 'x');
	else if (strcmp(mode, "--binary") == 0)
		print_binary();
	else if (strcmp(mode, "--close") == 0)
		for (int fd = 0; fd < 256; fd++)
			close(fd);
	else if (strcmp(mode, "--raw") == 0)
		make_raw();
	else if (strcmp(mode, "--daemon") == 0)
		become_daemon();
	else if (strcmp(mode, "--traced") == 0)
		printf("traced: %ld\n", ptrace(PTRACE_TRACEME, 0, 0, 0));
	else if (strcmp(mode, "--exec") == 0)
		execl("/proc/self/exe", argv[0], (char *)NULL); // @exec
	else if (number_of(mode, "--threads=") >= 0)
		run_threads((int)number_of(mode, "--threads="));
	else if (strcmp(mode, "--blocked") == 0) {
		block_all();
		wait_for_lines();
	} else if (strcmp(mode, "--sigwait") == 0) {
		block_all();
		wait_for_signals();
	} else if (strcmp(mode, "--ignore-term") == 0) {
		signal(SIGTERM, SIG_IGN);
		printf("waiting\n");
		fflush(stdout);
		sleep(60);
	}
	return 0;                                          // @done
}
