import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import type { Registry } from 'prom-client';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { Client } from '../../runtime/client/client.ts';
import type { Documents } from '../../runtime/observe/document.ts';
import type { HealthSlis } from '../../runtime/observe/health-slis.ts';
import { healthSlis } from '../../runtime/observe/health-slis.ts';
import { serveProbes } from '../../runtime/observe/probe-server.ts';
import type { SecureMetricsServer, ServingPair } from '../../runtime/observe/secure-metrics-server.ts';
import type { MetricsFlags } from '../config/metrics-options.ts';
import { UsageError } from '../config/options.ts';

export interface MetricsParts {
  readonly client: Client;
  readonly clock: Clock;
  readonly log: Logger;
  readonly registry: Registry;
  readonly ready: Promise<void>;
  /** Served beside /metrics on the secure port alone: they name objects of the cluster. */
  readonly documents?: Documents;
}

/** The time between two looks at certificate and key; a Secret that changes reaches a pod within a minute or two. */
const REREAD_MS = 30_000;

/**
 * Serves probes and metrics as the flags say.
 * @returns a function that ends it
 * @throws UsageError for flags that do not fit together; Error if a port is taken or a file cannot be read
 */
export async function serveMetrics(flags: MetricsFlags, parts: MetricsParts): Promise<() => void> {
  const { 'metrics-secure-port': port, 'metrics-cert-file': certificate, 'metrics-key-file': key } = flags;
  if ((certificate === undefined) !== (key === undefined)) throw new UsageError('--metrics-cert-file and --metrics-key-file: give both, or neither');
  if (certificate !== undefined && port === undefined) throw new UsageError('--metrics-cert-file: needs --metrics-secure-port');
  const slis = healthSlis();
  const closeProbes = await serveProbes({
    port: flags['metrics-port'],
    slis,
    registry: port === undefined ? parts.registry : undefined,
    ready: parts.ready,
  });
  if (port === undefined) return closeProbes;
  try {
    const closeSecure = await serveSecurely(port, certificate !== undefined && key !== undefined ? { certificate, key } : undefined, parts, slis);
    return () => {
      closeSecure();
      closeProbes();
    };
  } catch (error) {
    closeProbes();
    throw error;
  }
}

/** @param files the paths of certificate and key; left out, the certificate is of this process's own making */
async function serveSecurely(port: number, files: ServingPair | undefined, parts: MetricsParts, slis: HealthSlis): Promise<() => void> {
  const { client, clock, log, registry } = parts;
  const [{ createPathAccess }, { serveSecureMetrics }] = await Promise.all([
    import('../../runtime/observe/metrics-access.ts'),
    import('../../runtime/observe/secure-metrics-server.ts'),
  ]);
  const pair = files ? await readPair(files) : await ownPair(clock);
  const documents: Documents = new Map([
    ['/metrics', async () => ({ contentType: registry.contentType, parts: [await registry.metrics()] })],
    ['/metrics/slis', slis.show],
    ...(parts.documents ?? []),
  ]);
  const server = await serveSecureMetrics({ port, documents, access: createPathAccess({ client, clock, log }), pair });
  const stopReading = files ? followPair(files, pair, server, clock, log) : () => {};
  return () => {
    stopReading();
    server.close();
  };
}

const readPair = async ({ certificate, key }: ServingPair): Promise<ServingPair> => ({
  certificate: await readFile(certificate, 'utf8'),
  key: await readFile(key, 'utf8'),
});

async function ownPair(clock: Clock): Promise<ServingPair> {
  const { createCertificateAuthority } = await import('../../base/x509/certificate-authority.ts');
  return createCertificateAuthority(hostname(), { now: clock.now() });
}

/** Gives the server the pair whenever it has changed on disk; one that cannot be used is logged, and the old one stays. */
function followPair(files: ServingPair, first: ServingPair, server: SecureMetricsServer, clock: Clock, log: Logger): () => void {
  let used = first;
  let stopped = false;
  let cancel = () => {};
  const look = async () => {
    try {
      const pair = await readPair(files);
      if (pair.certificate !== used.certificate || pair.key !== used.key) {
        server.use(pair);
        used = pair;
        log.info('serving metrics with a new certificate');
      }
    } catch (error) {
      log.warn({ err: error }, 'the certificate of the metrics cannot be used: keeping the old one');
    }
    if (!stopped) cancel = clock.after(REREAD_MS, () => void look(), 'background');
  };
  cancel = clock.after(REREAD_MS, () => void look(), 'background');
  return () => {
    stopped = true;
    cancel();
  };
}
