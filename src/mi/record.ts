/** A value of gdb/MI: a c-string, a tuple or a list (gdb manual, "GDB/MI Output Syntax"). */
export type MiValue = string | MiTuple | MiList;

/**
 * A tuple `{variable=value,...}`. A name that occurs twice keeps its last value; gdb's own output repeats names only
 * in the lists that {@link MiList} covers.
 */
export interface MiTuple {
  readonly [name: string]: MiValue | undefined;
}

/** A list: of values `[v,v]`, or of results `[name=v,name=v]`, whose names (always the same in gdb's output) are dropped. */
export type MiList = readonly MiValue[];

/** `^done`, `^running`, `^connected`, `^error`, `^exit`: the answer to the command that bore the same token. */
export interface ResultRecord {
  readonly kind: 'result';
  readonly token: number | undefined;
  readonly resultClass: string;
  readonly results: MiTuple;
}

/** `*stopped` (exec), `+download` (status), `=thread-created` (notify). */
export interface AsyncRecord {
  readonly kind: 'exec' | 'status' | 'notify';
  readonly token: number | undefined;
  readonly asyncClass: string;
  readonly results: MiTuple;
}

/** `~"..."` (console), `@"..."` (target), `&"..."` (log): text, decoded as UTF-8 from the bytes that gdb escaped. */
export interface StreamRecord {
  readonly kind: 'console' | 'target' | 'log';
  readonly text: string;
}

/** `(gdb)`: gdb is ready for the next command. */
export interface PromptRecord {
  readonly kind: 'prompt';
}

/** A line that is no MI record: kept whole, for the log. */
export interface MalformedRecord {
  readonly kind: 'malformed';
  readonly line: string;
  readonly reason: string;
}

export type MiRecord = ResultRecord | AsyncRecord | StreamRecord | PromptRecord | MalformedRecord;
