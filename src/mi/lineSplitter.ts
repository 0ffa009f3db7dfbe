const NEWLINE = 0x0a;

/**
 * Cuts a stream of bytes into lines. A line may arrive in thousands of chunks (gdb writes 50 MB of memory as one line):
 * its pieces are joined once, when its newline has come.
 */
export class LineSplitter {
  private pieces: Buffer[] = [];

  /** Calls `onLine` for each line that `chunk` ends, without its newline. */
  push(chunk: Buffer, onLine: (line: Buffer) => void): void {
    let start = 0;
    let end = chunk.indexOf(NEWLINE);
    while (end !== -1) {
      const tail = chunk.subarray(start, end);
      const line = this.pieces.length === 0 ? tail : Buffer.concat([...this.pieces, tail]);
      this.pieces = [];
      start = end + 1;
      onLine(line);
      end = chunk.indexOf(NEWLINE, start);
    }
    if (start < chunk.length) {
      this.pieces.push(chunk.subarray(start));
    }
  }
}
