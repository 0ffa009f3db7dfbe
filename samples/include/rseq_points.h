/* SPDX-License-Identifier: MIT */
/*
 * rseq_points.h - mark restartable sequences for a debugger.
 *
 * Copy this file into your project; it includes nothing and adds no run-time
 * dependency. Its cost is one `nop` for each START and 24 bytes of file (12 in
 * 32-bit files), not of memory, for each point.
 *
 * Why: a debugger that stops a thread inside a restartable sequence makes the
 * kernel abort it, so stepping over one line by line never gets through. These
 * three macros tell the debugger where a sequence is entered and left, so that
 * it can run from one place to the other without a stop.
 *
 *     #include "rseq_points.h"
 *
 *     static char push_key;                 // a dummy: only its address counts
 *
 *     rseq_start(&push_key);                // before the store to rseq_cs
 *     asm goto (... the sequence ... : retry, aborted);
 *     rseq_finish(&push_key);               // just after the commit
 *     return true;
 *   aborted:
 *     rseq_abort(&push_key);                // where abort_ip leads to
 *     goto again;
 *   retry:
 *     rseq_abort(&push_key);                // every other way out, too
 *     goto again;
 *
 * Rules:
 *  - START stands before the store that arms the sequence (the one to
 *    `struct rseq.rseq_cs`), never behind it: a thread stopped at START must
 *    not be in the sequence yet. The nop that rseq_start emits keeps the
 *    compiler from placing the arming store at START itself.
 *  - Mark EVERY way out with FINISH (the sequence committed) or ABORT (it did
 *    not): a debugger that passed START waits until the thread reaches one.
 *  - START, FINISH and ABORT of one sequence name the same key. A key may have
 *    any number of each: inlining and loop unrolling copy them, which is right.
 *  - The key is the address of an object with static storage duration that is
 *    known at link time: `&object`, not a variable that holds a pointer. One
 *    object for each sequence.
 *  - The macros are compiler barriers (they clobber "memory").
 *
 * Inside an asm statement or in an assembler file, where C cannot reach:
 *
 *     asm goto (
 *         RSEQ_ASM_START(push)              // emits label, entry and nop
 *         "leaq 3f(%%rip), %%rax\n\t"
 *         ...
 *         RSEQ_ASM_FINISH(push)
 *         : : RSEQ_ASM_KEY(push, &push_key), ... : ... : ...);
 *
 *     #include "rseq_points.h"              // in a .S file
 *         RSEQ_POINT_START  push_key
 *         RSEQ_POINT_FINISH push_key
 *         RSEQ_POINT_ABORT  push_key
 *
 * The macros use the local labels 53053 (C, asm statements) and the assembler's
 * \@ counter (.S); use other numbers for your own.
 *
 * What is emitted (the format, for those who emit it by other means, is
 * described in docs/key-tables.md of the rseq-dap project): an entry of section
 * `__rseq_points`, not loaded at run time, holding type, address and key in the
 * target's byte order: u32 type, u32 zero, u64 address, u64 key in 64-bit
 * files; u32 type, u32 address, u32 key in 32-bit files.
 *
 * The section flags are "?R". `?` puts the entry into the section group (COMDAT)
 * of the code around it, so that the entries of a template or inline function
 * that the linker discards go with it. `R` (SHF_GNU_RETAIN) keeps --gc-sections
 * from dropping the table; the functions it names are then kept, too. It needs
 * binutils >= 2.36 or clang >= 13. With older tools, or where functions must stay
 * collectable, define RSEQ_POINTS_FLAGS as "?" before the #include, and link
 * without --gc-sections or do without the table.
 *
 * Tried with gcc 12 and clang 14, C and C++, -O0 to -O3, position-independent or
 * not, on x86-64; assembled only for i386 and x32.
 */
#ifndef RSEQ_POINTS_H
#define RSEQ_POINTS_H

#if !defined(__x86_64__) && !defined(__i386__)
#error "rseq_points.h knows x86 only: another target needs an operand modifier that prints a bare symbol, and its own nop"
#endif

#ifndef RSEQ_POINTS_FLAGS
#define RSEQ_POINTS_FLAGS "?R"
#endif

/* Entry types. */
#define RSEQ_POINT_TYPE_START 1
#define RSEQ_POINT_TYPE_FINISH 2
#define RSEQ_POINT_TYPE_ABORT 3

#ifdef __ASSEMBLER__

/* clang-format off */
.macro RSEQ_POINT_ENTRY type, key
.Lrseq_point_\@:
	.pushsection __rseq_points, RSEQ_POINTS_FLAGS, @progbits
#ifdef __LP64__
	.long \type, 0
	.quad .Lrseq_point_\@, \key
#else
	.long \type, .Lrseq_point_\@, \key
#endif
	.popsection
.endm

.macro RSEQ_POINT_START key
	RSEQ_POINT_ENTRY RSEQ_POINT_TYPE_START, \key
	nop
.endm

.macro RSEQ_POINT_FINISH key
	RSEQ_POINT_ENTRY RSEQ_POINT_TYPE_FINISH, \key
.endm

.macro RSEQ_POINT_ABORT key
	RSEQ_POINT_ENTRY RSEQ_POINT_TYPE_ABORT, \key
.endm
/* clang-format on */

#else /* C and C++ */

/*
 * The key as an operand that prints as the bare symbol. "i" is refused by gcc
 * for a global symbol under -fPIC (its address is loaded from the GOT there);
 * "X" takes anything, and %p prints a symbol without the punctuation of an
 * immediate. clang folds "s" and prints it with %c.
 */
#ifdef __clang__
#define RSEQ_POINTS_CONSTRAINT_ "s"
#define RSEQ_POINTS_KEY_(name) "%c[" name "]"
#else
#define RSEQ_POINTS_CONSTRAINT_ "X"
#define RSEQ_POINTS_KEY_(name) "%p[" name "]"
#endif

#define RSEQ_POINTS_STR2_(x) #x
#define RSEQ_POINTS_STR_(x) RSEQ_POINTS_STR2_(x)

#ifdef __LP64__
#define RSEQ_POINTS_FIELDS_(type, key)                                                                                 \
	".long " RSEQ_POINTS_STR_(type) ", 0\n\t"                                                                      \
	".quad 53053b, " key "\n\t"
#else
#define RSEQ_POINTS_FIELDS_(type, key) ".long " RSEQ_POINTS_STR_(type) ", 53053b, " key "\n\t"
#endif

#define RSEQ_POINTS_ENTRY_(type, key)                                                                                  \
	"53053:\n\t"                                                                                                   \
	".pushsection __rseq_points, \"" RSEQ_POINTS_FLAGS "\", @progbits\n\t" RSEQ_POINTS_FIELDS_(type, key)          \
	".popsection\n\t"

/* Inside an asm statement: the operand, and the points (`name` is the operand's). */
#define RSEQ_ASM_KEY(name, key) [name] RSEQ_POINTS_CONSTRAINT_(key)
#define RSEQ_ASM_START(name) RSEQ_POINTS_ENTRY_(RSEQ_POINT_TYPE_START, RSEQ_POINTS_KEY_(#name)) "nop\n\t"
#define RSEQ_ASM_FINISH(name) RSEQ_POINTS_ENTRY_(RSEQ_POINT_TYPE_FINISH, RSEQ_POINTS_KEY_(#name))
#define RSEQ_ASM_ABORT(name) RSEQ_POINTS_ENTRY_(RSEQ_POINT_TYPE_ABORT, RSEQ_POINTS_KEY_(#name))

/*
 * Statements. They are macros and not inline functions because the key must
 * reach the asm as a link-time constant, which a function's argument is not
 * at -O0.
 */
#define rseq_start(key)                                                                                                \
	__asm__ __volatile__(RSEQ_ASM_START(rseq_key) : : RSEQ_ASM_KEY(rseq_key, key) : "memory")
#define rseq_finish(key)                                                                                               \
	__asm__ __volatile__(RSEQ_ASM_FINISH(rseq_key) : : RSEQ_ASM_KEY(rseq_key, key) : "memory")
#define rseq_abort(key)                                                                                                \
	__asm__ __volatile__(RSEQ_ASM_ABORT(rseq_key) : : RSEQ_ASM_KEY(rseq_key, key) : "memory")

#endif /* __ASSEMBLER__ */
#endif /* RSEQ_POINTS_H */
