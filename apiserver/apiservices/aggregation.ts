import type { Registry } from 'prom-client';
import type { KindDefinition } from '../../api/definition/kind.ts';
import type { APIService } from '../../api/kinds/apiregistration/index.ts';
import { apiServices, isAvailable } from '../../api/kinds/apiregistration/index.ts';
import { isAlreadyExists } from '../../api/meta/status-error.ts';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { Random } from '../../base/random.ts';
import type { Client } from '../../runtime/client/client.ts';
import type { Discovery } from '../../runtime/client/discovered.ts';
import type { Part } from '../contract/part.ts';
import type { StorageAccess } from '../contract/storage-access.ts';
import { clusterAddressResolver, endpointResolver } from '../webhook/service-resolver.ts';
import { aggregate } from './aggregate-stage.ts';
import { availabilityMetrics } from './availability-metrics.ts';
import type { Backends } from './backend.ts';
import { followClaims } from './claims.ts';
import { builtinApiServices } from './desired-services.ts';
import { remoteDiscovery } from './discovery-controller.ts';
import { localAvailabilityController } from './local-availability-controller.ts';
import { remoteOpenApi } from './openapi-controller.ts';
import { registrationController } from './registration-controller.ts';
import { remoteAvailabilityController } from './remote-availability-controller.ts';
import { remoteKinds } from './remote-kinds.ts';
import type { FrontProxyIdentity } from './transports.ts';

/** Settings of the calls to servers behind APIServices. */
export interface AggregationSettings {
  /** Default: calls carry no client certificate, and no server will believe whom they name. */
  readonly identity?: FrontProxyIdentity;
  /** Whether a service's endpoints are called, not its cluster address (upstream's --enable-aggregator-routing). Default true. */
  readonly toEndpoints?: boolean;
  /** Default true, as upstream's --aggregator-reject-forwarding-redirect. */
  readonly rejectRedirects?: boolean;
}

export interface AggregationOptions extends AggregationSettings {
  readonly objects: StorageAccess;
  /** The kinds that the server itself serves from the beginning. */
  readonly kinds: readonly KindDefinition[];
  readonly clock: Clock;
  readonly log: Logger;
  readonly random: Random;
  readonly registry: Registry;
}

export interface Aggregation extends Part {
  /** Returns the versions of the server's own that no APIService shows as available; empty once it has started. */
  missing(): readonly string[];
  /** Returns the kinds that other servers serve for this one. */
  remoteKinds(): Discovery;
}

/**
 * The part of the server that lets others serve versions of API groups under its address (upstream's kube-aggregator): it keeps an APIService
 * for each of its own versions, watches over the servers behind the others, and hands requests on to them.
 */
export function aggregation(options: AggregationOptions): Aggregation {
  const { objects, kinds, clock, log, random, registry, identity, toEndpoints = true, rejectRedirects = true } = options;
  const claims = followClaims(objects);
  const builtin = builtinApiServices(kinds);
  const resolve = toEndpoints ? endpointResolver(objects, random) : clusterAddressResolver(objects);
  let loading: Promise<Backends> | undefined;
  const backends = (): Promise<Backends> => {
    const settings = { claims, resolve, identity, rejectRedirects, clock, log, versions: discovery.versions, openApi };
    loading ??= import('./backend.ts').then(({ createBackends }) => createBackends(settings));
    return loading;
  };
  const discovery = remoteDiscovery(claims, async () => (await backends()).discovery);
  const { openApi, controller: openApiController } = remoteOpenApi(claims, async () => (await backends()).openApi);
  const pending = new Set(builtin.keys());

  return {
    name: 'aggregation',
    hooks: [
      'start-kube-aggregator-informers',
      'apiservice-status-local-available-controller',
      'apiservice-status-remote-available-controller',
      'apiservice-registration-controller',
      'apiservice-discovery-controller',
      'kube-apiserver-autoregistration',
      'apiservice-openapi-controller',
      'apiservice-openapiv3-controller',
    ],
    stages: [aggregate({ claims, openApi, forward: async () => (await backends()).forward, merged: async () => (await backends()).merged })],
    controllers: [
      discovery.controller,
      openApiController,
      registrationController(builtin),
      localAvailabilityController,
      remoteAvailabilityController({
        objects,
        claims,
        check: async (claim) => (await backends()).check(claim),
        lost: availabilityMetrics(registry, objects),
      }),
    ],
    missing() {
      for (const name of pending) {
        const apiService = objects.get(apiServices, { namespace: '', name });
        if (apiService && isAvailable(apiService)) pending.delete(name);
      }
      return [...pending].sort();
    },
    remoteKinds: () => remoteKinds(claims.current === undefined ? [] : discovery.versions.current),
    async start(client) {
      claims.start();
      // The controller comes to them too; but until all of them are there the server does not count as healthy.
      await Promise.all([...builtin.values()].map((apiService) => register(client, objects, apiService)));
    },
  };
}

async function register(client: Client, objects: StorageAccess, apiService: APIService): Promise<void> {
  if (objects.get(apiServices, { namespace: '', name: apiService.metadata?.name ?? '' })) return;
  try {
    await client.create(apiServices, apiService);
  } catch (error) {
    // Another server was faster.
    if (!isAlreadyExists(error)) throw error;
  }
}
