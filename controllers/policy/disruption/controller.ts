import type { Kind } from '../../../api/definition/kind.ts';
import type { Deployment } from '../../../api/kinds/apps/deployment.ts';
import type { ReplicaSet } from '../../../api/kinds/apps/replica-set.ts';
import type { StatefulSet } from '../../../api/kinds/apps/stateful-set/index.ts';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { ReplicationController } from '../../../api/kinds/core/replication-controller.ts';
import type { PodDisruptionBudget, PodDisruptionBudgetStatus } from '../../../api/kinds/policy/pod-disruption-budget/schema.ts';
import { labelSelectorText } from '../../../api/meta/label-selector.ts';
import type { Live, ObjectKey } from '../../../api/meta/object.ts';
import { keyOf } from '../../../api/meta/object.ts';
import { isConflict } from '../../../api/meta/status-error.ts';
import type { ControllerDefinition } from '../../../runtime/control/controller.ts';
import { controllerOf } from '../../../runtime/control/controller-ref.ts';
import type { ControllerEnv } from '../../../runtime/control/env.ts';
import { watched } from '../../../runtime/control/watched.ts';
import type { Result } from '../../../runtime/queue/result.ts';
import { DONE } from '../../../runtime/queue/result.ts';
import type { Informer } from '../../../runtime/watch/informer.ts';
import { indexBySelector } from '../../../runtime/watch/selector-index.ts';
import { countsDiffer, sameText } from '../../_shared/pod-state.ts';
import { messageOf, unlessGone } from '../../_shared/refusals.ts';
import type { Expected } from './plan.ts';
import { disruptedPods, expectedOf, needsScale, planFailure, planStatus } from './plan.ts';
import type { ScaleSources } from './scale.ts';
import { expectedScale } from './scale.ts';
import { awaitsDisruption, podKeyOf, podLaneKey, staleAfterMs, withoutDisruption } from './stale-condition.ts';

export interface DisruptionKinds {
  readonly budgets: Kind<PodDisruptionBudget>;
  readonly pods: Kind<Pod>;
  readonly deployments: Kind<Deployment>;
  readonly replicaSets: Kind<ReplicaSet>;
  readonly replicationControllers: Kind<ReplicationController>;
  readonly statefulSets: Kind<StatefulSet>;
  /** Returns every kind that is served: any of them with a scale may control pods. */
  readonly scaled: () => readonly Kind[];
}

const UNMANAGED =
  'were found to be unmanaged. As a result, the status of the PDB cannot be calculated correctly, which may result in undefined behavior. ' +
  'To account for these pods please set ".spec.minAvailable" field of the PDB to an integer value.';

/**
 * Keeps the status of PodDisruptionBudgets, by which evictions are allowed, and takes back the DisruptionTarget condition of pods that were not
 * deleted (pkg/controller/disruption).
 */
export function disruptionController(kinds: DisruptionKinds): ControllerDefinition {
  return {
    name: 'disruption-controller',
    component: 'controllermanager',
    concurrency: 5,
    setup(env) {
      const { informers, client } = env;
      const budgets = informers.of(kinds.budgets);
      const pods = informers.of(kinds.pods);
      const deployments = informers.of(kinds.deployments);
      const replicaSets = informers.of(kinds.replicaSets);
      const replicationControllers = informers.of(kinds.replicationControllers);
      const statefulSets = informers.of(kinds.statefulSets);
      const sources: ScaleSources = { client, deployments, replicaSets, replicationControllers, statefulSets, kinds: kinds.scaled };
      const selecting = indexBySelector(budgets, ({ spec }) => spec?.selector);
      return {
        for: kinds.budgets,
        needs: [deployments, replicaSets, replicationControllers, statefulSets],
        watches: [
          watched(kinds.pods, {
            when: { create: true, update: affectsBudgets, delete: true },
            map: (pod) => budgetsOf(env, pod, selecting(pod.metadata.namespace ?? '', pod.metadata.labels)),
            moved: (pod, old) => !sameText(pod.metadata.labels, old.metadata.labels),
          }),
          watched(kinds.pods, { when: { create: awaitsDisruption, update: awaitsDisruption }, map: podLaneKey, moved: () => false }),
        ],
        async reconcile(key) {
          const podKey = podKeyOf(key);
          if (podKey) return takeBack(env, pods, podKey);
          const budget = budgets.get(key);
          return budget ? sync(env, kinds.budgets, budget, pods, sources) : DONE;
        },
      };
    },
  };
}

const affectsBudgets = (pod: Live<Pod>, old: Live<Pod>): boolean => countsDiffer(pod, old) || controllerOf(pod)?.uid !== controllerOf(old)?.uid;

function budgetsOf({ recorder }: ControllerEnv, pod: Live<Pod>, budgets: readonly Live<PodDisruptionBudget>[]): readonly ObjectKey[] {
  const [first, second] = budgets;
  if (first && second) {
    const { namespace = '', name } = pod.metadata;
    const message = `Pod "${namespace}"/"${name}" matches multiple PodDisruptionBudgets.  Chose "${first.metadata.name}" arbitrarily.`;
    recorder.event(typedPod(pod), 'Warning', 'MultiplePodDisruptionBudgets', message);
  }
  return budgets.map(keyOf);
}

const typedPod = (pod: Live<Pod>): Live<Pod> => ({ ...pod, apiVersion: 'v1', kind: 'Pod' });

async function takeBack(env: ControllerEnv, pods: Informer<Pod>, key: ObjectKey): Promise<Result> {
  const pod = pods.get(key);
  const left = pod && staleAfterMs(pod, env.clock.now());
  if (pod === undefined || left === undefined) return DONE;
  if (left > 0) return { requeueAfterMs: left };
  await unlessGone(env.client.update(pods.kind, { ...pod, status: withoutDisruption(pod, env.clock.now()) }, { subresource: 'status' }));
  return DONE;
}

type Recorded = (type: 'Normal' | 'Warning', reason: string, message: string) => void;

/** @throws whatever prevents the computation, once the budget says so and allows no eviction */
async function sync(
  env: ControllerEnv,
  kind: Kind<PodDisruptionBudget>,
  budget: Live<PodDisruptionBudget>,
  pods: Informer<Pod>,
  sources: ScaleSources,
): Promise<Result> {
  const write = async (status: PodDisruptionBudgetStatus | undefined) => {
    if (status) await unlessGone(env.client.update(kind, { ...budget, status }, { subresource: 'status' }));
  };
  const event: Recorded = (type, reason, message) =>
    env.recorder.event({ ...budget, apiVersion: 'policy/v1', kind: 'PodDisruptionBudget' }, type, reason, message);
  try {
    const selected = podsOf(budget, pods, event);
    const expected = await expectation(budget, selected, sources, event);
    const now = env.clock.now();
    const disrupted = disruptedPods(budget, selected, now);
    const { namespace = '' } = budget.metadata;
    // Upstream names the namespace twice, and not the budget.
    const message = `Pod was expected by PDB ${namespace}/${namespace} to be deleted but it wasn't`;
    for (const pod of disrupted.notDeleted) env.recorder.event(typedPod(pod), 'Warning', 'NotDeleted', message);
    await write(planStatus(budget, selected, expected, disrupted, now));
    return disrupted.recheckAfterMs === undefined ? DONE : { requeueAfterMs: disrupted.recheckAfterMs };
  } catch (error) {
    if (!isConflict(error)) await write(planFailure(budget, messageOf(error), env.clock.now()));
    throw error;
  }
}

function podsOf({ metadata, spec }: Live<PodDisruptionBudget>, pods: Informer<Pod>, event: Recorded): readonly Live<Pod>[] {
  let selected: readonly Live<Pod>[] = [];
  try {
    if (spec?.selector) selected = pods.select(metadata.namespace ?? '', spec.selector);
  } catch (error) {
    event('Warning', 'NoPods', `Failed to get pods: ${messageOf(error)}`);
    throw error;
  }
  if (selected.length === 0) event('Normal', 'NoPods', 'No matching pods found');
  return selected;
}

async function expectation(budget: Live<PodDisruptionBudget>, pods: readonly Live<Pod>[], sources: ScaleSources, event: Recorded): Promise<Expected> {
  try {
    if (!needsScale(budget)) return expectedOf(budget, pods.length);
    const { total, unmanaged } = await expectedScale(sources, pods);
    const expected = expectedOf(budget, total);
    if (unmanaged.length > 0) {
      const selector = budget.spec?.selector ? labelSelectorText(budget.spec.selector) : 'nil';
      event('Warning', 'UnmanagedPods', `Pods selected by this PodDisruptionBudget (selector: ${selector}) ${UNMANAGED}`);
    }
    return expected;
  } catch (error) {
    event('Warning', 'CalculateExpectedPodCountFailed', `Failed to calculate the number of expected pods: ${messageOf(error)}`);
    throw error;
  }
}
