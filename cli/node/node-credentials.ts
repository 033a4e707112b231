import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureNodePki } from '../../apiserver/pki/cluster-pki.ts';
import { sleep, systemClock } from '../../base/clock.ts';
import { kubeconfigCredentials } from '../../runtime/client/kubeconfig.ts';
import type { Layout } from '../config/data-dir.ts';
import type { NodeCredentials } from './node-settings.ts';

/**
 * The credentials of a node beside its server, signed by the authority in the data directory they share.
 * Waits until the server has made it.
 * @throws the signal's reason when it aborts first.
 */
export async function localNodeCredentials(layout: Layout, nodeName: string, ips: readonly string[], signal: AbortSignal): Promise<NodeCredentials> {
  while (!existsSync(layout.adminKubeconfig)) {
    await sleep(systemClock, 20, signal);
    signal.throwIfAborted();
  }
  const ca = { certificate: readFileSync(join(layout.pki, 'ca.crt'), 'utf8'), key: readFileSync(join(layout.pki, 'ca.key'), 'utf8') };
  const names = { names: [nodeName, 'localhost'], ips: [...new Set([...ips, '127.0.0.1'])] };
  const pki = await ensureNodePki(join(layout.agent, 'pki'), ca, nodeName, names, systemClock);
  const { server } = await kubeconfigCredentials(layout.adminKubeconfig);
  return {
    client: { server, ca: ca.certificate, cert: pki.client.certificate, key: pki.client.key },
    proxy: { server, ca: ca.certificate, cert: pki.proxy.certificate, key: pki.proxy.key },
    serving: { key: pki.serving.key, cert: pki.serving.certificate, clientCa: ca.certificate },
  };
}
