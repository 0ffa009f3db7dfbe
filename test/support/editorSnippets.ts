import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './debugSession.js';

/** The snippets in docs/editors.md with a note `<!-- check: WHAT -->` before them. */
export function snippets(what: string): string[] {
  const text = readFileSync(join(ROOT, 'docs', 'editors.md'), 'utf8');
  const pattern = new RegExp(`<!-- check: ${what} -->\\n\`\`\`\\w+\\n([\\s\\S]*?)\`\`\``, 'g');
  return [...text.matchAll(pattern)].map(match => match[1] ?? '');
}
