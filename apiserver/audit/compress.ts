import { createReadStream, createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';

/** Replaces a file by `FILE.gz`; the file stays if that fails. @throws Error */
export async function compress(path: string): Promise<void> {
  const partial = `${path}.gz.tmp`;
  try {
    await pipeline(createReadStream(path), createGzip(), createWriteStream(partial, { mode: 0o600 }));
    await rename(partial, `${path}.gz`);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
  await rm(path);
}
