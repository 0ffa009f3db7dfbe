/*
 * A per-CPU stack whose regions have several ways out, all of them declared in
 * __rseq_exit_point_array: the wrong CPU, the list empty (pop), the head changed
 * since it was read (push). A step that waits for the commit alone waits forever
 * when the list is empty.
 */
#define _GNU_SOURCE
#include "rseq_area.h"

struct node {
	struct node *next;
	long value;
};

struct percpu_list {
	struct node *head;
} __attribute__((aligned(64)));

struct percpu_list lists[MAX_CPUS];
long commits, aborts, retries, empties;

__attribute__((noinline)) static void list_push(struct node *node)
{
	uint32_t cpu;
	struct percpu_list *list;
	struct node *expected;

again:
	cpu = rseq_cpu_start();            // @push-before-region
	list = &lists[cpu];
	expected = *(struct node *volatile *)&list->head;
	node->next = expected;
	__asm__ goto(                      // @push-region
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
		".quad 1f, %l[changed]\n\t"
		".popsection\n\t"
		"leaq 3b(%%rip), %%rax\n\t"
		"movq %%rax, %%fs:8(%[area])\n\t"
		"1:\n\t"
		"cmpl %[cpu], %%fs:4(%[area])\n\t"
		"jnz %l[moved]\n\t"
		"cmpq %[head], %[expected]\n\t"
		"jnz %l[changed]\n\t"
		"movq %[node], %[head]\n\t"
		"2:\n\t"
		".pushsection __rseq_failure, \"ax\"\n\t"
		ABORT_SIGNATURE
		"4:\n\t"
		"jmp %l[aborted]\n\t"
		".popsection\n\t"
		:
		: [area] "r"(__rseq_offset), [cpu] "r"(cpu), [head] "m"(list->head), [expected] "r"(expected),
		  [node] "r"(node)
		: "rax", "memory", "cc"
		: moved, changed, aborted);
	commits++;                         // @push-after-region
	return;

aborted:
	aborts++;                          // @push-abort
	goto again;

moved:
changed:
	retries++;                         // @push-retry
	goto again;
}

__attribute__((noinline)) static struct node *list_pop(void)
{
	uint32_t cpu;
	struct percpu_list *list;
	struct node *popped = NULL;

again:
	cpu = rseq_cpu_start();            // @pop-before-region
	list = &lists[cpu];
	__asm__ goto(                      // @pop-region
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
		".quad 1f, %l[empty]\n\t"
		".popsection\n\t"
		"leaq 3b(%%rip), %%rax\n\t"
		"movq %%rax, %%fs:8(%[area])\n\t"
		"1:\n\t"
		"cmpl %[cpu], %%fs:4(%[area])\n\t"
		"jnz %l[moved]\n\t"
		"movq %[head], %%rdx\n\t"
		"testq %%rdx, %%rdx\n\t"
		"jz %l[empty]\n\t"
		"movq %%rdx, %[popped]\n\t"
		"movq (%%rdx), %%rax\n\t"      /* the next node */
		"movq %%rax, %[head]\n\t"
		"2:\n\t"
		".pushsection __rseq_failure, \"ax\"\n\t"
		ABORT_SIGNATURE
		"4:\n\t"
		"jmp %l[aborted]\n\t"
		".popsection\n\t"
		:
		: [area] "r"(__rseq_offset), [cpu] "r"(cpu), [head] "m"(list->head), [popped] "m"(popped)
		: "rax", "rdx", "memory", "cc"
		: moved, empty, aborted);
	commits++;                         // @pop-after-region
	return popped;

empty:
	empties++;                         // @pop-empty
	return NULL;

aborted:
	aborts++;                          // @pop-abort
	goto again;

moved:
	retries++;                         // @pop-retry
	goto again;
}

int main(int argc, char **argv)
{
	long iterations = sample_start(argc, argv, 100);
	struct node *nodes = calloc(iterations, sizeof(*nodes));
	long sum = 0;

	if (nodes == NULL && iterations > 0) {
		perror("calloc");
		return 2;
	}
	for (long i = 0; i < iterations; i++) {      // @loop
		struct node *popped;

		nodes[i].value = i + 1;
		list_push(&nodes[i]);                // @push-here
		popped = list_pop();                 // @pop-here
		if (popped != NULL)
			sum += popped->value;
		popped = list_pop();                 // @pop-empty-here
		if (popped != NULL)
			sum += popped->value;
	}
	for (int cpu = 0; cpu < MAX_CPUS; cpu++)     // @drain
		for (struct node *left = lists[cpu].head; left != NULL; left = left->next)
			sum += left->value;
	printf("commits=%ld empties=%ld\n", commits, empties);
	return sample_report(sum, iterations * (iterations + 1) / 2, aborts, retries); // @done
}
