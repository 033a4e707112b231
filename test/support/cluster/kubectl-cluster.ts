import type { Cluster, ClusterOptions } from '../../../cli/testing.ts';
import { startCluster } from '../../../cli/testing.ts';
import type { Kubectl } from '../commands/kubectl.ts';
import { kubectlFor } from '../commands/kubectl.ts';

export interface KubectlCluster extends Cluster {
  readonly kubectl: Kubectl;
  /** Creates a namespace that is ready for pods; returns its kubectl. */
  namespace(name: string): Promise<Kubectl>;
}

/** Starts a cluster in this process, with a kubectl that drives it over HTTPS. */
export async function startKubectlCluster(options?: ClusterOptions): Promise<KubectlCluster> {
  const cluster = await startCluster(options);
  const kubectl = kubectlFor(cluster.kubeconfigPath);
  return {
    ...cluster,
    kubectl,
    async namespace(name) {
      await kubectl('create', 'namespace', name);
      await kubectl('wait', '--for=create', 'serviceaccount/default', '-n', name, '--timeout=60s');
      return kubectl.in(name);
    },
  };
}
