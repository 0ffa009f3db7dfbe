/*
 * A per-CPU counter in an assembler file: every instruction has a source line of
 * its own, so a line step here is an instruction step, and a line breakpoint can
 * be asked for at any instruction of the region.
 *
 * void counter_inc(struct percpu_long *counters, long *aborts, long *retries)
 */
	.text
	.globl counter_inc
	.type counter_inc, @function
counter_inc:
	.cfi_startproc
	movq __rseq_offset@GOTPCREL(%rip), %r8     // @entry
	movq (%r8), %r8
.Lagain:
	movl %fs:0(%r8), %ecx                      // @read-cpu
	movl %ecx, %r9d
	shlq $6, %r9
	addq %rdi, %r9                             // @before-prelude
	leaq .Ldescriptor(%rip), %rax              // @prelude
	movq %rax, %fs:8(%r8)                      // @arm
.Lstart:
	cmpl %ecx, %fs:4(%r8)                      // @region-start
	jne .Lmoved                                // @region-branch
	incq (%r9)                                 // @region-commit
.Lpost_commit:
	nop                                        // @after-region
	ret                                        // @return
.Lmoved:
	incq (%rdx)                                // @region-retry
	jmp .Lagain
	ud1 0x53053053(%rip), %edi                 // @signature
.Labort:
	incq (%rsi)                                // @region-abort
	jmp .Lagain                                // @abort-jump
	.cfi_endproc
	.size counter_inc, . - counter_inc

	.section __rseq_cs, "aw"
	.balign 32
.Ldescriptor:
	.long 0, 0
	.quad .Lstart, .Lpost_commit - .Lstart, .Labort

	.section __rseq_cs_ptr_array, "aw"
	.quad .Ldescriptor

	.section __rseq_exit_point_array, "aw"
	.quad .Lstart, .Lmoved

	.section .note.GNU-stack, "", @progbits
