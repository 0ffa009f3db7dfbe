/** Why a setting of gdb's is not the debug console's to change; `always`: whether or not a restartable sequence is known. */
export interface SettingRefusal {
  readonly why: string;
  readonly always: boolean;
}

interface Rule extends SettingRefusal {
  /** gdb's name for it, and the shortest beginning that gdb takes for it. */
  readonly name: string;
  readonly shortest: number;
  /** Values that do harm. */
  readonly values: RegExp;
}

const ON = /^(on|1|yes|enable)?$/;
const OFF = /^(off|0|no|disable)$/;

/** What the adapter relies on. */
const RULES: readonly Rule[] = [
  {
    name: 'displaced-stepping',
    shortest: 4,
    values: /^(on|1|yes|enable|auto)?$/,
    why: 'Stepping out of line disarms restartable sequences silently: updates of the program would be lost.',
    always: false,
  },
  {
    name: 'scheduler-locking',
    shortest: 9,
    values: /^(on|1|yes|enable)$/,
    why: 'Other threads would never run again in steps; hold them by a step of one thread.',
    always: false,
  },
  {
    name: 'may-insert-breakpoints',
    shortest: 12,
    values: OFF,
    why: 'Without breakpoints no step could be kept from stopping inside restartable sequences.',
    always: false,
  },
  {
    name: 'can-use-hw-watchpoints',
    shortest: 5,
    values: /^0$/,
    why: 'Watchpoints would single-step the program, and its restartable sequences would abort for ever.',
    always: false,
  },
  { name: 'non-stop', shortest: 3, values: ON, why: 'The adapter stops all threads at once.', always: true },
  { name: 'mi-async', shortest: 4, values: OFF, why: 'The program could not be paused any more.', always: true },
  { name: 'target-async', shortest: 8, values: OFF, why: 'The program could not be paused any more.', always: true },
  { name: 'may-interrupt', shortest: 7, values: OFF, why: 'The program could not be paused any more.', always: true },
];

/** Why a line of the debug console that changes a setting is refused; undefined where it changes none that matters. */
export function whyNotSet(line: string): SettingRefusal | undefined {
  const handle = /^handle\s+(.*)$/.exec(line)?.[1]?.split(/\s+/) ?? [];
  if (handle.some(word => /^(SIGSTOP|all)$/i.test(word))) {
    return { why: 'The adapter stops the program by SIGSTOP: name the other signals one by one.', always: true };
  }
  const [, name = '', value = ''] = /^set\s+([\w-]+)\s*(.*)$/.exec(line) ?? [];
  return RULES.find(
    rule => name.length >= rule.shortest && rule.name.startsWith(name) && rule.values.test(value.trim()),
  );
}
