import { open, readFile, rename } from 'node:fs/promises';

/** Reads a text file; returns undefined if there is none. @throws Error if it cannot be read: what it stands for must not be taken for absent */
export async function readIfThere(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
}

/** Replaces a file that only its owner may read, in one step, and returns once it is on disk. Two writers of one path must take turns. */
export async function replaceFile(path: string, text: string): Promise<void> {
  const file = await open(`${path}.new`, 'w', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${path}.new`, path);
}
