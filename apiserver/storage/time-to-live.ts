import type { KindDefinition } from '../../api/definition/kind.ts';
import type { KubeObject } from '../../api/meta/object.ts';

/** How long an event is kept; upstream's default (kube-apiserver --event-ttl). */
export const EVENT_TTL_SECONDS = 3600;

/** After how long the store drops an object by itself; undefined for what stays. */
export const ttlOf = (kind: KindDefinition, _object: KubeObject): number | undefined =>
  kind.storagePrefix === 'events' ? EVENT_TTL_SECONDS : undefined;
