import type { Kind } from '../../api/definition/kind.ts';
import type { KubeObject, Live } from '../../api/meta/object.ts';
import { keyOf, keyText } from '../../api/meta/object.ts';
import { equalJson } from '../../base/json.ts';
import type { Informer, InformerHandler } from '../watch/informer.ts';
import { controllerOf, indexByController } from './controller-ref.ts';
import { isDeleting } from './deletion.ts';
import type { ControllerEnv } from './env.ts';
import type { Expectations } from './expectations.ts';
import type { Owners } from './primary.ts';
import { LOW, NORMAL } from './priorities.ts';

export interface OwnedOptions<T extends KubeObject> {
  /** Whether an update concerns the owner. Default: every update does. A change of the controller always wakes both of them. */
  changed?(object: Live<T>, old: Live<T>): boolean;
  /** Delays the owner's key, so that a burst of events becomes one reconcile. Milliseconds; default 0. */
  delayMs?(owner: Live<KubeObject>): number;
}

/** A kind whose objects have objects of the primary kind as their controllers. */
export interface Owned {
  readonly kind: Kind;
  connect(env: ControllerEnv, owners: Owners, expectations: Expectations | undefined): Pick<Informer, 'ready'>;
}

/**
 * Declares a kind that the controller's primary kind owns. An object wakes the owner that its controller reference names, UID checked;
 * an orphan wakes those that might adopt it, when it appears, is released, or changes its labels. The kind is indexed for `controlledBy`
 * and `orphansIn`. With expectations an observed creation or deletion settles one of the owner's, and a terminating object counts as deleted.
 */
export function owned<T extends KubeObject>(kind: Kind<T>, options: OwnedOptions<T> = {}): Owned {
  return {
    kind,
    connect(env, owners, expectations) {
      const informer = env.informers.of(kind);
      indexByController(informer);
      informer.on(ownedHandler(options, env, owners, expectations));
      return informer;
    },
  };
}

const uidOfController = (object: Live<KubeObject>): string | undefined => controllerOf(object)?.uid;
const NO_LABELS = {};
const relabelled = (object: Live<KubeObject>, old: Live<KubeObject>): boolean =>
  !equalJson(object.metadata.labels ?? NO_LABELS, old.metadata.labels ?? NO_LABELS);

function ownedHandler<T extends KubeObject>(
  options: OwnedOptions<T>,
  { enqueue }: ControllerEnv,
  owners: Owners,
  expectations: Expectations | undefined,
): InformerHandler<T> {
  const concerns = (object: Live<T>, old: Live<T>) => options.changed === undefined || options.changed(object, old);
  const wake = (owner: Live<KubeObject>, initial: boolean) => {
    const request = initial ? LOW : NORMAL;
    const afterMs = options.delayMs?.(owner) ?? 0;
    enqueue(keyOf(owner), afterMs > 0 ? { ...request, afterMs } : request);
  };
  const wakeOwner = (object: Live<T>) => {
    const owner = owners.ownerOf(object);
    if (owner) wake(owner, false);
  };
  const wakeAdopters = (object: Live<T>, initial: boolean) => {
    for (const owner of owners.adoptersOf(object)) enqueue(keyOf(owner), initial ? LOW : NORMAL);
  };
  const deleted = (object: Live<T>) => {
    const owner = owners.ownerOf(object);
    if (!owner) return;
    expectations?.deletionObserved(keyText(keyOf(owner)), object.metadata.uid);
    wake(owner, false);
  };
  const created = (object: Live<T>, initial: boolean) => {
    // After a restart an object may turn up that is terminating already: it is no creation.
    if (expectations && isDeleting(object)) return deleted(object);
    if (!controllerOf(object)) return wakeAdopters(object, initial);
    const owner = owners.ownerOf(object);
    if (!owner) return;
    expectations?.creationObserved(keyText(keyOf(owner)));
    wake(owner, initial);
  };
  return {
    add: created,
    update(object, old) {
      if (expectations && object.metadata.uid !== old.metadata.uid) {
        deleted(old);
        return created(object, false);
      }
      const moved = uidOfController(object) !== uidOfController(old);
      if (expectations && isDeleting(object)) {
        if (moved) deleted(old);
        if (!isDeleting(old) || concerns(object, old)) deleted(object);
        return;
      }
      if (moved) wakeOwner(old);
      if (controllerOf(object)) {
        if (moved || concerns(object, old)) wakeOwner(object);
      } else if (moved || relabelled(object, old)) {
        wakeAdopters(object, false);
      }
    },
    delete: deleted,
  };
}
