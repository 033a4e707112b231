import type { IncomingMessage } from 'node:http';
import type { Http2ServerRequest } from 'node:http2';
import { constants } from 'node:http2';
import type { Clock } from '../../base/clock.ts';
import { bodyTooLarge, MAX_BODY_BYTES } from '../request/body.ts';

/**
 * Reads the whole body; undefined where there is none. A body that takes longer than `withinMs` ends its connection or stream.
 * @throws StatusError 413 over the limit; the rest is not read into memory.
 */
export function readBody(req: IncomingMessage | Http2ServerRequest, withinMs: number, clock: Clock): Promise<Buffer | undefined> | undefined {
  const length = req.headers['content-length'];
  const announced = length === undefined ? undefined : Number(length);
  if (announced === 0) return undefined;
  if (announced === undefined && req.headers['transfer-encoding'] === undefined && !('stream' in req && !req.stream.endAfterHeaders))
    return undefined;
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    // Over HTTP/1.1 Node's server sees to it.
    if ('stream' in req) {
      const inTime = clock.after(withinMs, () => req.stream.close(constants.NGHTTP2_CANCEL));
      req.once('close', inTime);
      req.once('end', inTime);
    }
    const refuse = () => {
      req.removeAllListeners('data');
      req.resume();
      reject(bodyTooLarge());
    };
    if (announced !== undefined && announced > MAX_BODY_BYTES) return refuse();
    req.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > MAX_BODY_BYTES) return refuse();
      chunks.push(chunk);
    });
    req.on('end', () => resolve(chunks.length === 1 ? chunks[0] : chunks.length === 0 ? undefined : Buffer.concat(chunks)));
    req.on('error', reject);
    req.on('aborted', () => reject(new Error('the client went away while it sent its request')));
  });
}
