import type { KubeObject, Live } from '../../api/meta/object.ts';
import type { Logger } from '../../base/log.ts';
import type { InformerHandler } from './informer.ts';

/** A change as handlers receive it. */
export type Change<T extends KubeObject> =
  | { readonly type: 'add'; readonly object: Live<T>; readonly initial: boolean }
  | { readonly type: 'update'; readonly object: Live<T>; readonly old: Live<T> }
  | { readonly type: 'delete'; readonly object: Live<T> };

/** The handlers of one informer. One that throws is logged and does not keep a change from the others. */
export interface Handlers<T extends KubeObject> {
  add(handler: InformerHandler<T>): () => void;
  /** Passes a change to one handler. */
  tell(handler: InformerHandler<T>, change: Change<T>): void;
  /** Passes a change to all handlers that are attached now. */
  tellAll(change: Change<T>): void;
  /** Returns a function that lists those of the handlers attached now that are still attached. */
  snapshot(): () => readonly InformerHandler<T>[];
}

export function createHandlers<T extends KubeObject>(log: Logger): Handlers<T> {
  const attached = new Set<InformerHandler<T>>();
  const tell = (handler: InformerHandler<T>, change: Change<T>) => {
    try {
      if (change.type === 'add') handler.add?.(change.object, change.initial);
      else if (change.type === 'update') handler.update?.(change.object, change.old);
      else handler.delete?.(change.object);
    } catch (error) {
      log.error({ err: error, change: change.type, name: change.object.metadata.name }, 'an informer handler threw');
    }
  };
  return {
    add(handler) {
      // A copy, so that one handler may be attached twice.
      const own = { add: handler.add?.bind(handler), update: handler.update?.bind(handler), delete: handler.delete?.bind(handler) };
      attached.add(own);
      return () => attached.delete(own);
    },
    tell,
    tellAll(change) {
      for (const handler of attached) tell(handler, change);
    },
    snapshot() {
      const then = [...attached];
      return () => then.filter((handler) => attached.has(handler));
    },
  };
}
