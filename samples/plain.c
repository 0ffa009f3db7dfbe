/*
 * A program without any restartable sequence: data of every kind to look at, calls
 * to step through, output, input, two threads. For what a session does elsewhere.
 *
 *     plain [WORDS...] [--read] [--threads] [--depth=N] [--crash] [--exit=N] [--lines=N] [--ticks=N]
 *
 * --read     reads a line from stdin and answers it
 * --threads  starts two threads and waits for them
 * --depth=N  depth of the recursion (5)
 * --crash    writes through a null pointer
 * --lines=N  writes N numbered lines to stdout
 * --exit=N   exit code (0)
 * --ticks=N  counts to N, a millisecond each, with SIGINT blocked, taken by sigwait in
 *            a thread of its own, which reports it
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum color { RED, GREEN = 5, BLUE };

struct point {
	int x, y;
};

union number {
	uint32_t word;
	float real;
	unsigned char bytes[4];
};

struct bits {
	unsigned ready : 1;
	unsigned mode : 3;
	int offset : 12;
};

struct shape {
	char name[16];
	struct point corners[3];
	struct {
		double width;
		enum color color;
	} line;
	union number number;
	struct bits bits;
	const char *note;
	int (*area)(const struct shape *self);
};

struct node {
	int value;
	struct node *next;
};

int global_counter = 41;
const char *global_text = "text with \"quotes\", a \\ and a\ttab";
struct shape global_shape;
static long file_static = -7;
int matrix[2][3] = {{1, 2, 3}, {4, 5, 6}};
int many[1000];
int lines_done;
int ticks;

static int triangle_area(const struct shape *self)
{
	const struct point *c = self->corners;
	int doubled = (c[1].x - c[0].x) * (c[2].y - c[0].y) - (c[2].x - c[0].x) * (c[1].y - c[0].y);

	return doubled / 2;                                // @area
}

static struct node *list_prepend(struct node *head, int value)
{
	struct node *node = malloc(sizeof(*node));

	if (node == NULL)
		abort();
	node->value = value;                               // @list-prepend
	node->next = head;
	return node;
}

static int list_sum(const struct node *head)
{
	int sum = 0;

	for (const struct node *n = head; n != NULL; n = n->next) {
		sum += n->value;                           // @list-loop
	}
	return sum;                                        // @list-sum
}

static void list_free(struct node *head)
{
	while (head != NULL) {
		struct node *next = head->next;

		free(head);
		head = next;
	}
}

int factorial(int n)
{
	int rest;

	if (n <= 1)
		return 1;                                  // @recursion-bottom
	rest = factorial(n - 1);                           // @recursion
	return n * rest;                                   // @recursion-return
}

static int add(int a, int b)
{
	int sum = a + b;                                   // @add

	return sum;
}

static int apply(int (*operation)(int, int), int a, int b)
{
	return operation(a, b);                            // @apply
}

static void fill(struct shape *shape)
{
	memset(shape, 0, sizeof(*shape));
	strcpy(shape->name, "triangle");                   // @fill
	shape->corners[1] = (struct point){4, 0};
	shape->corners[2] = (struct point){0, 6};
	shape->line.width = 1.5;
	shape->line.color = GREEN;
	shape->number.real = 1.0f;
	shape->bits.ready = 1;
	shape->bits.mode = 5;
	shape->bits.offset = -3;
	shape->note = global_text;
	shape->area = triangle_area;
}

static void *thread_main(void *argument)
{
	long id = (long)argument;
	long local = id * 100;                             // @thread

	for (int i = 0; i < 3; i++)
		local += i;                                // @thread-loop
	return (void *)local;                              // @thread-end
}

static void run_threads(void)
{
	pthread_t threads[2];
	void *results[2];

	for (long t = 0; t < 2; t++)
		if (pthread_create(&threads[t], NULL, thread_main, (void *)(t + 1)) != 0)
			abort();
	for (int t = 0; t < 2; t++)
		pthread_join(threads[t], &results[t]);     // @join
	printf("threads: %ld %ld\n", (long)results[0], (long)results[1]);
}

static void read_line(void)
{
	char line[256];

	printf("your name? ");
	fflush(stdout);
	if (fgets(line, sizeof(line), stdin) == NULL) {    // @read
		printf("end of input\n");
		return;
	}
	line[strcspn(line, "\n")] = '\0';
	printf("hello, %s\n", line);                       // @read-done
}

static void *wait_for_interrupt(void *set)
{
	int signal_number;

	if (sigwait(set, &signal_number) == 0)
		printf("the program got signal %d\n", signal_number);
	return NULL;
}

static void tick(int count)
{
	pthread_t waiter;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	if (pthread_create(&waiter, NULL, wait_for_interrupt, &set) != 0)
		abort();
	printf("ticking\n");
	fflush(stdout);
	for (ticks = 0; ticks < count;) {
		usleep(1000);
		ticks++;                                   // @tick
	}
	printf("ticks=%d\n", ticks);
	pthread_cancel(waiter);
	pthread_join(waiter, NULL);
}

static int option(int argc, char **argv, const char *name, int otherwise)
{
	size_t length = strlen(name);

	for (int i = 1; i < argc; i++)
		if (strncmp(argv[i], name, length) == 0 && argv[i][length] == '=')
			return atoi(argv[i] + length + 1);
		else if (strcmp(argv[i], name) == 0)
			return 1;
	return otherwise;
}

int main(int argc, char **argv)
{
	struct shape local_shape;                          // @main
	struct node *list = NULL;
	char letters[] = "abc";
	int *nothing = NULL;
	int area, sum;

	for (int i = 1; i < argc; i++)
		printf("argument %d: %s\n", i, argv[i]);
	fill(&local_shape);                                // @call-fill
	global_shape = local_shape;
	area = local_shape.area(&local_shape);             // @call-pointer
	for (int i = 1; i <= 3; i++)
		list = list_prepend(list, i * 10);         // @call-prepend
	sum = list_sum(list);                              // @call-sum
	for (int i = 0; i < 1000; i++)
		many[i] = i * i;                           // @fill-many
	global_counter += apply(add, 1, 0);                // @call-apply
	letters[0] = 'x';                                  // @before-output
	printf("area=%d sum=%d factorial=%d\n", area, sum, factorial(option(argc, argv, "--depth", 5))); // @stdout
	fprintf(stderr, "to stderr: %s %d %ld\n", letters, global_counter, file_static);                 // @stderr
	for (int i = 0, lines = option(argc, argv, "--lines", 0); i < lines; i++)
		lines_done += printf("line %d\n", i) > 0;
	if (option(argc, argv, "--read", 0))
		read_line();                               // @call-read
	if (option(argc, argv, "--threads", 0))
		run_threads();                             // @call-threads
	if (option(argc, argv, "--crash", 0))
		*(volatile int *)nothing = 1;              // @crash
	if (option(argc, argv, "--ticks", 0))
		tick(option(argc, argv, "--ticks", 0));
	list_free(list);
	return option(argc, argv, "--exit", 0);            // @done
}
