import type { ActionKind } from './actionRow.js';
import { STEP_KINDS } from './actionSteps.js';
import { STOP_KINDS } from './actionStops.js';

/** What the table has a row for, with each of the kind's samples. */
export const ACTION_KINDS: readonly ActionKind[] = [...STEP_KINDS, ...STOP_KINDS];
