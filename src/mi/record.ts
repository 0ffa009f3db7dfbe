/** A value of gdb/MI: a c-string, a tuple or a list (gdb manual, "GDB/MI Output Syntax"). */
export type MiValue = string | MiTuple | MiList;

/**
 * A tuple `{variable=value,...}`. A name that occurs twice keeps its last value (an {@link AsyncRecord} keeps all in
 * `fields`); a value without a name, which gdb printed among results before mi3, is left out.
 */
export interface MiTuple {
  readonly [name: string]: MiValue | undefined;
}

/** A list: of values `[v,v]`, or of results `[name=v,name=v]`, whose names (always the same in gdb's output)
 * are dropped. A tuple of values without names, as `script={"silent"}` of a breakpoint before mi4, counts as a list. */
export type MiList = readonly MiValue[];

/** One `name=value` of a record; the name of a value that stands alone is empty. */
export interface MiField {
  readonly name: string;
  readonly value: MiValue;
}

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
  /** The results in their order, repeated names kept: a stop with several causes has several `reason` and `wpt` fields. */
  readonly fields: readonly MiField[];
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
