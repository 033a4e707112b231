import type { StoreFault } from '../store-error.ts';

/** A failure of the database thread, as it is sent between threads. */
export interface Failure {
  readonly fault: StoreFault;
  readonly message: string;
  /** The state of the open file is not certain any more: it must be opened anew. */
  readonly reopen: boolean;
}

/** SQLite's primary result codes (https://sqlite.org/rescode.html). */
const BUSY = 5;
const IOERR = 10;
const CORRUPT = 11;
const FULL = 13;
const CANTOPEN = 14;
const TOOBIG = 18;
const NOTADB = 26;

const DAMAGED = 'restore it from a backup, or move it away to begin with an empty cluster';

/** Explains an error of SQLite: what to do about it stands in the message. */
export function failureOf(error: unknown, file: string): Failure {
  const text = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : 0;
  switch (code) {
    case FULL:
      return { fault: 'NoSpace', message: `no space is left on the disk of ${file} (${text}): free some`, reopen: false };
    case TOOBIG:
      return { fault: 'TooLarge', message: text, reopen: false };
    case BUSY:
      return { fault: 'Unavailable', message: `${file} is in use by another process: stop the other server first`, reopen: true };
    case CORRUPT:
    case NOTADB:
      return { fault: 'Damaged', message: `${file} is damaged (${text}): ${DAMAGED}`, reopen: false };
    case IOERR:
    case CANTOPEN:
      return { fault: 'Unavailable', message: `${file} cannot be read or written (${text}): look at its disk, its owner and its mode`, reopen: true };
    default:
      return { fault: 'Unavailable', message: `${file}: ${text}`, reopen: false };
  }
}
