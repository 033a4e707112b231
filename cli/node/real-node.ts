import { mkdir } from 'node:fs/promises';
import { Registry } from 'prom-client';
import { createAgent } from '../../agent/compose.ts';
import type { Containerd } from '../../agent/containerd/index.ts';
import { containerdPaths, ensurePauseImage, keepPauseImage, shareMounts, startContainerd } from '../../agent/containerd/index.ts';
import { createCriRuntime } from '../../agent/cri/cri-runtime.ts';
import { createNodeNetwork } from '../../agent/network/index.ts';
import { createPodSource } from '../../agent/pod/sources/pod-source.ts';
import { nodes } from '../../api/kinds/core/node/index.ts';
import { pods } from '../../api/kinds/core/pod/index.ts';
import { services } from '../../api/kinds/core/service/index.ts';
import { endpointSlices } from '../../api/kinds/discovery/endpoint-slice.ts';
import { systemClock } from '../../base/clock.ts';
import { createHttpsClient } from '../../runtime/client/https-client.ts';
import { createEventSink } from '../../runtime/observe/event-recorder.ts';
import { createInformer, createInformers } from '../../runtime/watch/informer-set.ts';
import { machineIps } from './machine.ts';
import { claimMachine } from './machine-claim.ts';
import type { NodeSettings } from './node-settings.ts';

/** Runs this machine as a node with real containers until the signal aborts. Containers, and containerd, go on when it ends. */
export async function runRealNode(settings: NodeSettings, signal: AbortSignal): Promise<void> {
  const { layout, log, nodeName, kubelet } = settings;
  const clock = systemClock;
  const dirs = { dataDir: layout.agent, runDir: layout.run };
  const ips = settings.nodeIp === undefined ? machineIps() : [settings.nodeIp];
  const nodeIps = ips.length > 0 ? ips.slice(0, 1) : ['127.0.0.1'];

  await claimMachine();
  const unshared = await shareMounts();
  if (unshared !== undefined) log.warn({ problem: unshared }, 'mounts of containers cannot be propagated to the node');
  // containerd needs nothing of the cluster: it starts while the server does.
  const starting = startContainerd({ ...dirs, log, clock });
  const credentials = await settings.credentials(nodeName, nodeIps).catch(async (error: unknown) => {
    await endUnused(starting);
    throw error;
  });
  const containerd = await starting;
  try {
    // There from the start, so that it can be watched.
    await mkdir(layout.manifests, { recursive: true, mode: 0o700 });
    const pauseImage = () => ensurePauseImage({ socket: containerd.socket, clock, signal });
    await pauseImage();
    const registry = new Registry();
    const client = createHttpsClient({ ...credentials.client, userAgent: 'skiff-agent', registry });
    const shared = { client, clock, log, signal };
    // A node may not read other nodes, their pods, nor endpoints: its network does, as kube-proxy.
    const proxyClient = createHttpsClient({ ...credentials.proxy, userAgent: 'skiff-proxy' });
    const informers = createInformers({ ...shared, client: proxyClient });
    const events = createEventSink(shared);
    const ownPods = createInformer(pods, shared, { fieldSelector: `spec.nodeName=${nodeName}` });
    const { cniConfDir, cniLeasesDir } = containerdPaths(dirs);
    const network = createNodeNetwork({
      nodeName,
      informers: { services: informers.of(services), endpointSlices: informers.of(endpointSlices), nodes: informers.of(nodes), pods: ownPods },
      cniConfDir,
      cniLeasesDir,
      runDir: layout.run,
      clusterDNS: settings.clusterDns,
      clusterDomain: settings.clusterDomain,
      serviceCIDR: settings.serviceCidr,
      proxy: settings.proxy,
      dns: settings.dns,
      policyClient: settings.networkPolicy ? proxyClient : undefined,
      resolvConf: settings.resolvConf,
      proxyStatus: { healthz: kubelet.proxyHealthz, metrics: kubelet.proxyMetrics },
      log,
      registry,
      clock,
    });
    const agent = await createAgent(
      {
        client,
        informers,
        nodeName,
        runtime: network.guard(keepPauseImage(createCriRuntime(containerd.socket, clock), pauseImage)),
        dataDir: layout.agent,
        cgroupRoot: layout.cgroupRoot,
        clock,
        log,
        recorder: events.recorder('kubelet', nodeName),
        nodeIps,
        labels: settings.labels,
        taints: settings.taints,
        clusterDns: [settings.clusterDns],
        clusterDomain: settings.clusterDomain,
        podSource: createPodSource(ownPods),
        staticPodDir: layout.manifests,
        resolvConf: settings.resolvConf,
        allowedUnsafeSysctls: settings.allowedUnsafeSysctls,
        podMaxPids: kubelet.podMaxPids,
        reserved: kubelet.reserved,
        enforceNodeAllocatable: kubelet.enforceNodeAllocatable,
        eviction: kubelet.eviction,
        imageGarbage: kubelet.imageGarbage,
        imageVerification: kubelet.imageVerification,
        maxParallelPulls: kubelet.maxParallelPulls,
        credentialProviders: settings.credentialProviders,
        maxRestartDelayMs: kubelet.maxRestartDelayMs,
        shutdown: kubelet.shutdown,
        healthz: kubelet.healthz,
        registry,
        measureCertificates: credentials.measure,
        server: { serving: credentials.serving, clientCa: credentials.clientCa, port: settings.port },
      },
      signal,
    );
    await Promise.all([agent.run(signal), network.run(signal), credentials.run(signal)]);
  } finally {
    containerd.release();
  }
}

/** Ends a containerd that was started for nothing, since the node has not come about. One that ran before, with its containers, stays. */
async function endUnused(starting: Promise<Containerd>): Promise<void> {
  const containerd = await starting.catch(() => undefined);
  await (containerd?.adopted ? containerd.release() : containerd?.stop());
}
