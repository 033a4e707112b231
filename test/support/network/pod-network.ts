import { basename } from 'node:path';
import { listBundles } from '../../../agent/containerd/traces.ts';
import type { ClientPeer, Peer, RequestOptions } from '../../../agent/network/pod-network/lab-peers.fixture.ts';
import { startClient, startServer } from '../../../agent/network/pod-network/lab-peers.fixture.ts';
import { layoutOf } from '../../../cli/config/data-dir.ts';
import type { RealCluster } from '../cluster/real-cluster.ts';
import type { Kubectl } from '../commands/kubectl.ts';
import { run } from '../commands/program.ts';

/** Runs the test's own programs in the network of a running pod, for what the image's tools cannot do. */
export interface PodNetwork {
  /** Connects from a pod's network, or from the node's if no pod is given; see `ClientPeer`. A pod made anew under its name is another network. */
  request(from: string | undefined, address: string, port: number, options?: RequestOptions): Promise<string[]>;
  /** Runs a script for Node in a pod's network, with the machine's own files, and returns its output. */
  script(pod: string, code: string, ...args: readonly string[]): Promise<string>;
  /** Starts a TCP and UDP server in a pod's network that answers `NAME saw SOURCE`. It ends with the pod's network, or at `stop`. */
  serve(pod: string, port: number): Promise<void>;
  /** Ends the programs that were started. */
  stop(): void;
}

/** `cluster`: the node that the pods are on, by its data directory. */
export function podNetwork({ dataDir }: Pick<RealCluster, 'dataDir'>, kubectl: Kubectl): PodNetwork {
  const layout = layoutOf(dataDir);
  const servers: Peer[] = [];
  const clients = new Map<string | undefined, ClientPeer>();
  const enter = async (pod: string) => {
    const id = (await kubectl.path('{.status.containerStatuses[0].containerID}', 'pod', pod)).replace('containerd://', '');
    const bundle = (await listBundles({ dataDir: layout.agent, runDir: layout.run })).find(({ dir }) => basename(dir) === id);
    if (bundle?.pid === undefined) throw new Error(`no container of the pod ${pod} runs`);
    return ['nsenter', `--net=/proc/${bundle.pid}/ns/net`];
  };
  const clientIn = async (from: string | undefined): Promise<ClientPeer> => {
    const before = from === undefined || clients.has(from) ? [] : await enter(from);
    // Another request may have started it meanwhile.
    const client = clients.get(from) ?? startClient(before);
    clients.set(from, client);
    return client;
  };
  return {
    request: async (from, address, port, options) => (await clientIn(from)).request(address, port, options),
    async script(pod, code, ...args) {
      const [command = '', ...before] = await enter(pod);
      const { code: status, stdout, stderr } = await run(command, [...before, process.execPath, '-e', code, ...args]);
      if (status !== 0) throw new Error(stderr);
      return stdout;
    },
    serve: async (pod, port) => void servers.push(await startServer(await enter(pod), pod, port)),
    stop() {
      for (const peer of [...servers, ...clients.values()]) peer.end();
    },
  };
}
