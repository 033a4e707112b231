import { replicaSets } from '../../api/kinds/apps/replica-set.ts';
import { statefulSets } from '../../api/kinds/apps/stateful-set/index.ts';
import { replicationControllers } from '../../api/kinds/core/replication-controller.ts';
import { services } from '../../api/kinds/core/service/index.ts';
import type { LabelSelector } from '../../api/meta/label-selector.ts';
import { equalJson } from '../../base/json.ts';
import { controllerOf } from '../../runtime/control/controller-ref.ts';
import type { Informer, Informers } from '../../runtime/watch/informer.ts';
import { indexBySelector } from '../../runtime/watch/selector-index.ts';
import type { PodInfo } from '../state/pod-info.ts';
import { compileSelector } from '../state/term.ts';
import type { DefaultSelector } from './pod-topology-spread.ts';

export interface DefaultSpread {
  readonly selectorOf: DefaultSelector;
  readonly needs: readonly Pick<Informer, 'ready'>[];
}

/**
 * Finds the pods that a pod without spread constraints is spread among by default: those that its Services and its controller select
 * (k8s.io/kubernetes/pkg/scheduler/framework/plugins/helper, DefaultSelector). Answers are kept until a Service changes.
 */
export function createDefaultSpread(informers: Informers): DefaultSpread {
  const serviceInformer = informers.of(services);
  const replicaSetInformer = informers.of(replicaSets);
  const statefulSetInformer = informers.of(statefulSets);
  const controllerInformer = informers.of(replicationControllers);
  const memo = new Map<string, ReturnType<DefaultSelector>>();
  const servicesOf = indexBySelector(serviceInformer, ({ spec }) => spec?.selector && { matchLabels: spec.selector });
  const forget = () => memo.clear();
  serviceInformer.on({
    add: forget,
    update: (service, old) => {
      if (!equalJson(service.spec?.selector, old.spec?.selector)) forget();
    },
    delete: forget,
  });

  const ofController = ({ pod, namespace }: PodInfo): LabelSelector | undefined => {
    const owner = controllerOf(pod);
    if (!owner) return undefined;
    const key = { namespace, name: owner.name };
    if (owner.kind === 'StatefulSet') return statefulSetInformer.get(key)?.spec?.selector;
    if (owner.kind === 'ReplicaSet') return replicaSetInformer.get(key)?.spec?.selector;
    if (owner.kind !== 'ReplicationController') return undefined;
    const selector = controllerInformer.get(key)?.spec?.selector;
    return selector && { matchLabels: selector };
  };
  const find = (pod: PodInfo): ReturnType<DefaultSelector> => {
    const matchLabels: Record<string, string> = {};
    for (const { spec } of servicesOf(pod.namespace, pod.labels)) Object.assign(matchLabels, spec?.selector);
    const own = ofController(pod);
    const merged = { matchLabels: { ...matchLabels, ...own?.matchLabels }, matchExpressions: own?.matchExpressions ?? [] };
    const empty = Object.keys(merged.matchLabels).length === 0 && merged.matchExpressions.length === 0;
    return empty ? undefined : compileSelector(merged);
  };

  return {
    needs: [serviceInformer, replicaSetInformer, statefulSetInformer, controllerInformer],
    selectorOf(pod) {
      const owner = controllerOf(pod.pod);
      const key = `${pod.namespace}\n${pod.groupKey}\n${owner?.uid ?? ''}`;
      if (memo.has(key)) return memo.get(key);
      const selector = find(pod);
      // A controller that the informer does not show yet may show later.
      if (selector || !owner) {
        if (memo.size >= 10_000) memo.clear();
        memo.set(key, selector);
      }
      return selector;
    },
  };
}
