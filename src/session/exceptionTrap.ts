/** What came of a filter that the client has set. */
export interface FilterStatus {
  readonly verified: boolean;
  /** For the user: why it does not work (yet), or what is special about it. */
  readonly message?: string;
  /** DAP's word for why it is not verified. */
  readonly reason?: 'pending' | 'failed';
  /** It will not change any more. */
  readonly isFinal?: boolean;
}

/** It stops the program. */
export const verified: FilterStatus = { verified: true };

/** It will, when something has come that is not there yet. */
export function pending(message: string): FilterStatus {
  return { verified: false, message, reason: 'pending' };
}

/** It will not. */
export function failed(message: string): FilterStatus {
  return { verified: false, message, reason: 'failed', isFinal: true };
}

/** What the user can do about a filter whose breakpoint they have deleted themselves. */
export const DELETED = 'It has been deleted in the debug console. Switch it off and on again to set it anew.';

/** A filter that the client has set, with its condition: what stops the program for it. */
export interface Trap {
  /** Brings what gdb has for it into line with what is loaded. gdb is there. Never rejects for what the user can mend. */
  settle(): Promise<FilterStatus>;
  /** Takes it out of gdb. */
  remove(): Promise<void>;
  /** Whether gdb's breakpoint of that number is this filter's. */
  owns(number: string): boolean;
  /** gdb has deleted that breakpoint: by a command of the user's. */
  forget(number: string): void;
}
