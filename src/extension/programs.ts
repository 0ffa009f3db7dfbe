import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** How deep below the workspace's folder programs are looked for: `target/debug/x` and `build/src/x` lie within. */
const DEPTH = 4;

/** A folder tree that is larger than this is not searched to its end. */
const MAX_ENTRIES = 20_000;

const SKIPPED = new Set(['node_modules', '.git', '.svn', '.hg', '.cache', '.venv', 'CMakeFiles']);

/** ELF's magic number. */
const MAGIC = Buffer.from('\x7fELF', 'latin1');

/** `e_type` of executables (ELF specification): fixed addresses, and position-independent. Shared libraries have the latter, too. */
const EXECUTABLE_TYPES = [2, 3];

/** Programs below a folder: executable ELF files that are no shared libraries by their name; the last built first. */
export async function findPrograms(folder: string): Promise<string[]> {
  const budget = { left: MAX_ENTRIES };
  const found: { readonly path: string; readonly time: number }[] = [];
  await search(folder, DEPTH, budget, async path => {
    const time = await programTime(path);
    if (time !== undefined) found.push({ path, time });
  });
  return found.sort((a, b) => b.time - a.time || a.path.localeCompare(b.path)).map(({ path }) => path);
}

async function search(
  folder: string,
  depth: number,
  budget: { left: number },
  visit: (path: string) => Promise<void>,
): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    if (budget.left-- <= 0) return;
    const path = join(folder, entry.name);
    if (entry.isFile()) await visit(path);
    else if (entry.isDirectory() && depth > 0 && !SKIPPED.has(entry.name)) await search(path, depth - 1, budget, visit);
  }
}

/** When a program was built, in milliseconds since 1970; undefined for any other file. */
async function programTime(path: string): Promise<number | undefined> {
  if (/\.(so(\.[0-9.]+)?|o|a|ko|node)$/.test(path)) return undefined;
  const { mode, mtimeMs } = await stat(path).catch(() => ({ mode: 0, mtimeMs: 0 }));
  if ((mode & 0o111) === 0) return undefined;
  return (await isExecutableElf(path)) ? mtimeMs : undefined;
}

async function isExecutableElf(path: string): Promise<boolean> {
  const file = await open(path).catch(() => undefined);
  if (file === undefined) return false;
  try {
    const header = Buffer.alloc(18);
    const { bytesRead } = await file.read(header, 0, header.length, 0);
    if (bytesRead < header.length || !header.subarray(0, MAGIC.length).equals(MAGIC)) return false;
    const isLittleEndian = header[5] === 1;
    return EXECUTABLE_TYPES.includes(isLittleEndian ? header.readUInt16LE(16) : header.readUInt16BE(16));
  } finally {
    await file.close();
  }
}
