import { type FileHandle, open } from 'node:fs/promises';
import { parseLogLine } from './log-line.ts';

const BLOCK_BYTES = 32 * 1024;

/** The last lines of a log file, without their times, at most `maxBytes`; empty where there is no file. */
export async function readTail(file: string, maxLines: number, maxBytes: number): Promise<string> {
  try {
    await using handle = await open(file);
    const { size } = await handle.stat();
    const start = Math.max(0, size - BLOCK_BYTES);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(size - start), 0, size - start, start);
    const lines = buffer.subarray(0, bytesRead).toString().split('\n');
    // The first piece may be the end of a line that began before the block.
    if (start > 0) lines.shift();
    const texts = lines.flatMap((line) => {
      const entry = parseLogLine(line);
      return entry ? `${entry.text}${entry.partial ? '' : '\n'}` : [];
    });
    return Buffer.from(texts.slice(-maxLines).join('')).subarray(-maxBytes).toString();
  } catch {
    return '';
  }
}

/** Returns the offset, in bytes, at which the last `lines` lines of a log file begin. */
export async function tailOffset(file: FileHandle, lines: number): Promise<number> {
  const { size } = await file.stat();
  if (lines === 0) return size;
  let found = 0;
  for (let end = size; end > 0; ) {
    const start = Math.max(0, end - BLOCK_BYTES);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(end - start), 0, end - start, start);
    for (let index = bytesRead - 1; index >= 0; index--) {
      // The newline that ends the file is not the start of a line.
      if (buffer[index] !== 10 || start + index === size - 1) continue;
      found++;
      if (found === lines) return start + index + 1;
    }
    end = start;
  }
  return 0;
}
