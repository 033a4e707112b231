import { Registry } from 'prom-client';
import { createAgent } from '../../agent/compose.ts';
import { createPodSource } from '../../agent/pod/sources/pod-source.ts';
import { createSimulatedRuntime } from '../../agent/simulated/simulated-runtime.ts';
import { pods } from '../../api/kinds/core/pod/index.ts';
import { systemClock } from '../../base/clock.ts';
import { createHttpsClient } from '../../runtime/client/https-client.ts';
import { createEventSink } from '../../runtime/observe/event-recorder.ts';
import { createInformer, createInformers } from '../../runtime/watch/informer-set.ts';
import type { NodeSettings } from './node-settings.ts';

/** Runs simulated nodes in this process, over one client and one watch of all pods, until the signal aborts. */
export async function runSimulatedNodes(settings: NodeSettings, signal: AbortSignal): Promise<void> {
  const { log, layout } = settings;
  const clock = systemClock;
  const nodeIp = settings.nodeIp ?? '127.0.0.1';
  const { client: access, serving } = await settings.credentials(settings.nodeName, [nodeIp]);
  const registry = new Registry();
  const client = createHttpsClient({ ...access, userAgent: 'skiff-agent', registry });
  const informers = createInformers({ client, clock, log, signal });
  const events = createEventSink({ client, clock, log, signal });
  const podSource = createPodSource(createInformer(pods, { client, clock, log, signal }, { fieldSelector: 'spec.nodeName!=' }));
  const podAddress = simulatedAddresses();
  const names = Array.from({ length: settings.nodes }, (_, i) => (settings.nodes === 1 ? settings.nodeName : `${settings.nodeName}-${i}`));
  const agents = await Promise.all(
    names.map((nodeName, i) =>
      createAgent(
        {
          client,
          informers,
          nodeName,
          runtime: createSimulatedRuntime({ clock, podAddress }),
          dataDir: layout.agent,
          clock,
          log,
          recorder: events.recorder('kubelet', nodeName),
          nodeIps: [nodeIp],
          hostname: nodeName,
          clusterDns: [],
          clusterDomain: 'cluster.local',
          allowedUnsafeSysctls: settings.allowedUnsafeSysctls,
          podSource,
          registry,
          // The first node's server listens on the port that was asked for, the others' on any.
          server: { ...serving, port: i === 0 ? settings.port : 0 },
        },
        signal,
      ),
    ),
  );
  await Promise.all(agents.map((agent) => agent.run(signal)));
}

/** Addresses of 10.128.0.0/9, one after the other: no pod of another node has them. */
function simulatedAddresses(): () => string {
  let next = 0;
  return () => {
    const n = ++next % 2 ** 23;
    return `10.${128 + (n >> 16)}.${(n >> 8) & 255}.${n & 255}`;
  };
}
