import { request } from 'node:https';

const TIMEOUT_MS = 30_000;
const MAX_BYTES = 1024 * 1024;

/** Fetches a JSON document. @throws Error naming the URL for anything but a 200 with JSON of at most 1 MiB within 30 s. */
export function fetchJson(url: string, certificateAuthority: string | undefined): Promise<unknown> {
  const failed = (why: string) => new Error(`GET ${url}: ${why}`);
  return new Promise((resolve, reject) => {
    const options = {
      headers: { accept: 'application/json' },
      signal: AbortSignal.timeout(TIMEOUT_MS),
      ...(certificateAuthority === undefined ? {} : { ca: certificateAuthority }),
    };
    const outgoing = request(url, options, (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > MAX_BYTES) outgoing.destroy(failed(`the answer is longer than ${MAX_BYTES} bytes`));
        else chunks.push(chunk);
      });
      response.once('error', (error) => reject(failed(error.message)));
      response.once('end', () => {
        if (response.statusCode !== 200) return reject(failed(`the status is ${response.statusCode}, not 200`));
        try {
          resolve(JSON.parse(Buffer.concat(chunks).toString()));
        } catch (error) {
          reject(failed(`the answer is no JSON: ${error instanceof Error ? error.message : error}`));
        }
      });
    });
    outgoing.once('error', (error) => reject(failed(error.message)));
    outgoing.end();
  });
}
