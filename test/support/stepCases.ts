/** A sample, and a place of it from which every step leads through a region. */
export interface StepCase {
  readonly sample: string;
  readonly source: string;
  /** The marker of the line before the region. */
  readonly before: string;
  readonly args?: readonly string[];
  /** How many of 50 run-throughs leave the region by an exit of the program's own choice. */
  readonly exits?: number;
}

/** Every shape of region that the samples have. */
export const STEP_CASES: readonly StepCase[] = [
  { sample: 'counter_points', source: 'counter_points.c', before: 'before-region' },
  { sample: 'counter_cs', source: 'counter_cs.c', before: 'before-region' },
  { sample: 'counter_asm', source: 'counter_asm.S', before: 'before-prelude' },
  { sample: 'list_exits', source: 'list_exits.c', before: 'push-before-region' },
  { sample: 'list_exits', source: 'list_exits.c', before: 'pop-before-region', exits: 25 },
  { sample: 'threads', source: 'threads.c', before: 'before-region', args: ['100', '1', '--pin'] },
  { sample: 'retry_line', source: 'retry_line.c', before: 'step-here' },
  { sample: 'inlined', source: 'inlined.c', before: 'alpha-cs' },
  { sample: 'inlined', source: 'inlined.c', before: 'beta-cs-first' },
  { sample: 'inlined', source: 'inlined.c', before: 'gamma-points' },
  { sample: 'cxx', source: 'cxx.cpp', before: 'before-region' },
  { sample: 'one_insn_arm', source: 'one_insn_arm.c', before: 'before-region' },
  { sample: 'base_register', source: 'base_register.c', before: 'before-region' },
  { sample: 'early_exits', source: 'early_exits.c', before: 'before-region' },
  { sample: 'declared_exits', source: 'early_exits.c', before: 'before-region' },
  { sample: 'own_area', source: 'own_area.c', before: 'before-region' },
  { sample: 'other_path', source: 'other_path.c', before: 'before-region' },
  { sample: 'inner_loop', source: 'inner_loop.c', before: 'before-region' },
  { sample: 'link_lib', source: 'libpercpu.c', before: 'cs-before-region' },
  { sample: 'link_lib', source: 'libpercpu.c', before: 'points-before-region' },
  { sample: 'dlopen_lib', source: 'libpercpu.c', before: 'cs-before-region' },
];
