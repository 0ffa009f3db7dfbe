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
   * @returns its path
   */
  compile(name: string, source: string): string {
    const path = join(this.folder, name);
    writeFileSync(`${path}.c`, source);
    execFileSync('gcc', ['-g', '-O0', '-o', path, `${path}.c`]);
    return path;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}
