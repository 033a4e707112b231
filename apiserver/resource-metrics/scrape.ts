import { request } from 'node:https';
import type { Clock } from '../../base/clock.ts';
import type { StorageAccess } from '../contract/storage-access.ts';
import type { KubeletConnection } from '../proxy/kubelet-connection.ts';

/** metrics-server gives a node this long (--kubelet-request-timeout). */
const TIMEOUT_MS = 10_000;
/** The answer of a node with thousands of containers stays far below. */
const MOST_BYTES = 64 * 1024 * 1024;

/** Returns a function that resolves to a node agent's /metrics/resource. It rejects if the agent cannot be reached or refuses. */
export function createScrape(kubelet: KubeletConnection, objects: StorageAccess, clock: Clock): (nodeName: string) => Promise<string> {
  return (nodeName) =>
    new Promise((resolve, reject) => {
      const { host, port, path, agent } = kubelet.target(objects, nodeName, '/metrics/resource');
      const outgoing = request({ host, port, path, ...(agent ? { agent } : {}), headers: { accept: 'text/plain' } });
      const cancel = clock.after(TIMEOUT_MS, () => outgoing.destroy(new Error(`no answer within ${TIMEOUT_MS / 1000} s`)));
      const fail = (error: Error) => {
        cancel();
        reject(error);
      };
      outgoing.once('error', fail);
      outgoing.once('response', (incoming) => {
        const chunks: Buffer[] = [];
        let size = 0;
        incoming.once('error', fail);
        incoming.on('data', (chunk: Buffer) => {
          size += chunk.length;
          if (size > MOST_BYTES) outgoing.destroy(new Error(`the answer is longer than ${MOST_BYTES} bytes`));
          else chunks.push(chunk);
        });
        incoming.once('end', () => {
          cancel();
          const text = Buffer.concat(chunks).toString();
          if (incoming.statusCode === 200) resolve(text);
          else reject(new Error(`the node answered ${incoming.statusCode}: ${text.slice(0, 200)}`));
        });
      });
      outgoing.end();
    });
}
