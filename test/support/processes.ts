import { readdirSync, readFileSync } from 'node:fs';

/** Name, state and parent of a process (proc(5), `stat`); undefined where it is gone. */
export function statOf(pid: number): { name: string; state: string; parent: number } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const end = text.lastIndexOf(')');
    const [state = '', parent = ''] = text.slice(end + 2).split(' ');
    return { name: text.slice(text.indexOf('(') + 1, end), state, parent: Number(parent) };
  } catch {
    return undefined;
  }
}

/** The first 15 bytes of its program's name; empty where it is gone. */
export function nameOf(pid: number): string {
  return statOf(pid)?.name ?? '';
}

/** Whether a process runs. Zombies have ended: whoever adopted them has not looked yet. */
export function exists(pid: number): boolean {
  const stat = statOf(pid);
  return stat !== undefined && stat.state !== 'Z' && stat.state !== 'X';
}

/** The process that traces another one (proc(5), `TracerPid`); 0 where none does. */
export function tracerOf(pid: number): number {
  return Number(/^TracerPid:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]);
}

/** Waits until a process is in a state (proc(5), `stat`: R, S, T, Z). @throws where it ends before */
export async function reaches(pid: number, state: string): Promise<void> {
  for (let now = statOf(pid)?.state; now !== state; now = statOf(pid)?.state) {
    if (now === undefined || now === 'Z' || now === 'X') throw new Error(`process ${pid} has ended`);
    await new Promise(resolve => setImmediate(resolve));
  }
}

/** Every process that descends from `root`. */
export function descendants(root: number): number[] {
  const parents = new Map<number, number>();
  for (const entry of readdirSync('/proc')) {
    const parent = /^\d+$/.test(entry) ? statOf(Number(entry))?.parent : undefined;
    if (parent !== undefined) parents.set(Number(entry), parent);
  }
  return [...parents.keys()].filter(pid => {
    for (let at = parents.get(pid); at !== undefined; at = parents.get(at)) if (at === root) return true;
    return false;
  });
}
