import { Counter, Registry } from 'prom-client';
import type { Pod } from '../../api/kinds/core/pod/index.ts';
import type { Live, ObjectKey } from '../../api/meta/object.ts';
import type { Clock } from '../../base/clock.ts';
import { fullBucket, takeToken } from '../../base/token-bucket.ts';
import type { PodDevices } from '../contract/node-parts.ts';
import { createGrpcService, ServiceError, serviceMethod } from '../plugin/grpc-service.ts';
import type { ConnectionServer } from '../plugin/lazy-socket.ts';
import * as m from './messages.ts';
import { listedDevices, listedPod } from './pod-listing.ts';

export interface PodResourcesOptions extends PodDevices {
  readonly clock: Clock;
  /** The pods that have not ended. */
  readonly activePods: () => readonly Live<Pod>[];
  readonly findPod: (key: ObjectKey) => Live<Pod> | undefined;
}

/** The service by which monitors learn which container has which device: `v1.PodResourcesLister`. */
export interface PodResourcesService extends ConnectionServer {
  readonly metrics: Registry;
}

/** kubelet's DefaultQPS and DefaultBurstTokens. */
const LIMIT = { burst: 10, refillMs: 1000 / 100 };

export function createPodResourcesService(options: PodResourcesOptions): PodResourcesService {
  const { clock, activePods, findPod, pluginDevices } = options;
  const metrics = new Registry();
  const counter = (name: string, help: string) =>
    new Counter({ name: `kubelet_pod_resources_endpoint_${name}`, help, labelNames: ['server_api_version'] as const, registers: [metrics] });
  const requests = counter('requests_total', 'Requests for pod resources.');
  const lists = counter('requests_list', 'Requests for the resources of all pods.');
  const allocatable = counter('requests_get_allocatable', "Requests for the node's resources.");
  const gets = counter('requests_get', 'Requests for the resources of one pod.');
  const failedGets = counter('errors_get', 'Requests for the resources of a pod that is not there.');
  const version = { server_api_version: 'v1' };
  const bucket = fullBucket(LIMIT.burst, clock.monotonic());
  const count = (kind: Counter<'server_api_version'>): void => {
    if (!takeToken(bucket, clock.monotonic(), LIMIT)) throw new ServiceError('RESOURCE_EXHAUSTED', 'rejected by rate limit');
    requests.inc(version);
    kind.inc(version);
  };

  const service = createGrpcService([
    serviceMethod('/v1.PodResourcesLister/List', m.Empty, m.ListPodResourcesResponse, async () => {
      count(lists);
      return { pod_resources: activePods().map((pod) => listedPod(pod, options)) };
    }),
    serviceMethod('/v1.PodResourcesLister/GetAllocatableResources', m.Empty, m.AllocatableResourcesResponse, async () => {
      count(allocatable);
      return { devices: listedDevices(pluginDevices.healthy()) };
    }),
    serviceMethod('/v1.PodResourcesLister/Get', m.GetPodResourcesRequest, m.GetPodResourcesResponse, async ({ pod_name, pod_namespace }) => {
      count(gets);
      const pod = findPod({ namespace: pod_namespace, name: pod_name });
      if (pod) return { pod_resources: listedPod(pod, options) };
      failedGets.inc(version);
      throw new Error(`pod ${pod_name} in namespace ${pod_namespace} not found`);
    }),
  ]);
  return { ...service, metrics };
}
