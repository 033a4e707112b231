import { Registry } from 'prom-client';
import { createAgent } from '../../agent/compose.ts';
import { createPodSource } from '../../agent/pod/sources/pod-source.ts';
import { createSimulatedRuntime } from '../../agent/simulated/simulated-runtime.ts';
import { pods } from '../../api/kinds/core/pod/index.ts';
import { nodeSubject } from '../../apiserver/pki/cluster-pki.ts';
import { systemClock } from '../../base/clock.ts';
import type { KeyPair } from '../../base/x509/certificate.ts';
import type { Client } from '../../runtime/client/client.ts';
import type { Credentials } from '../../runtime/client/credentials.ts';
import { createHttpsClient, createImpersonatingClients } from '../../runtime/client/https-client.ts';
import { createEventSink } from '../../runtime/observe/event-recorder.ts';
import { createInformer, createInformers } from '../../runtime/watch/informer-set.ts';
import { createCertificateKeeper } from './certificate-keeper.ts';
import { machineIps } from './machine.ts';
import type { NodeCredentials, NodeSettings } from './node-settings.ts';
import { SIMULATED_LABELS, simulatedFacts, simulatedHostIp } from './simulated-facts.ts';

/** Runs simulated nodes in this process until the signal aborts: beside their server, or joined to one elsewhere. */
export async function runSimulatedNodes(settings: NodeSettings, signal: AbortSignal): Promise<void> {
  const { nodes, nodeName } = settings;
  const names = Array.from({ length: nodes }, (_, i) => (nodes === 1 ? nodeName : `${nodeName}-${i}`));
  const podAddress = simulatedAddresses();
  const parts: Parts = { settings, signal, podAddress, registry: new Registry() };
  await (settings.administrator ? runBesideServer(parts, names, settings.administrator) : runJoined(parts, names));
}

interface Parts {
  readonly settings: NodeSettings;
  readonly signal: AbortSignal;
  readonly podAddress: () => string;
  readonly registry: Registry;
}

const LOCALHOST = '127.0.0.1';

/**
 * Nodes beside their server share one watch of all pods, which the administrator of this machine may have. Each writes as itself, by
 * impersonation: a thousand nodes need no thousand certificates.
 */
async function runBesideServer(parts: Parts, names: readonly string[], administrator: NonNullable<NodeSettings['administrator']>): Promise<void> {
  const { settings, signal, registry } = parts;
  const clock = systemClock;
  const { log } = settings;
  const credentials = await settings.credentials(settings.nodeName, [settings.nodeIp ?? LOCALHOST]);
  const admin = await administrator();
  const keeper = createCertificateKeeper({
    name: 'administrator',
    pair: pairOf(admin),
    // The server renews it at four fifths of its life, and writes it into the same kubeconfig.
    random: () => 0.75,
    async renew() {
      const next = pairOf(await administrator());
      if (next.certificate === keeper.current()?.certificate) throw new Error('the server has not renewed it yet');
      return next;
    },
    clock,
    log,
  });
  let identity = identityOf(pairOf(admin));
  keeper.subscribe(() => {
    identity = identityOf(keeper.current() ?? pairOf(admin));
  });
  const access = { server: admin.server, ca: admin.ca, identity: () => identity, userAgent: 'skiff-agent', registry };
  const clientFor = createImpersonatingClients(access);
  const client = createHttpsClient(access);
  const shared = { client, clock, log, signal };
  const informers = createInformers(shared);
  const events = createEventSink(shared);
  const podSource = createPodSource(createInformer(pods, shared, { fieldSelector: 'spec.nodeName!=' }));
  const agents = names.map((nodeName, index) => {
    const { commonName: name, organizations: groups = [] } = nodeSubject(nodeName);
    return startAgent(parts, {
      nodeName,
      index,
      client: clientFor({ name, groups }),
      informers,
      podSource,
      recorder: events.recorder('kubelet', nodeName),
      credentials,
    });
  });
  await Promise.all([credentials.run(signal), keeper.run(signal), ...agents]);
}

const pairOf = ({ cert = '', key = '' }: Credentials): KeyPair => ({ certificate: cert, key });
const identityOf = ({ certificate, key }: KeyPair) => ({ cert: certificate, key });

/** Nodes that have joined are nodes like any other: each has certificates of its own, and watches its own pods. */
async function runJoined(parts: Parts, names: readonly string[]): Promise<void> {
  const { signal, registry } = parts;
  const clock = systemClock;
  const settings = { ...parts.settings, nodeIp: parts.settings.nodeIp ?? machineIps()[0] };
  const { log } = settings;
  await Promise.all(
    names.map(async (nodeName, index) => {
      const credentials = await settings.credentials(nodeName, [settings.nodeIp ?? LOCALHOST]);
      const client = createHttpsClient({ ...credentials.client, userAgent: 'skiff-agent', registry });
      const own = { client, clock, log, signal };
      const podSource = createPodSource(createInformer(pods, own, { fieldSelector: `spec.nodeName=${nodeName}` }));
      const recorder = createEventSink(own).recorder('kubelet', nodeName);
      const agent = startAgent(
        { ...parts, settings },
        {
          nodeName,
          index,
          client,
          informers: createInformers({ ...own, client: createHttpsClient({ ...credentials.proxy, userAgent: 'skiff-proxy' }) }),
          podSource,
          recorder,
          credentials,
        },
      );
      await Promise.all([credentials.run(signal), agent]);
    }),
  );
}

interface OneNode extends Pick<Parameters<typeof createAgent>[0], 'informers' | 'podSource' | 'recorder'> {
  readonly nodeName: string;
  readonly index: number;
  readonly client: Client;
  readonly credentials: NodeCredentials;
}

async function startAgent({ settings, signal, podAddress, registry }: Parts, { credentials, index, ...node }: OneNode): Promise<void> {
  const { nodeName } = node;
  const clock = systemClock;
  const agent = await createAgent(
    {
      ...node,
      runtime: createSimulatedRuntime({ clock, podAddress }),
      dataDir: settings.layout.agent,
      clock,
      log: settings.log,
      nodeIps: [settings.nodeIp ?? LOCALHOST],
      hostIps: [settings.nodeIp ?? simulatedHostIp(nodeName)],
      labels: { ...SIMULATED_LABELS, ...settings.labels },
      taints: settings.taints,
      facts: simulatedFacts(settings.size, nodeName),
      clusterDns: [],
      clusterDomain: settings.clusterDomain,
      allowedUnsafeSysctls: settings.allowedUnsafeSysctls,
      registry,
      // The first node's server listens on the port that was asked for, the others' on any.
      server: { serving: credentials.serving, clientCa: credentials.clientCa, port: index === 0 ? settings.port : 0 },
    },
    signal,
  );
  await agent.run(signal);
}

/** 10.128.0.0/9, one after the other: no pod of another node has them. */
function simulatedAddresses(): () => string {
  let next = 0;
  return () => {
    const n = ++next % 2 ** 23;
    return `10.${128 + (n >> 16)}.${(n >> 8) & 255}.${n & 255}`;
  };
}
