const NEWLINE = 0x0a;

/**
 * Cuts a stream of bytes into lines; a line may span any number of chunks. Empty lines are dropped, and so is a last line without an end.
 * Returns the function that takes the chunks.
 */
export function createLineSplitter(onLine: (line: string) => void): (chunk: Buffer) => void {
  let parts: Buffer[] = [];
  return (chunk) => {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      const tail = chunk.subarray(start, end);
      start = end + 1;
      const line = parts.length === 0 ? tail : Buffer.concat([...parts, tail]);
      parts = [];
      if (line.length > 0) onLine(line.toString('utf8'));
    }
    if (start < chunk.length) parts.push(chunk.subarray(start));
  };
}
