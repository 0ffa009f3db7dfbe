#!/bin/sh
# Builds one program that uses every macro of include/rseq_points.h for the given
# compilers (default: gcc and g++), each at -O0 to -O3 and position-independent or
# not, and compares the table with what `nm` and the code say. Needs binutils.
#
#     ./check_header.sh [COMPILER...]
set -eu
cd "$(dirname "$0")"
[ $# -gt 0 ] || set -- gcc g++
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
builds=0

cat >"$work/points.c" <<'SOURCE'
#include "rseq_points.h"
#ifdef __cplusplus
extern "C" {
#endif
extern char key_asm;
void points_in_asm_file(void);
char key_global;
static char key_static;
char key_hidden __attribute__((visibility("hidden")));
volatile int state;

__attribute__((noinline)) void with_global(void)
{
	rseq_start(&key_global);
	state++;
	rseq_finish(&key_global);
	state++;
	rseq_abort(&key_global);
}
__attribute__((noinline)) void with_static(void)
{
	rseq_start(&key_static);
	state++;
	rseq_finish(&key_static);
	state++;
	rseq_abort(&key_static);
}
__attribute__((noinline)) void with_hidden(void)
{
	rseq_start(&key_hidden);
	state++;
	rseq_finish(&key_hidden);
	state++;
	rseq_abort(&key_hidden);
}
__attribute__((noinline)) void with_local(void)
{
	static char key_local;

	rseq_start(&key_local);
	state++;
	rseq_finish(&key_local);
	state++;
	rseq_abort(&key_local);
}
__attribute__((noinline)) void with_asm(void)
{
	static char key_inside;

	__asm__ goto(RSEQ_ASM_START(inside)
		     "nop\n\t"
		     RSEQ_ASM_FINISH(inside)
		     "nop\n\t"
		     RSEQ_ASM_ABORT(inside)
		     "jmp %l[out]\n\t"
		     : : RSEQ_ASM_KEY(inside, &key_inside) : "memory" : out);
out:
	state++;
}
#ifdef __cplusplus
}
template <typename T> __attribute__((noinline)) void with_template(T value)
{
	static char key_template;

	rseq_start(&key_template);
	state += value;
	rseq_finish(&key_template);
	state++;
	rseq_abort(&key_template);
}
#endif
int main()
{
	with_global();
	with_static();
	with_hidden();
	with_local();
	with_asm();
	points_in_asm_file();
#ifdef __cplusplus
	with_template(1);
	with_template(1l);
#endif
	return 0;
}
SOURCE

cat >"$work/file.S" <<'SOURCE'
#include "rseq_points.h"
	.globl points_in_asm_file, key_asm
	.text
	.type points_in_asm_file, @function
points_in_asm_file:
	RSEQ_POINT_START key_asm
	nop
	RSEQ_POINT_FINISH key_asm
	nop
	RSEQ_POINT_ABORT key_asm
	ret
	.size points_in_asm_file, . - points_in_asm_file
	.bss
key_asm:
	.byte 0
	.section .note.GNU-stack, "", @progbits
SOURCE

fail() {
	echo "check_header: $*" >&2
	exit 1
}

# Each entry as "type function key", the function being the one whose range holds the address.
entries() {
	objdump -s -j __rseq_points "$1" | sed -n 's/^ [0-9a-f]* \(.\{35\}\).*/\1/p' | tr -d ' \n' |
		sed 's/\(.\{48\}\)/\1\n/g' >"$work/hex"
	nm -S "$1" | awk '$3 ~ /^[tTwWuVv]$/ { print $1, $2, $4 }' >"$work/functions"
	nm "$1" | awk '$3 ~ /key_/ { print $1, $3 }' >"$work/keys"
	awk -v functions="$work/functions" -v keys="$work/keys" '
		function swap(hex,   out, i) {
			for (i = length(hex) - 1; i > 0; i -= 2)
				out = out substr(hex, i, 2)
			return out
		}
		BEGIN {
			while ((getline line < functions) > 0) {
				split(line, f, " ")
				n++; start[n] = f[1]; size[n] = f[2]; name[n] = f[3]
			}
			while ((getline line < keys) > 0) {
				split(line, f, " ")
				key[f[1]] = f[2]
			}
		}
		{
			# Addresses have 16 digits: they compare as strings.
			type = swap(substr($0, 1, 8)); zero = substr($0, 9, 8)
			address = swap(substr($0, 17, 16)); id = swap(substr($0, 33, 16))
			where = "?"; best = ""
			for (i = 1; i <= n; i++)
				if (start[i] "" <= address "" && start[i] "" > best "") { best = start[i] ""; where = name[i] }
			print type + 0, (zero == "00000000" ? "" : "BAD ") where, (id in key ? key[id] : "?" id)
		}' "$work/hex" | sed 's/[^ ]*key_\([a-z]*\)[.0-9]*$/key_\1/' | sort
}

expected() {
	for type in 1 2 3; do
		for name in global static hidden local; do
			echo "$type with_$name key_$name"
		done
		echo "$type with_asm key_inside"
		echo "$type points_in_asm_file key_asm"
		case $1 in *++*)
			for t in i l; do
				echo "$type _Z13with_templateI${t}EvT_ key_template"
			done
			;;
		esac
	done | sort
}

for compiler; do
	case $compiler in *++*) language=c++ ;; *) language=c ;; esac
	expected "$compiler" >"$work/expected"
	for level in -O0 -O1 -O2 -O3; do
		for model in "-fno-pic -no-pie" "-fPIE -pie" "-fPIC -shared"; do
			"$compiler" -c -x assembler-with-cpp -Iinclude "$work/file.S" -o "$work/file.o"
			# shellcheck disable=SC2086 # a model is two options
			"$compiler" $level $model -Wall -Wextra -Werror -Wno-unused-command-line-argument -Iinclude \
				-x $language "$work/points.c" -x none "$work/file.o" -o "$work/points"
			entries "$work/points" >"$work/found"
			cmp -s "$work/expected" "$work/found" || {
				diff "$work/expected" "$work/found" >&2 || true
				fail "$compiler $level $model: wrong table"
			}
			readelf -SW "$work/points" | grep -q '__rseq_points *PROGBITS *0* ' ||
				fail "$compiler $level $model: the section is not PROGBITS at address 0"
			objdump -d --no-show-raw-insn "$work/points" >"$work/code"
			for start in $(sed -n 's/^01000000.\{8\}\(..\)\(..\)\(..\)\(..\).*/\4\3\2\1/p' "$work/hex" | sed 's/^0*//'); do
				grep -q "^ *$start:[[:space:]]*nop" "$work/code" ||
					fail "$compiler $level $model: no nop at START 0x$start"
			done
			builds=$((builds + 1))
		done
	done
done
echo "check_header: $builds builds, every table as expected"
