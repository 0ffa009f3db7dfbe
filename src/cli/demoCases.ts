/** One critical section of a sample, and where to stop in front of it. */
export interface DemoCase {
  /** The program, and its source file in `samples`. */
  readonly sample: string;
  readonly source: string;
  /** The marker (`// @name`) of the line in front of the region. */
  readonly marker: string;
  /** Whether the marker stands at a call of the function with the region, which only the stepped thread makes. */
  readonly isCall?: boolean;
  readonly args: readonly string[];
  /** What makes this one hard for a debugger. */
  readonly hazard: string;
}

const PINNED = ['40', '--pin'];

/** The shapes of critical sections that real programs have. */
export const DEMO_CASES: readonly DemoCase[] = [
  {
    sample: 'counter_points',
    source: 'counter_points.c',
    marker: 'before-region',
    args: PINNED,
    hazard: 'known by its key table alone',
  },
  {
    sample: 'counter_cs',
    source: 'counter_cs.c',
    marker: 'before-region',
    args: PINNED,
    hazard: 'known by __rseq_cs, as in librseq',
  },
  {
    sample: 'counter_asm',
    source: 'counter_asm.S',
    marker: 'before-prelude',
    args: PINNED,
    hazard: 'assembly: every instruction has a line',
  },
  { sample: 'list_exits', source: 'list_exits.c', marker: 'pop-before-region', args: PINNED, hazard: 'several exits' },
  {
    sample: 'threads',
    source: 'threads.c',
    marker: 'step-here',
    isCall: true,
    args: ['40', '4', '--hammer', '--pin'],
    hazard: 'three other threads use it all the time',
  },
  {
    sample: 'retry_line',
    source: 'retry_line.c',
    marker: 'step-here',
    args: PINNED,
    hazard: 'the retry loop is one line',
  },
  {
    sample: 'inlined',
    source: 'inlined.c',
    marker: 'alpha-cs',
    args: PINNED,
    hazard: 'inlined at -O2, in several places',
  },
  { sample: 'cxx', source: 'cxx.cpp', marker: 'before-region', args: PINNED, hazard: 'a C++ template' },
  {
    sample: 'one_insn_arm',
    source: 'one_insn_arm.c',
    marker: 'before-region',
    args: PINNED,
    hazard: 'armed by one instruction, onto which the abort handler jumps',
  },
  {
    sample: 'base_register',
    source: 'base_register.c',
    marker: 'before-region',
    args: PINNED,
    hazard: 'armed through a base register',
  },
  {
    sample: 'early_exits',
    source: 'early_exits.c',
    marker: 'before-region',
    args: PINNED,
    hazard: 'early exits that no table declares',
  },
  {
    sample: 'own_area',
    source: 'own_area.c',
    marker: 'before-region',
    args: PINNED,
    hazard: 'the program registers an area of its own',
  },
  {
    sample: 'other_path',
    source: 'other_path.c',
    marker: 'before-region',
    args: PINNED,
    hazard: 'the retry takes another path',
  },
  {
    sample: 'inner_loop',
    source: 'inner_loop.c',
    marker: 'before-region',
    args: PINNED,
    hazard: 'a loop inside the region',
  },
  {
    sample: 'signals',
    source: 'signals.c',
    marker: 'before-region',
    args: PINNED,
    hazard: 'a signal each millisecond, its handler has a region too',
  },
  {
    sample: 'link_lib',
    source: 'libpercpu.c',
    marker: 'cs-before-region',
    args: PINNED,
    hazard: 'in a shared library',
  },
];
