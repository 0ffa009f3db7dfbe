import { PF } from './constants.js';
import type { LoadSegment } from './image.js';

/** A stretch of a file in a process's memory; run-time addresses, half-open. */
export interface FileMapping {
  readonly start: bigint;
  readonly end: bigint;
  /** In bytes. */
  readonly fileOffset: bigint;
  readonly isExecutable: boolean;
}

/**
 * Run-time minus link-time addresses of an image, from the mappings of its file: one for each time that it is loaded
 * (`dlmopen` can load it twice).
 *
 * Only executable mappings count where there are any: a program may have mapped a library's file as data as well, to read its
 * symbols, and lower than the loader did. Where the code is not mapped from the file (some programs copy it to huge
 * pages), the mapping of the first segment tells. The pages' size does not matter: a mapping that holds the segment's first byte
 * tells where that is.
 *
 * @param loads    the image's PT_LOAD segments
 * @param mappings of that file alone
 */
export function loadBiases(loads: readonly LoadSegment[], mappings: readonly FileMapping[]): bigint[] {
  const code = loads.find(load => (load.flags & PF.execute) !== 0);
  const executable = mappings.filter(mapping => mapping.isExecutable);
  const biases = code === undefined ? [] : executable.flatMap(mapping => biasOf(code, mapping));
  if (biases.length > 0) return [...new Set(biases)];
  const [first] = loads;
  return first === undefined ? [] : mappings.flatMap(mapping => biasOf(first, mapping)).slice(0, 1);
}

function biasOf(load: LoadSegment, { start, end, fileOffset }: FileMapping): bigint[] {
  const into = BigInt(load.offset) - fileOffset;
  return into >= 0n && into < end - start ? [start + into - load.vaddr] : [];
}
