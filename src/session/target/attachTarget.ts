import { readFile, readlink, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { execContinue } from '../../mi/commandsExecution.js';
import { fileExecAndSymbols, targetAttach, targetDetach } from '../../mi/commandsTarget.js';
import { messageOf, RequestError } from '../../util/errors.js';
import type { Target, TargetPorts } from './target.js';
import { requireProcess } from './targetProcess.js';

/** A process of this machine that runs already. */
export class AttachTarget implements Target {
  readonly startMethod = 'attach';
  readonly isLocal = true;
  readonly isPostMortem = false;
  readonly isOurs = false;
  private executable: string | undefined;
  private suspended = false;

  constructor(
    private readonly ports: TargetPorts,
    private readonly processId: number,
  ) {}

  get name(): string {
    return this.executable ?? `process ${this.processId}`;
  }

  get begin(): Target['begin'] {
    return this.ports.config.stopAtConnect ? { reason: 'entry', description: 'Paused after attaching' } : 'run';
  }

  get wasSuspended(): boolean {
    return this.suspended;
  }

  async program(): Promise<string | undefined> {
    requireProcess(this.processId);
    const { program } = this.ports.config;
    this.executable = program === undefined ? await executableOf(this.processId) : resolve(program);
    return this.executable;
  }

  async prepare(): Promise<void> {
    const { link, tell } = this.ports;
    if (this.executable !== undefined) await link.send(fileExecAndSymbols(this.executable));
    await this.attach();
    tell('console', 'Attached: the program keeps its own terminal or files, and its output appears there.\n');
  }

  async start(): Promise<void> {
    if (this.ports.process.id === undefined) await this.attach();
  }

  async reset(): Promise<void> {
    await this.ports.link.send(targetDetach());
  }

  private async attach(): Promise<void> {
    const { execution, link } = this.ports;
    const { processId } = this;
    try {
      this.suspended = /^State:\s+T\b/m.test(await readFile(`/proc/${processId}/status`, 'utf8').catch(() => ''));
      await execution.silent.runToStop(() => link.send(targetAttach(processId)));
      // The kernel's own SIGSTOP of the attach is still to come (gdb 13), before the process carries out anything.
      if (this.suspended) await execution.silent.runToStop(() => link.send(execContinue()));
    } catch (error) {
      const why = messageOf(error);
      const message = `gdb cannot attach to process ${processId}: ${why} ${await attachAdvice(processId)}`;
      throw new RequestError('user', 'cannotAttach', message.trim(), { cause: error });
    }
  }
}

/**
 * The file that a process runs. In a container of its own the path means another file here: then the kernel's link itself
 * is taken, which leads to the right one as long as the process lives.
 */
async function executableOf(pid: number): Promise<string | undefined> {
  const link = `/proc/${pid}/exe`;
  try {
    const path = await readlink(link);
    const [ours, theirs] = await Promise.all([stat(path).catch(() => undefined), stat(link)]);
    return ours?.ino === theirs.ino && ours.dev === theirs.dev ? path : link;
  } catch {
    // A process of another user: gdb finds the program by itself, or says why it cannot.
    return undefined;
  }
}

/** What can be done where the system forbids to attach (ptrace(2), "Ptrace access mode checking"; Yama's documentation). */
async function attachAdvice(pid: number): Promise<string> {
  const [status, scope, own] = await Promise.all([
    readFile(`/proc/${pid}/status`, 'utf8').catch(() => ''),
    readFile('/proc/sys/kernel/yama/ptrace_scope', 'utf8').catch(() => ''),
    readFile('/proc/self/status', 'utf8').catch(() => ''),
  ]);
  const tracer = Number(/^TracerPid:\s+(\d+)/m.exec(status)?.[1] ?? 0);
  if (tracer > 0) return `Process ${tracer} is debugging it already; only one debugger can at a time.`;
  if (/^State:\s+Z/m.test(status)) return 'It has ended, and its parent has not noticed yet (a zombie).';
  const user = Number(/^Uid:\s+(\d+)/m.exec(status)?.[1] ?? Number.NaN);
  const self = process.geteuid?.();
  if (self !== 0 && !Number.isNaN(user) && user !== self) {
    return `It belongs to user ${user}, the adapter runs as user ${self ?? 'unknown'}: run the adapter as that user or as root.`;
  }
  if (scope.trim() !== '' && scope.trim() !== '0') return scopeAdvice(Number(scope));
  if (!hasPtraceCapability(own)) {
    return 'The adapter lacks the capability CAP_SYS_PTRACE; in a container start that with --cap-add=SYS_PTRACE.';
  }
  return '';
}

function scopeAdvice(scope: number): string {
  const is = `/proc/sys/kernel/yama/ptrace_scope is ${scope}:`;
  if (scope === 1) {
    return `${is} only a parent may debug a process. Launch the program instead, or set it to 0 (sysctl kernel.yama.ptrace_scope=0), or run the adapter as root.`;
  }
  return scope === 2
    ? `${is} only root may attach. Run the adapter as root, or set it to 0.`
    : `${is} nobody may attach until the system is started anew.`;
}

/** CAP_SYS_PTRACE is bit 19 (linux/capability.h). */
function hasPtraceCapability(status: string): boolean {
  const mask = /^CapEff:\s+([0-9a-f]+)/m.exec(status)?.[1];
  return mask === undefined || ((BigInt(`0x${mask}`) >> 19n) & 1n) === 1n;
}
