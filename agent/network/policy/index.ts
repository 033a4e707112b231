import type { Registry } from 'prom-client';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { NetworkPolicy } from '../../../api/kinds/networking/network-policy/index.ts';
import { networkPolicies } from '../../../api/kinds/networking/network-policy/index.ts';
import { hasReason } from '../../../api/meta/status-error.ts';
import { settledBefore, settledWithin } from '../../../base/abort.ts';
import { createBackoff } from '../../../base/backoff.ts';
import type { Clock } from '../../../base/clock.ts';
import { sleep } from '../../../base/clock.ts';
import type { Logger } from '../../../base/log.ts';
import type { Client } from '../../../runtime/client/client.ts';
import type { Runnable } from '../../../runtime/control/runnable.ts';
import type { Informer } from '../../../runtime/watch/informer.ts';
import { createInformer } from '../../../runtime/watch/informer-set.ts';
import type { ContainerRuntime } from '../../contract/runtime.ts';
import type { Enforcer } from './enforcer.ts';
import type { StartedSandbox } from './local-pods.ts';
import type { PolicyMetrics } from './metrics.ts';
import type { PolicyKernel } from './policy-kernel.ts';
import { policyKernel } from './policy-kernel.ts';
import { guardedRuntime } from './sandbox-guard.ts';

export interface NetworkPoliciesOptions {
  /** Reads network policies, namespaces and the pods of all nodes. */
  readonly client: Client;
  /** This node's pods. */
  readonly ownPods: Informer<Pod>;
  readonly nodeName: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly registry?: Registry | undefined;
  /** For tests without the right to change the kernel's tables. */
  readonly kernel?: PolicyKernel;
}

/** The network policies on a node. `ready` once they are known and in force, or the API server has refused to tell them. */
export interface NetworkPolicies extends Runnable {
  /** The same runtime, in which containers wait for the policies of their pods. */
  guard(runtime: ContainerRuntime): ContainerRuntime;
}

/** A server that has just started may not have all of its roles yet. */
const REFUSALS = 4;
/** A pod whose policies are not in force by then is tried again, as after any other failure. */
const PROTECT_MS = 30_000;

/**
 * Creates the part of the node that enforces network policies. Until there is a first policy it follows the policies alone; pods, namespaces and
 * the code that turns them into rules are loaded with it.
 */
export function createNetworkPolicies(options: NetworkPoliciesOptions): NetworkPolicies {
  const { client, clock, log, kernel = policyKernel } = options;
  const known = Promise.withResolvers<void>();
  let isKnown = false;
  let metrics: PolicyMetrics | undefined;
  let enforcer: Promise<Enforcer> | undefined;
  let current: Enforcer | undefined;
  const markKnown = () => {
    isKnown = true;
    known.resolve();
  };

  /** Asks until the API server tells of policies. One that refuses is asked now and then; pods do not wait for it. */
  const mayRead = async (signal: AbortSignal): Promise<boolean> => {
    const backoff = createBackoff({ initialMs: 200, maxMs: 30_000 });
    let refusals = 0;
    while (!signal.aborted) {
      try {
        await client.list(networkPolicies, { limit: 1, resourceVersion: '0' });
        return true;
      } catch (error) {
        if (signal.aborted) return false;
        if (hasReason(error, 'Forbidden')) {
          if (++refusals === REFUSALS) {
            log.error({ err: error }, NOT_ALLOWED);
            markKnown();
          }
        } else log.warn({ err: error }, 'network policies could not be read: trying again');
      }
      await sleep(clock, backoff.next(), signal);
    }
    return false;
  };

  const load = async (policies: Informer<NetworkPolicy>): Promise<Enforcer> => {
    const [{ createEnforcer }, { createPolicyMetrics }] = await Promise.all([import('./enforcer.ts'), import('./metrics.ts')]);
    metrics = options.registry && createPolicyMetrics(options.registry, kernel.denied);
    current = createEnforcer({ ...options, policies, kernel, metrics });
    return current;
  };

  const protect = async (sandbox: StartedSandbox): Promise<void> => {
    const start = clock.monotonic();
    const inForce = known.promise.then(async () => (await enforcer)?.protect(sandbox));
    if (!(await settledWithin(clock, PROTECT_MS, inForce))) throw new Error(current?.problem() ?? 'the API server has not told of all of them');
    await inForce;
    metrics?.waited((clock.monotonic() - start) / 1000);
  };

  return {
    ready: known.promise.then(async () => (await enforcer)?.ready),
    guard: (runtime) => guardedRuntime(runtime, { policies: () => (enforcer ? 'some' : isKnown ? 'none' : 'unknown'), protect }),
    async run(signal) {
      if (!(await mayRead(signal))) return;
      const policies = createInformer(networkPolicies, { client, clock, log, signal });
      const first = Promise.withResolvers<void>();
      policies.on({ add: () => first.resolve() });
      if (!(await settledBefore(policies.ready, signal))) return;
      if (policies.list().length === 0) {
        markKnown();
        // Rules that an earlier process left have no policy any more.
        await kernel.remove();
        if (!(await settledBefore(first.promise, signal))) return;
      }
      enforcer = load(policies);
      markKnown();
      await (await enforcer).run(signal);
    },
  };
}

const NOT_ALLOWED =
  "network policies are not enforced on this node: the identity of the node's proxy may not list them. Bind the user system:kube-proxy to a " +
  'ClusterRole that may get, list and watch networkpolicies.networking.k8s.io, namespaces and pods; or start the agent with --no-network-policy';
