/*
 * The regions come and go: libpercpu.so is opened and closed several times, and lies
 * at another address each time (a mapping is left where the last one began).
 *
 *     dlopen_lib [ITERATIONS [ROUNDS]] [--pin]
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>
#include <sys/mman.h>

#include "percpu.h"

struct percpu_long counters[MAX_CPUS];
long commits, aborts, retries;

typedef void inc_function(struct percpu_long *, long *, long *, long *);

static void *symbol(void *library, const char *name)
{
	void *address = dlsym(library, name);

	if (address == NULL) {
		fprintf(stderr, "%s\n", dlerror());
		exit(2);
	}
	return address;
}

static void *load_address(void *library)
{
	struct link_map *map;

	if (dlinfo(library, RTLD_DI_LINKMAP, &map) != 0) {
		fprintf(stderr, "%s\n", dlerror());
		exit(2);
	}
	return (void *)map->l_addr;
}

int main(int argc, char **argv)
{
	long iterations = sample_start(argc, argv, 20);
	long rounds = sample_number(argc, argv, 2, 5);

	for (long round = 0; round < rounds; round++) {
		void *library = dlopen("libpercpu.so", RTLD_NOW);  // @dlopen
		inc_function *inc, *inc_points;
		void (*leave)(void);
		void *place;

		if (library == NULL) {
			fprintf(stderr, "%s\n", dlerror());
			return 2;
		}
		inc = (inc_function *)symbol(library, "percpu_inc");
		inc_points = (inc_function *)symbol(library, "percpu_inc_points");
		leave = (void (*)(void))symbol(library, "percpu_leave");
		for (long i = 0; i < iterations; i++) {            // @loop
			inc(counters, &commits, &aborts, &retries);                    // @step-here
			inc_points(counters, &commits, &aborts, &retries);             // @step-points-here
		}
		leave();
		place = load_address(library);
		dlclose(library);                                  // @dlclose
		mmap(place, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
	}
	return sample_report(percpu_sum(counters), 2 * rounds * iterations, aborts, retries); // @done
}
