import type { Kind } from '../../api/definition/kind.ts';
import { apiVersionOf } from '../../api/definition/kind.ts';
import type { DeleteOptions } from '../../api/meta/delete-options.ts';
import type { KubeObject, Live, ObjectKey } from '../../api/meta/object.ts';
import type { ObjectMeta } from '../../api/meta/object-meta.ts';
import type { Client, ListOptions, ObjectList, Patch } from '../client/client.ts';

interface Written<Spec> extends KubeObject {
  metadata: ObjectMeta;
  spec: Spec;
}

interface Served<Spec, Status> extends KubeObject {
  spec: Spec;
  status?: Status | undefined;
}

/** A client of one resource in one namespace: objects are named by their names. It throws what `Client` throws. */
export interface ResourceClient<Input, Spec, Status> {
  get(name: string): Promise<Live<Served<Spec, Status>>>;
  list(options?: Omit<ListOptions, 'namespace'>): Promise<ObjectList<Served<Spec, Status>>>;
  create(object: Written<Input>): Promise<Live<Served<Spec, Status>>>;
  update(object: Live<Served<Spec, Status>>): Promise<Live<Served<Spec, Status>>>;
  patch(name: string, patch: Patch): Promise<Live<Served<Spec, Status>>>;
  /** Changes the named fields of the status, and no others. */
  patchStatus(name: string, status: Partial<Status>): Promise<Live<Served<Spec, Status>>>;
  /** Sets the number of replicas, of a resource with `scale`. */
  scale(name: string, replicas: number): Promise<void>;
  delete(name: string, options?: DeleteOptions): Promise<void>;
}

/** Returns a client of a kind in a namespace (empty for kinds of the cluster). */
export function resourceClient<Input, Spec, Status>(
  kind: Kind<Served<Spec, Status>>,
  client: Client,
  namespace: string,
): ResourceClient<Input, Spec, Status> {
  const key = (name: string): ObjectKey => ({ namespace, name });
  const typed = { apiVersion: apiVersionOf(kind), kind: kind.kind };
  const writable: Kind<KubeObject> = { group: kind.group, version: kind.version, kind: kind.kind, plural: kind.plural, namespaced: kind.namespaced };
  return {
    get: (name) => client.get(kind, key(name)),
    list: (options) => client.list(kind, { ...options, namespace }),
    async create(object) {
      const { metadata } = object;
      const made = await client.create(writable, { ...typed, ...object, metadata: kind.namespaced ? { namespace, ...metadata } : metadata });
      return made as Live<Served<Spec, Status>>;
    },
    update: (object) => client.update(kind, object),
    patch: (name, patch) => client.patch(kind, key(name), patch),
    patchStatus: (name, status) => client.patch(kind, key(name), { type: 'merge', body: { status } }, { subresource: 'status' }),
    async scale(name, replicas) {
      await client.patch(writable, key(name), { type: 'merge', body: { spec: { replicas } } }, { subresource: 'scale' });
    },
    delete: (name, options) => client.delete(kind, key(name), options),
  };
}
