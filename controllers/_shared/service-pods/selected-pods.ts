import type { Kind } from '../../../api/definition/kind.ts';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { Service } from '../../../api/kinds/core/service/index.ts';
import { keyOf } from '../../../api/meta/object.ts';
import type { Watched } from '../../../runtime/control/watched.ts';
import { watched } from '../../../runtime/control/watched.ts';
import type { Informer } from '../../../runtime/watch/informer.ts';
import { indexBySelector } from '../../../runtime/watch/selector-index.ts';
import { sameText } from '../pod-state.ts';
import { endpointChanged, selectorOf } from './membership.ts';
import type { Pace } from './pace.ts';

/** Declares that pods wake the services that select them, or selected them before. */
export function selectedPods(pods: Kind<Pod>, services: Informer<Service>, pace: Pace): Watched {
  const selectedBy = indexBySelector(services, selectorOf);
  return watched(pods, {
    when: { create: true, update: endpointChanged, delete: true },
    map: ({ metadata }) => selectedBy(metadata.namespace ?? '', metadata.labels).map(keyOf),
    moved: (pod, old) => !sameText(pod.metadata.labels, old.metadata.labels),
    afterMs: pace.delayMs,
  });
}
