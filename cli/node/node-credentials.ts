import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureNodePki } from '../../apiserver/pki/cluster-pki.ts';
import type { Clock } from '../../base/clock.ts';
import { sleep, systemClock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import { kubeconfigCredentials } from '../../runtime/client/kubeconfig.ts';
import type { Layout } from '../config/data-dir.ts';
import { createCertificateKeeper, identityFrom } from './certificate-keeper.ts';
import { certificateMetrics } from './certificate-metrics.ts';
import type { NodeCredentials } from './node-settings.ts';

export interface LocalNodeOptions {
  readonly layout: Layout;
  readonly nodeName: string;
  readonly ips: readonly string[];
  readonly log: Logger;
  readonly signal: AbortSignal;
  readonly clock?: Clock;
  /** Life of the certificates in milliseconds. Default a year. */
  readonly lifeMs?: number;
}

/** Resolves when the server of this machine has made its keys and the administrator's kubeconfig. @throws the signal's reason when it aborts first. */
export async function serverKeys(layout: Layout, signal: AbortSignal): Promise<void> {
  while (!existsSync(layout.adminKubeconfig)) {
    await sleep(systemClock, 20, signal);
    signal.throwIfAborted();
  }
}

/** Certificates of a node beside its server are renewed at the time at which `ensureNodePki` makes new ones. */
const AT_FOUR_FIFTHS = () => 0.5;

/**
 * The credentials of a node beside its server, signed by the authority in the data directory they share: whoever runs the agent here can
 * read its key in any case. Waits until the server has made it.
 * @throws the signal's reason when it aborts first, and KeyFileError for a file that is damaged.
 */
export async function localNodeCredentials(options: LocalNodeOptions): Promise<NodeCredentials> {
  const { layout, nodeName, ips, log, signal, clock = systemClock, lifeMs } = options;
  await serverKeys(layout, signal);
  const ca = { certificate: readFileSync(join(layout.pki, 'ca.crt'), 'utf8'), key: readFileSync(join(layout.pki, 'ca.key'), 'utf8') };
  const names = { names: [nodeName, 'localhost'], ips: [...new Set([...ips, '127.0.0.1'])] };
  const ensure = () => ensureNodePki(join(layout.agent, 'pki'), ca, nodeName, names, { clock, ...(lifeMs === undefined ? {} : { lifeMs }) });
  const first = await ensure();
  const { server } = await kubeconfigCredentials(layout.adminKubeconfig);

  const common = { clock, log, random: AT_FOUR_FIFTHS };
  const client = createCertificateKeeper({ ...common, name: 'client', pair: first.client, renew: async () => (await ensure()).client });
  const serving = createCertificateKeeper({ ...common, name: 'serving', pair: first.serving, renew: async () => (await ensure()).serving });
  const proxy = createCertificateKeeper({ ...common, name: 'proxy', pair: first.proxy, renew: async () => (await ensure()).proxy });
  const [ofNode, ofProxy] = [identityFrom(client, first.client), identityFrom(proxy, first.proxy)];
  return {
    client: { server, ca: ca.certificate, identity: ofNode },
    proxy: { server, ca: ca.certificate, identity: ofProxy },
    serving: {
      current() {
        const { certificate: cert, key } = serving.current() ?? first.serving;
        return { cert, key };
      },
      subscribe: serving.subscribe,
    },
    clientCa: ca.certificate,
    measure: (registry) => certificateMetrics(registry, { client, serving }, clock),
    run: async (runSignal) => void (await Promise.all([client, proxy, serving].map((keeper) => keeper.run(runSignal)))),
  };
}
