import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder of a test's own, with programs compiled into it. */
export class CompiledPrograms {
  readonly folder = mkdtempSync(join(tmpdir(), 'rseq-dap-test-'));

  /**
   * Compiles a C program with line information and without optimisation.
   *
   * @param options more of the compiler's
   * @returns its path
   */
  compile(name: string, source: string, ...options: readonly string[]): string {
    const path = join(this.folder, name);
    writeFileSync(`${path}.c`, source);
    execFileSync('gcc', ['-g', '-O0', ...options, '-o', path, `${path}.c`]);
    return path;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}

/** The one program of a `describe`: it is compiled before its tests, and gone behind them. */
export function compiledProgram(
  name: string,
  text: string,
  ...options: readonly string[]
): { readonly program: string; readonly source: string } {
  const programs = new CompiledPrograms();
  const program = join(programs.folder, name);
  before(() => {
    programs.compile(name, text, ...options);
  });
  after(() => {
    programs.remove();
  });
  return { program, source: `${program}.c` };
}
