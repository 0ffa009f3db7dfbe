import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Writable } from 'node:stream';
import { parseArgs } from 'node:util';
import { DapClient } from '../client/dapClient.js';
import { messageOf } from '../util/errors.js';
import { parseScript, ScriptError, type Statement } from './runScript.js';
import { ExpectationFailed, RunSession } from './runSession.js';

const USAGE = `Usage: rseq-dap run [--timeout=SECONDS] SCRIPT

Debugs a program as the script tells, and checks what it expects. Exit codes: 0, all as expected; 1, an expectation failed;
2, the script cannot be read or carried out. docs/run.md tells the statements.
`;

/** The exit codes of `run`. */
const EXIT = { passed: 0, failed: 1, unusable: 2 } as const;

/** How long one motion of the program may take unless `--timeout` says otherwise. */
const DEFAULT_SECONDS = 30;

/**
 * Carries a script out, and writes a transcript.
 *
 * @returns the exit code
 */
export async function runRun(args: readonly string[], out: Writable, err: Writable): Promise<number> {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { timeout: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
      allowPositionals: true,
    });
    if (values.help === true) {
      out.write(USAGE);
      return EXIT.passed;
    }
    const [path, ...more] = positionals;
    const seconds = Number(values.timeout ?? DEFAULT_SECONDS);
    if (path === undefined || more.length > 0 || !(seconds > 0)) {
      err.write(USAGE);
      return EXIT.unusable;
    }
    const statements = parseScript(await readFile(path, 'utf8'));
    return await perform(statements, dirname(resolve(path)), seconds * 1000, out);
  } catch (error) {
    err.write(`rseq-dap run: ${messageOf(error)}\n`);
    return EXIT.unusable;
  }
}

async function perform(
  statements: readonly Statement[],
  folder: string,
  stepMs: number,
  out: Writable,
): Promise<number> {
  const [main = ''] = process.argv.slice(1);
  const client = DapClient.spawn(process.execPath, [main], { timeoutMs: stepMs });
  const session = new RunSession(folder, client, stepMs);
  try {
    for (const statement of statements) {
      const failure = await performOne(session, statement, out);
      if (failure !== undefined) return failure;
    }
    out.write('passed\n');
    return EXIT.passed;
  } finally {
    await session.close();
  }
}

/** @returns the exit code where the script ends here */
async function performOne(session: RunSession, statement: Statement, out: Writable): Promise<number | undefined> {
  const { line, text } = statement;
  out.write(`${String(line).padStart(4)}  ${text}\n`);
  try {
    const result = await session.perform(statement);
    if (result !== undefined) out.write(`        ${result.replaceAll('\n', '\n        ')}\n`);
    return undefined;
  } catch (error) {
    const isFailure = error instanceof ExpectationFailed;
    out.write(`${isFailure ? 'FAILED' : 'CANNOT RUN'}: ${new ScriptError(line, messageOf(error)).message}\n`);
    return isFailure ? EXIT.failed : EXIT.unusable;
  }
}
