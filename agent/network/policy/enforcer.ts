import type { Namespace } from '../../../api/kinds/core/namespace.ts';
import { namespaces } from '../../../api/kinds/core/namespace.ts';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import { pods } from '../../../api/kinds/core/pod/index.ts';
import type { NetworkPolicy } from '../../../api/kinds/networking/network-policy/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import { keyOf, keyText } from '../../../api/meta/object.ts';
import type { Labels } from '../../../api/selector/selector.ts';
import { settledBefore } from '../../../base/abort.ts';
import type { Clock } from '../../../base/clock.ts';
import type { Logger } from '../../../base/log.ts';
import { inTurns } from '../../../base/steps.ts';
import type { Client } from '../../../runtime/client/client.ts';
import type { Runnable } from '../../../runtime/control/runnable.ts';
import type { Informer } from '../../../runtime/watch/informer.ts';
import { createLedger } from '../proxy/ledger.ts';
import { joined } from '../proxy/pace.ts';
import { createTableKeeper } from '../proxy/table-keeper.ts';
import { compilePolicy } from './compiled-policy.ts';
import { followFacts } from './facts-follower.ts';
import type { StartedSandbox } from './local-pods.ts';
import { createLocalPods } from './local-pods.ts';
import type { PolicyMetrics } from './metrics.ts';
import type { PolicyKernel } from './policy-kernel.ts';
import { createPolicyPlanner } from './policy-planner.ts';
import type { PolicyPod } from './policy-pod.ts';
import { policyPod } from './policy-pod.ts';
import { basePolicyTable, POLICY_TABLE } from './policy-table.ts';

export interface EnforcerOptions {
  /** Reads namespaces and the pods of all nodes. */
  readonly client: Client;
  readonly policies: Informer<NetworkPolicy>;
  /** This node's pods. */
  readonly ownPods: Informer<Pod>;
  readonly nodeName: string;
  readonly kernel: PolicyKernel;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics?: PolicyMetrics | undefined;
}

/** Enforces the network policies that select pods of this node. `ready` once they are in force. */
export interface Enforcer extends Runnable {
  /** Resolves once the policies that select a pod are in force at its address; its containers are started after that. */
  protect(sandbox: StartedSandbox): Promise<void>;
  /** Why the rules are not up to date; undefined if they are. */
  problem(): string | undefined;
}

/**
 * Creates the enforcer. It keeps the table as policies, pods and namespaces ask for, a transaction a change. Pods of other nodes are in it as
 * addresses that rules name. When the signal aborts, the table stays: pods run on, and stay isolated.
 */
export function createEnforcer(options: EnforcerOptions): Enforcer {
  const { client, policies, ownPods, nodeName, kernel, clock, log, metrics } = options;
  const ledger = createLedger(POLICY_TABLE);
  const planner = createPolicyPlanner(ledger);

  const keeper = createTableKeeper({
    clock,
    log,
    name: 'policy table',
    isDirty: planner.isDirty,
    exists: kernel.exists,
    onFailure: () => metrics?.failed(),
    async sync(full, signal) {
      const start = clock.monotonic();
      await inTurns(planner.plan(), clock);
      const transaction = full ? basePolicyTable() + (await joined(clock, ledger.everything())) : await joined(clock, ledger.changes());
      if (transaction !== '') await kernel.apply(transaction, signal);
      ledger.commit();
      const isolated = { ingress: planner.isolated('ingress'), egress: planner.isolated('egress') };
      metrics?.table({ items: ledger.size, policies: policies.list().length, isolated });
      if (transaction !== '') metrics?.synced((clock.monotonic() - start) / 1000, full);
      if (full) log.info({ items: ledger.size, ...isolated }, 'network policies are in force');
    },
  });

  const setPod = (id: string, pod: PolicyPod | undefined) => {
    if (planner.setPod(id, pod)) keeper.wake();
  };
  const localPods = createLocalPods((key, pod) => setPod(`local ${key}`, pod));
  const setPolicy = (policy: Live<NetworkPolicy>) => {
    planner.setPolicy(keyText(keyOf(policy)), compilePolicy(policy));
    keeper.wake();
  };

  /** Follows everything that rules depend on. Resolves with false if the signal aborted before all of it was known. */
  const follow = (signal: AbortSignal): Promise<boolean> => {
    const shared = { client, clock, log, signal };
    // The own informer tells of this node's pods. What has finished has no address any more.
    const fieldSelector = `spec.nodeName!=${nodeName},status.phase!=Succeeded,status.phase!=Failed`;
    const others = followFacts<Pod, PolicyPod>({
      ...shared,
      kind: pods,
      fieldSelector,
      factsOf: (pod) => (pod.spec?.nodeName && pod.spec.nodeName !== nodeName ? policyPod(pod, false) : undefined),
      changed: (key, pod) => setPod(`remote ${key}`, pod),
    });
    const labels = followFacts<Namespace, Labels>({
      ...shared,
      kind: namespaces,
      factsOf: ({ metadata }) => metadata.labels ?? {},
      changed(name, found) {
        planner.setNamespace(name, found);
        keeper.wake();
      },
    });
    const removals = [
      policies.on({
        add: setPolicy,
        update: setPolicy,
        delete(policy) {
          planner.setPolicy(keyText(keyOf(policy)), undefined);
          keeper.wake();
        },
      }),
      ownPods.on({ add: localPods.show, update: localPods.show, delete: localPods.hide }),
    ];
    const forget = () => {
      for (const remove of removals) remove();
    };
    signal.addEventListener('abort', forget, { once: true });
    return settledBefore(Promise.all([others, labels, policies.ready, ownPods.ready]), signal);
  };

  return {
    ready: keeper.settled(),
    protect(sandbox) {
      localPods.started(sandbox);
      return keeper.settled();
    },
    problem: keeper.problem,
    async run(signal) {
      if (await follow(signal)) await keeper.run(signal);
    },
  };
}
