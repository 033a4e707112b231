import type { RequestInfo } from '../contract/request-info.ts';
import type { Registry } from '../contract/resource.ts';
import { isTrue } from '../request/request-info.ts';

const OBJECTS_PER_SEAT = 100;
const WATCHERS_PER_SEAT = 10;
/** Objects that a list may go through without asking for a turn: less than a millisecond's work. */
const SHORT_LIST = 500;

export interface Work {
  /** The seats that the request occupies, by the level's measure. */
  readonly seats: number;
  /** It may take the event loop for milliseconds at a time. */
  readonly isLong: boolean;
}

const LITTLE: Work = { seats: 1, isLong: false };

/**
 * Estimates the work of requests: lists by the objects that they go through, and watches that begin with one likewise; writes by the watches
 * that are told of them; all others take one seat (k8s.io/apiserver/pkg/util/flowcontrol/request).
 */
export function createWorkEstimate(registry: Pick<Registry, 'find'>): (info: RequestInfo, query: URLSearchParams, maxSeats: number) => Work {
  return (info, query, maxSeats) => {
    if (!info.isResource) return LITTLE;
    switch (info.verb) {
      case 'get':
        return LITTLE;
      case 'list':
      case 'watch':
      case 'deletecollection': {
        if (info.name !== '' || (info.verb === 'watch' && !beginsWithList(query))) return LITTLE;
        const objects = registry.find(info.group, info.version, info.plural)?.storage.cache.size ?? 0;
        if (objects <= OBJECTS_PER_SEAT) return LITTLE;
        return { seats: Math.min(maxSeats, Math.ceil(objects / OBJECTS_PER_SEAT)), isLong: objects > SHORT_LIST };
      }
      default: {
        const watchers = registry.find(info.group, info.version, info.plural)?.storage.cache.watchers ?? 0;
        return watchers < WATCHERS_PER_SEAT ? LITTLE : { seats: Math.min(maxSeats, Math.ceil(watchers / WATCHERS_PER_SEAT)), isLong: false };
      }
    }
  };
}

/** Whether a watch is sent the objects that there are, before their changes. */
function beginsWithList(query: URLSearchParams): boolean {
  const initial = query.get('sendInitialEvents');
  if (initial !== null) return isTrue(initial);
  const revision = query.get('resourceVersion') ?? '';
  return revision === '' || revision === '0';
}
