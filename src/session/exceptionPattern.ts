import { basename } from 'node:path';
import type { Region } from '../rseq/region.js';

/**
 * A condition of the filter `rseq-abort`: names of functions, source files or libraries, with `*` (any text, slashes too)
 * and `?` (one character), separated by commas. Any of them is enough; an empty one means all.
 */
export class RegionPattern {
  private readonly patterns: readonly RegExp[];

  constructor(readonly text: string) {
    const globs = text.split(',').map(glob => glob.trim());
    this.patterns = globs.filter(glob => glob !== '').map(toRegExp);
  }

  /** @param functionName as its author knows it: demangled */
  matches({ id, function: symbol, source }: Region, functionName: string | undefined): boolean {
    if (this.patterns.length === 0) return true;
    const names = [functionName, functionName?.replace(/\(.*$/s, ''), symbol, id.replace(/\+0x[0-9a-f]+$/, '')];
    if (source !== undefined) names.push(source.file, basename(source.file));
    return names.some(name => name !== undefined && this.patterns.some(pattern => pattern.test(name)));
  }
}

function toRegExp(glob: string): RegExp {
  const source = glob
    .replace(/[\\^$.|+()[\]{}]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's');
}
