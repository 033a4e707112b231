import { write } from 'node:fs';
import { promisify } from 'node:util';
import type { LineAppender } from './line-writer.ts';

const STDOUT = 1;
const writeTo = promisify(write);

/** Appends lines to the standard output, without holding up the process for a slow reader. */
export function standardOutput(): LineAppender {
  let rest: Buffer | undefined;

  async function writeAll(buffer: Buffer): Promise<void> {
    let at = 0;
    try {
      while (at < buffer.length) at += (await writeTo(STDOUT, buffer, at, buffer.length - at, null)).bytesWritten;
      rest = undefined;
    } catch (error) {
      rest = buffer.subarray(at);
      throw error;
    }
  }

  return {
    async append(lines) {
      let taken = 0;
      try {
        if (rest) await writeAll(rest);
        taken = lines.length;
        await writeAll(Buffer.from(lines.map((line) => `${line}\n`).join('')));
        return { taken };
      } catch (error) {
        return { taken, error };
      }
    },
    close: () => Promise.resolve(),
  };
}
