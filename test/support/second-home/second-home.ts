import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Deployment } from '../../../api/kinds/apps/deployment.ts';
import { ALL_CONTROLLERS } from '../../../cli/config/controller-selection.ts';
import { ROOT } from '../checkout.ts';
import type { KubectlCluster } from '../cluster/kubectl-cluster.ts';
import { startKubectlCluster } from '../cluster/kubectl-cluster.ts';
import type { Helm } from '../commands/helm.ts';
import { helmFor } from '../commands/helm.ts';
import type { Grant } from '../rbac/grants.ts';
import { grantsOf } from '../rbac/grants.ts';
import type { RbacGate } from '../rbac/rbac-gate.ts';
import { startRbacGate } from '../rbac/rbac-gate.ts';
import type { ChartReplica } from './chart-replica.ts';
import { startChartReplica } from './chart-replica.ts';

export const CHART = join(ROOT, 'deploy', 'chart');
export const RELEASE_NAMESPACE = 'skiff-system';

/** Controllers that the server does not run, because the chart brings them. It keeps those that any cluster has for pods, nodes and namespaces. */
const CONCEPTS = ['deployment', 'replicaset', 'replicationcontroller', 'endpoints', 'endpointslice', 'service-lb', 'resourcequota'];

/** A cluster that serves none of the concepts itself, with the chart installed by helm. */
export interface SecondHome extends KubectlCluster {
  readonly helm: Helm;
  /** The grants of the chart's service account. */
  readonly grants: readonly Grant[];
  readonly gate: RbacGate;
  /** Starts one more replica of the chart's Deployment, with its arguments, its service account and only the chart's rights. */
  startReplica(): Promise<ChartReplica>;
}

/**
 * The chart's webhook is off: API servers reach it by a Service, and replicas run as processes.
 * @param values settings of the chart, as helm's --set takes them
 */
export async function startSecondHome(...values: readonly string[]): Promise<SecondHome> {
  const cluster = await startKubectlCluster({ controllers: [...ALL_CONTROLLERS, ...CONCEPTS.map((name) => `-${name}-controller`)], nodes: 2 });
  const replicas: ChartReplica[] = [];
  try {
    const helm = helmFor(cluster.kubeconfigPath, RELEASE_NAMESPACE);
    await helm('install', 'skiff', CHART, '--create-namespace', ...['webhook.enabled=false', ...values].flatMap((value) => ['--set', value]));
    const system = cluster.kubectl.in(RELEASE_NAMESPACE);
    const workload: Deployment = JSON.parse(await system('get', 'deployment', 'skiff', '-o', 'json'));
    const account = { namespace: RELEASE_NAMESPACE, name: workload.spec?.template.spec?.serviceAccountName ?? '' };
    const grants = await grantsOf(cluster.client, account);
    const gate = await startRbacGate(cluster.url, grants);
    const kubeconfig = `${cluster.kubeconfigPath}.chart`;
    writeFileSync(kubeconfig, kubeconfigOf(gate.url, (await system('create', 'token', account.name)).trim()));
    return {
      ...cluster,
      helm,
      grants,
      gate,
      async startReplica() {
        const replica = await startChartReplica(workload, `skiff-${replicas.length}`, kubeconfig);
        replicas.push(replica);
        return replica;
      },
      async stop() {
        await Promise.all(replicas.map((replica) => replica.end('SIGKILL')));
        gate.close();
        await cluster.stop();
      },
    };
  } catch (error) {
    await cluster.stop();
    throw error;
  }
}

function kubeconfigOf(server: string, token: string): string {
  const entry = (name: string, what: object) => [{ name: 'chart', [name]: what }];
  return JSON.stringify({
    'current-context': 'chart',
    clusters: entry('cluster', { server }),
    users: entry('user', { token }),
    contexts: entry('context', { cluster: 'chart', user: 'chart' }),
  });
}
