import type { Kind } from '../../api/definition/kind.ts';
import type { KubeObject } from '../../api/meta/object.ts';
import { keyOf } from '../../api/meta/object.ts';
import { isAlreadyExists, isNotFound } from '../../api/meta/status-error.ts';
import type { Client } from '../../runtime/client/client.ts';

/** An object that must be there, with its kind. */
export interface Wanted<T extends KubeObject = KubeObject> {
  readonly kind: Kind<T>;
  readonly object: T;
}

export const wanted = <T extends KubeObject>(kind: Kind<T>, object: T): Wanted => ({ kind, object });

/** Creates the objects that are not there yet, in order; those that are there stay as somebody has made them, and cost a read. */
export async function ensureObjects(client: Client, objects: readonly Wanted[]): Promise<void> {
  for (const { kind, object } of objects) {
    if (await isThere(client, kind, object)) continue;
    try {
      await client.create(kind, object);
    } catch (error) {
      if (!isAlreadyExists(error)) throw error;
    }
  }
}

async function isThere(client: Client, kind: Kind, object: KubeObject): Promise<boolean> {
  try {
    await client.get(kind, keyOf(object));
    return true;
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}
