/** What a sample needs to be exercised. */
export interface Subject {
  readonly sample: string;
  readonly source: string;
  readonly args: readonly string[];
  /** Lines around and inside the regions. */
  readonly lines: readonly [first: number, last: number];
}

/** The samples, with more to do than a session lasts; the one with four threads that hammer more often than the others. */
export const SUBJECTS: readonly Subject[] = [
  ...Array.from({ length: 8 }, (): Subject => {
    return { sample: 'threads', source: 'threads.c', args: ['20000000', '4', '--hammer'], lines: [32, 137] };
  }),
  { sample: 'counter_points', source: 'counter_points.c', args: ['20000000', '--pin'], lines: [18, 68] },
  { sample: 'counter_cs', source: 'counter_cs.c', args: ['20000000'], lines: [15, 67] },
  { sample: 'counter_asm', source: 'counter_asm.S', args: ['20000000', '--pin'], lines: [12, 36] },
  { sample: 'list_exits', source: 'list_exits.c', args: ['2000000'], lines: [27, 165] },
  { sample: 'retry_line', source: 'retry_line.c', args: ['20000000'], lines: [60, 67] },
  { sample: 'inlined', source: 'inlined.c', args: ['4000000'], lines: [15, 128] },
  { sample: 'cxx', source: 'cxx.cpp', args: ['20000000'], lines: [18, 98] },
  { sample: 'one_insn_arm', source: 'one_insn_arm.c', args: ['20000000'], lines: [20, 88] },
  { sample: 'base_register', source: 'base_register.c', args: ['20000000'], lines: [14, 65] },
  { sample: 'early_exits', source: 'early_exits.c', args: ['20000000'], lines: [31, 97] },
  { sample: 'own_area', source: 'own_area.c', args: ['20000000'], lines: [18, 80] },
  { sample: 'other_path', source: 'other_path.c', args: ['20000000'], lines: [14, 79] },
  { sample: 'inner_loop', source: 'inner_loop.c', args: ['20000000'], lines: [24, 111] },
  { sample: 'signals', source: 'signals.c', args: ['20000000'], lines: [24, 104] },
  { sample: 'link_lib', source: 'libpercpu.c', args: ['20000000'], lines: [14, 95] },
  { sample: 'dlopen_lib', source: 'libpercpu.c', args: ['4000000'], lines: [14, 95] },
];
