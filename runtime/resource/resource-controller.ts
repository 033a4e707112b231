import type { Kind } from '../../api/definition/kind.ts';
import { apiVersionOf } from '../../api/definition/kind.ts';
import type { KubeObject, Live } from '../../api/meta/object.ts';
import { keyOf } from '../../api/meta/object.ts';
import { equalJson } from '../../base/json.ts';
import type { Client } from '../client/client.ts';
import type { DeclaredController, ReconcileContext } from '../control/controller.ts';
import { controllerRefTo } from '../control/controller-ref.ts';
import { isDeleting } from '../control/deletion.ts';
import type { ControllerEnv } from '../control/env.ts';
import type { Wiring } from '../control/wiring.ts';
import type { Result } from '../queue/result.ts';
import { DONE } from '../queue/result.ts';

interface WithStatus extends KubeObject {
  status?: unknown;
}

/** The tools with which one object is reconciled. */
export interface ReconcileTools<Status> extends Pick<ControllerEnv, 'client' | 'informers' | 'recorder' | 'clock'>, ReconcileContext {
  /**
   * Brings an owned object into this state by server-side apply, under the controller's name; creates it if it is missing. Its namespace is
   * that of the owner unless it names one. Returns the object as it is then.
   */
  apply<T extends KubeObject>(kind: Kind<T>, desired: T): Promise<Live<T>>;
  /** Changes the named fields of the object's status, if they differ. */
  setStatus(status: Partial<NonNullable<Status>>): Promise<void>;
}

export interface ResourceControllerOptions<T extends WithStatus> extends Omit<Wiring, 'for'> {
  /** Names the controller in logs, metrics and events, and its fields in the objects that it applies. */
  readonly name: string;
  /** Limits the objects that are reconciled at once. Default 1. */
  readonly concurrency?: number;
  /** Brings the cluster closer to what the object asks for. It is not called for objects that are terminating: what they own is deleted with them. */
  readonly reconcile: (object: Live<T>, tools: ReconcileTools<T['status']>) => Promise<Result | undefined>;
}

/** Makes a controller of a function from an object to what it should lead to. */
export function resourceController<T extends WithStatus>(kind: Kind<T>, options: ResourceControllerOptions<T>): DeclaredController {
  const { name, concurrency = 1, reconcile, ...wiring } = options;
  return {
    ...wiring,
    name,
    component: name,
    concurrency,
    for: kind,
    reconcile(env) {
      const { client, recorder, clock, informers } = env;
      const objects = informers.of(kind);
      return async (key, context) => {
        const object = objects.get(key);
        if (!object || isDeleting(object)) return DONE;
        const tools: ReconcileTools<T['status']> = {
          client,
          informers,
          recorder,
          clock,
          signal: context.signal,
          get log() {
            return context.log;
          },
          apply: (owned, desired) => applyOwned(client, name, { kind, object }, owned, desired),
          setStatus: (status) => patchStatus(client, kind, object, status),
        };
        return (await reconcile(object, tools)) ?? DONE;
      };
    },
  };
}

interface Owner {
  readonly kind: Kind;
  readonly object: Live<KubeObject>;
}

function applyOwned<T extends KubeObject>(client: Client, manager: string, owner: Owner, kind: Kind<T>, desired: T): Promise<Live<T>> {
  const { namespace } = owner.object.metadata;
  const metadata = {
    ...(kind.namespaced && namespace !== undefined ? { namespace } : {}),
    ...desired.metadata,
    ownerReferences: [controllerRefTo(owner.kind, owner.object)],
  };
  const body = { ...desired, apiVersion: apiVersionOf(kind), kind: kind.kind, metadata };
  return client.patch(kind, keyOf(body), { type: 'apply', body, force: true }, { fieldManager: manager });
}

async function patchStatus(client: Client, kind: Kind, object: Live<WithStatus>, status: object): Promise<void> {
  const current = (object.status ?? {}) as Readonly<Record<string, unknown>>;
  const differs = Object.entries(status).some(([name, value]) => !equalJson(current[name], value));
  if (differs) await client.patch(kind, keyOf(object), { type: 'merge', body: { status } }, { subresource: 'status' });
}
