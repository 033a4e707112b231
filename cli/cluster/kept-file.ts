import { readFileSync } from 'node:fs';
import { replaceFile } from '../../base/kept-file.ts';

/**
 * Writes a file that only its owner may read, unless it has this text already: a full disk does not matter then.
 * @throws Error that names the file and the remedy.
 */
export async function keepSecretFile(path: string, text: string): Promise<void> {
  try {
    if (readFileSync(path, 'utf8') === text) return;
  } catch {
    // It is not there yet, or cannot be read: writing it tells.
  }
  try {
    await replaceFile(path, text);
  } catch (error) {
    throw new Error(`${path} cannot be written: ${reasonOf(error)}`, { cause: error });
  }
}

/** Explains a failed write to a user: with what to do, where that is known. */
export function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'ENOSPC':
      return 'no space is left on its disk: free some';
    case 'EDQUOT':
      return 'the disk quota is used up: free some space';
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return 'this user may not write there: look at the owner and the mode of the file and its directory';
    default:
      return error instanceof Error ? error.message : String(error);
  }
}
