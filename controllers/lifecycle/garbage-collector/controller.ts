import type { Kind } from '../../../api/definition/kind.ts';
import { isKind } from '../../../api/definition/kind.ts';
import { events } from '../../../api/kinds/core/event.ts';
import { eventsEvents } from '../../../api/kinds/events/event.ts';
import { resourceText } from '../../../api/meta/status-error.ts';
import { sleep } from '../../../base/clock.ts';
import type { ControllerDefinition } from '../../../runtime/control/controller.ts';
import type { Informer } from '../../../runtime/watch/informer.ts';
import { createOwnerGraph } from './graph.ts';
import { createCollectorReconcile } from './reconcile.ts';

export interface GarbageCollectorKinds {
  /**
   * Returns every kind whose objects can own or be owned: all that can be listed, watched and deleted, each in one version.
   * Called every few seconds: kinds may come and go.
   */
  readonly collected: () => readonly Kind[];
}

const KINDS_RESYNC_MS = 5_000;
/** An owner and its dependent arrive by different watches: the owner gets this long to show up before it is asked for. */
const OWNER_SHOWS_UP_MS = 100;

/** A kind that does not answer for this long holds up the others no longer: its objects are asked for one by one. */
const SYNC_PATIENCE_MS = 30_000;

/** A kind that is served in another version than before is followed anew. */
const idOf = (kind: Kind): string => `${kind.group}/${kind.version}/${kind.plural}`;
/** Events own nothing and are not collected, as upstream's (pkg/controller/garbagecollector, DefaultIgnoredResources). */
const isEvents = (kind: Kind): boolean => isKind(kind, events) || isKind(kind, eventsEvents);

/**
 * Deletes objects that have lost all their owners; carries out foreground deletion and orphaning.
 * (https://kubernetes.io/docs/concepts/architecture/garbage-collection/)
 */
export function garbageCollectorController(kinds: GarbageCollectorKinds): ControllerDefinition {
  return {
    name: 'garbage-collector-controller',
    component: 'garbage-collector-controller',
    concurrency: 20,
    setup(env) {
      const graph = createOwnerGraph();
      const followed = new Map<string, { kind: Kind; informer: Informer; stop: () => void }>();
      /** The kinds whose first list has not arrived, with the time since which it is awaited. */
      const unsynced = new Map<string, number>();
      const look = (uid: string, afterMs = 0) => {
        const node = graph.get(uid);
        if (node) env.enqueue({ namespace: resourceText(node.kind), name: uid }, { afterMs });
      };
      const follow = (kind: Kind) => {
        const informer = env.informers.metadataOf(kind);
        const stop = informer.on({
          add: (object) => {
            for (const uid of graph.put(kind, object)) look(uid, OWNER_SHOWS_UP_MS);
          },
          update: (object, old) => {
            if (object.metadata.uid !== old.metadata.uid) for (const uid of graph.remove(old)) look(uid);
            for (const uid of graph.put(kind, object)) look(uid);
          },
          delete: (object) => {
            for (const uid of graph.remove(object)) look(uid);
          },
        });
        followed.set(idOf(kind), { kind, informer, stop });
        unsynced.set(idOf(kind), env.clock.monotonic());
        void informer.ready.then(() => unsynced.delete(idOf(kind)));
      };
      const forget = (id: string) => {
        const entry = followed.get(id);
        followed.delete(id);
        unsynced.delete(id);
        if (!entry) return;
        entry.stop();
        env.informers.drop(entry.kind);
        // An object whose kind is no longer followed is neither owner nor owned.
        for (const object of entry.informer.list()) for (const uid of graph.remove(object)) look(uid);
      };
      const refresh = () => {
        const current = kinds.collected().filter((kind) => !isEvents(kind));
        const ids = new Set(current.map(idOf));
        for (const id of [...followed.keys()]) if (!ids.has(id)) forget(id);
        for (const kind of current) if (!followed.has(idOf(kind))) follow(kind);
      };
      refresh();
      const synced = () => [...unsynced.values()].every((since) => env.clock.monotonic() - since > SYNC_PATIENCE_MS);
      return {
        reconcile: createCollectorReconcile({ env, graph, kinds: kinds.collected, look, synced }),
        needs: [...followed.values()].map(({ informer }) => informer),
        async run(signal) {
          while (!signal.aborted) {
            await sleep(env.clock, KINDS_RESYNC_MS, signal);
            if (!signal.aborted) refresh();
          }
        },
      };
    },
  };
}
