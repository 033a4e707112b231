import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { basename } from 'node:path';
import { listBundles } from '../../../agent/containerd/traces.ts';
import type { RequestOptions } from '../../../agent/network/pod-network/lab-peers.fixture.ts';
import { clientArgs, serverArgs } from '../../../agent/network/pod-network/lab-peers.fixture.ts';
import { layoutOf } from '../../../cli/config/data-dir.ts';
import type { RealCluster } from '../cluster/real-cluster.ts';
import type { Kubectl } from '../commands/kubectl.ts';
import type { Outcome } from '../commands/program.ts';
import { run } from '../commands/program.ts';

/** Runs the test's own programs in the network of a running pod, for what the image's tools cannot do. */
export interface PodNetwork {
  /** Connects from a pod's network, or from the node's if no pod is given; see `clientArgs`. */
  request(from: string | undefined, address: string, port: number, options?: RequestOptions): Promise<string[]>;
  /** Runs a script for Node in a pod's network, with the machine's own files, and returns its output. */
  script(pod: string, code: string, ...args: readonly string[]): Promise<string>;
  /** Starts a TCP and UDP server in a pod's network that answers `NAME saw SOURCE`. It ends with the pod's network, or at `stop`. */
  serve(pod: string, port: number): Promise<void>;
  stop(): void;
}

/** `cluster`: the node that the pods are on, by its data directory. */
export function podNetwork({ dataDir }: Pick<RealCluster, 'dataDir'>, kubectl: Kubectl): PodNetwork {
  const layout = layoutOf(dataDir);
  const servers: ChildProcess[] = [];
  const enter = async (pod: string) => {
    const id = (await kubectl.path('{.status.containerStatuses[0].containerID}', 'pod', pod)).replace('containerd://', '');
    const bundle = (await listBundles({ dataDir: layout.agent, runDir: layout.run })).find(({ dir }) => basename(dir) === id);
    if (bundle?.pid === undefined) throw new Error(`no container of the pod ${pod} runs`);
    return `--net=/proc/${bundle.pid}/ns/net`;
  };
  const checked = ({ code, stdout, stderr }: Outcome): string => {
    if (code !== 0) throw new Error(stderr);
    return stdout;
  };
  return {
    async request(from, address, port, options) {
      const args = clientArgs(address, port, options);
      const outcome = from === undefined ? await run(process.execPath, args) : await run('nsenter', [await enter(from), process.execPath, ...args]);
      return JSON.parse(checked(outcome));
    },
    script: async (pod, code, ...args) => checked(await run('nsenter', [await enter(pod), process.execPath, '-e', code, ...args])),
    async serve(pod, port) {
      const server = spawn('nsenter', [await enter(pod), process.execPath, ...serverArgs(pod, port)], { stdio: ['ignore', 'pipe', 'inherit'] });
      servers.push(server);
      await new Promise((resolve) => server.stdout.once('data', resolve));
    },
    stop() {
      for (const server of servers) server.kill('SIGKILL');
    },
  };
}
