import type { Kind } from '../../../api/definition/kind.ts';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import type { Client } from '../../../runtime/client/client.ts';
import { claimNames } from '../../_shared/pods-by-claim.ts';

/** The pods of a namespace by the names of the claims that they refer to. */
export type PodsByClaim = ReadonlyMap<string, readonly Live<Pod>[]>;

interface Lists {
  readonly current: Promise<PodsByClaim>;
  next?: Promise<PodsByClaim>;
}

/**
 * Lists the pods of a namespace from the API server, for decisions that must not rest on a cache. Each answer comes of a list that began after it was
 * asked for; those who ask while a list is under way share the next, so that a namespace full of claims does not list its pods once for each.
 */
export function livePods(client: Pick<Client, 'list'>, pods: Kind<Pod>): (namespace: string) => Promise<PodsByClaim> {
  const running = new Map<string, Lists>();
  function start(namespace: string): Promise<PodsByClaim> {
    const lists: Lists = { current: client.list(pods, { namespace }).then(({ items }) => byClaim(items)) };
    running.set(namespace, lists);
    const end = () => {
      if (!lists.next) running.delete(namespace);
    };
    lists.current.then(end, end);
    return lists.current;
  }
  return (namespace) => {
    const lists = running.get(namespace);
    if (!lists) return start(namespace);
    const again = () => start(namespace);
    lists.next ??= lists.current.then(again, again);
    return lists.next;
  };
}

function byClaim(pods: readonly Live<Pod>[]): PodsByClaim {
  const found = new Map<string, Live<Pod>[]>();
  for (const pod of pods) {
    for (const name of claimNames(pod)) {
      const users = found.get(name);
      if (users) users.push(pod);
      else found.set(name, [pod]);
    }
  }
  return found;
}
