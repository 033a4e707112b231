import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { KubeObject, Live } from '../../../api/meta/object.ts';
import { keyOf, keyText } from '../../../api/meta/object.ts';
import { controllerOf, resolveController } from '../../../runtime/control/controller-ref.ts';
import { isDeleting } from '../../../runtime/control/deletion.ts';
import type { InformerHandler } from '../../../runtime/watch/informer.ts';
import { indexBySelector } from '../../../runtime/watch/selector-index.ts';
import { countsDiffer, sameText } from '../../_shared/pod-state.ts';
import type { ReplicaOwner } from './plan.ts';
import type { ReplicaParts } from './reconcile.ts';

/** Owners: each change is a key; one that was replaced starts with no expectations. */
export function ownerHandler<T extends ReplicaOwner>({ env, expectations }: ReplicaParts<T>): InformerHandler<T> {
  return {
    add: (owner, initial) => env.enqueue(keyOf(owner), { priority: initial ? 'low' : 'normal' }),
    update(owner, old) {
      if (owner.metadata.uid !== old.metadata.uid) expectations.forget(keyText(keyOf(old)));
      env.enqueue(keyOf(owner));
    },
    delete(owner) {
      expectations.forget(keyText(keyOf(owner)));
      env.enqueue(keyOf(owner));
    },
  };
}

/** Pods: each wakes its owner, and settles what the owner expected; an orphan wakes those that might adopt it. */
export function podHandler<T extends ReplicaOwner>(parts: ReplicaParts<T>): InformerHandler<Pod> {
  const { env, owners, expectations, kinds } = parts;
  const selectedBy = indexBySelector(owners, kinds.selectorOf);
  const wakeAdopters = (pod: Live<Pod>, initial = false) => {
    for (const owner of selectedBy(pod.metadata.namespace ?? '', pod.metadata.labels)) {
      env.enqueue(keyOf(owner), { priority: initial ? 'low' : 'normal' });
    }
  };
  const gone = (pod: Live<Pod>) => {
    const owner = resolveController(owners, pod);
    if (!owner) return;
    expectations.deletionObserved(keyText(keyOf(owner)), pod.metadata.uid);
    env.enqueue(keyOf(owner));
  };
  return {
    add(pod, initial) {
      // After a restart a pod may turn up that is being deleted already: it is no creation.
      if (isDeleting(pod)) return gone(pod);
      if (!controllerOf(pod)) return wakeAdopters(pod, initial);
      const owner = resolveController(owners, pod);
      if (!owner) return;
      expectations.creationObserved(keyText(keyOf(owner)));
      env.enqueue(keyOf(owner), { priority: initial ? 'low' : 'normal' });
    },
    update(pod, old) {
      if (pod.metadata.uid !== old.metadata.uid) {
        gone(old);
        return this.add?.(pod, false);
      }
      const moved = ownerUid(pod) !== ownerUid(old);
      if (isDeleting(pod)) {
        if (moved) gone(old);
        if (!isDeleting(old) || countsDiffer(pod, old)) gone(pod);
        return;
      }
      if (moved) {
        const before = resolveController(owners, old);
        if (before) env.enqueue(keyOf(before));
      }
      if (controllerOf(pod)) {
        if (!moved && !countsDiffer(pod, old)) return;
        const owner = resolveController(owners, pod);
        if (owner) env.enqueue(keyOf(owner));
      } else if (moved || !sameText(pod.metadata.labels, old.metadata.labels)) {
        wakeAdopters(pod);
      }
    },
    delete: gone,
  };
}

const ownerUid = (object: Live<KubeObject>): string | undefined => controllerOf(object)?.uid;
