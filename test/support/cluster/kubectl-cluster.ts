import type { Cluster, ClusterOptions } from '../../../cli/testing.ts';
import { startCluster } from '../../../cli/testing.ts';
import type { Kubectl } from '../commands/kubectl.ts';
import { kubectlFor } from '../commands/kubectl.ts';

export interface KubectlCluster extends Cluster {
  readonly kubectl: Kubectl;
  /** A namespace of its own, ready for pods. */
  namespace(name: string): Promise<Kubectl>;
}

/** A cluster in this process, and the kubectl that drives it over HTTPS. */
export async function startKubectlCluster(options?: ClusterOptions): Promise<KubectlCluster> {
  const cluster = await startCluster(options);
  const kubectl = kubectlFor(cluster.kubeconfigPath);
  return {
    ...cluster,
    kubectl,
    async namespace(name) {
      await kubectl('create', 'namespace', name);
      await kubectl('wait', '--for=create', 'serviceaccount/default', '-n', name, '--timeout=10s');
      return kubectl.in(name);
    },
  };
}
